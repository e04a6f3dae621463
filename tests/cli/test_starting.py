"""The config.toml that `phiward init` writes: what is commented out in it holds, once it is not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from scanner.cli.starting import Found, config_text
from scanner.engine.notified import USUAL
from scanner.engine.settings import parse

COMMENTED = re.compile(r"^# (?=\[|[a-z_]+ = )", re.MULTILINE)
ONE = Found("123456789012", "arn:aws:iam::123456789012:user/ops", ["us-east-1"], {}, [])
MANY = Found("123456789012", ONE.arn, ["us-east-1"], {"123456789012": "alpha", "210987654321": "beta"}, [])


@pytest.mark.parametrize("found", [ONE, MANY], ids=["one account", "an organization"])
def test_what_is_commented_out_is_valid_as_it_stands(found: Found) -> None:
    plain, whole = (parse(text) for text in (config_text(found), COMMENTED.sub("", config_text(found))))
    assert set(plain.accounts) == set(whole.accounts) == {found.account, *found.accounts}
    assert plain.drift.attribution
    assert not plain.drift.ignore
    assert not plain.cells
    assert (whole.drift.attribution, whole.drift.lookups) == (plain.drift.attribution, plain.drift.lookups)
    (ignored,) = whole.drift.ignore
    assert ignored.reason
    cell = whole.cells["cells"]
    assert cell.blueprint in {table.name for table in whole.accounts.values()}
    assert cell.values[cell.blueprint] == {"cidr": "10.64.0.0/16"}
    assert [(each.fact, each.direction) for each in cell.allowed] == [("desired", "at_least")]
    assert (plain.remediation.role, plain.remediation.profile, plain.remediation.external_id) == ("", "", "")
    assert not plain.schedule.jobs
    assert not plain.notify
    ops, topic = whole.notify.values()
    assert (ops.url_env, ops.on, ops.digest, ops.always) == ("PHIWARD_NOTIFY_OPS", USUAL, "daily", True)
    assert (topic.accounts, topic.tag) == ((), ("team", "platform"))
    assert [(name, job.action) for name, job in whole.schedule.jobs.items()] == [
        ("nightly", "scan"),
        ("report", "report"),
        ("retention", "prune"),
    ]
    assert (whole.schedule.port, whole.schedule.timezone) == (plain.schedule.port, "America/New_York")
    asked = whole.remediation
    assert (asked.role, asked.profile) == ("PhiwardRemediation", "remediation")
    assert (asked.approval_days, asked.wave) == (plain.remediation.approval_days, plain.remediation.wave)


@pytest.mark.parametrize(
    ("there", "named"),
    [
        ([], ("s3://example-states/network.tfstate",)),
        (["main.tf"], ("s3://example-states/network.tfstate",)),
        (["main.tf", "network.tfstate", 'odd "name".tfstate'], ("network.tfstate", 'odd "name".tfstate')),
    ],
)
def test_states_are_named_in_a_comment_and_laid_beside_no_scan_unasked(
    there: list[str], named: tuple[str, ...]
) -> None:
    text = config_text(replace(ONE, terraform=there))
    assert parse(text).iac.terraform == ()
    assert parse(COMMENTED.sub("", text)).iac.terraform == named


def test_every_line_of_it_fits_a_screen() -> None:
    assert max(map(len, config_text(MANY).splitlines())) <= 120
