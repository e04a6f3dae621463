"""Who may not apply a plan, and with what: one clear line, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import boto3
import msgspec
import pytest

from remediation.files import write
from scanner.cli.remedies import ground
from scanner.cli.wire import Clock
from scanner.demo import DemoServer
from tests.cli.remedying import HOME, Place, Ran, lead


def refused(place: Place, ran: Ran, said: str) -> None:
    """One line, exit 2, nothing changed, no entry of a step."""
    assert ran.code == 2, ran
    assert said in ran.err
    assert len(ran.err.strip().splitlines()) == 1
    assert set(place.observed().values()) == {"disabled"}
    assert not place.events()
    assert "apply began" not in [each.event for each in place.log()]


@pytest.fixture
def lax(place: Place) -> Place:
    place.clusters("a", "b")
    return place


def test_without_approval(lax: Place) -> None:
    lax.planned()
    refused(lax, lax.apply(), "is not approved; `phiward remediate rehearse`, then `approve`")
    refused(lax, lax.apply("--dry-run"), "is not approved")


def test_an_altered_plan(lax: Place) -> None:
    plan = lax.approved()
    first = msgspec.structs.replace(plan.steps[0], title="harmless")
    lax.alter(steps=(first, *plan.steps[1:]))
    refused(lax, lax.apply(), "was altered")
    ran = lax.run("remediate", "approve", "--reason", "again")
    refused(lax, ran, "was not rehearsed as it is now; run `phiward remediate rehearse`")
    call = msgspec.structs.replace(first.writes[0], region="eu-west-1")
    lax.alter(steps=(msgspec.structs.replace(first, writes=(call,)), *plan.steps[1:]))
    ran = lax.apply()
    assert (ran.code, f"step {first.id} was edited by hand" in ran.err) == (2, True)
    write(plan, lax.folder / "remediation.json")
    assert lax.apply().code == 0


@pytest.fixture(scope="module")
def once(loopback: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place with an approved plan, of which nothing is ever done."""
    with pytest.MonkeyPatch.context() as patch:
        lead(patch, loopback)
        made = Place(loopback, tmp_path_factory.mktemp("ready"))
        made.clusters("a", "b")
        made.approved()
        yield made


@pytest.fixture
def ready(once: Place, place: Place) -> Place:
    assert place is not once
    once.configure()
    return once


def test_an_expired_approval(ready: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    later = Clock().now() + timedelta(days=8)
    monkeypatch.setattr(ground, "Clock", lambda: Clock(later))
    refused(ready, ready.apply(), "expired at")


def test_a_revoked_approval(lax: Place) -> None:
    lax.approved()
    assert lax.run("remediate", "approve", "--revoke", "--reason", "no").code == 0
    refused(lax, lax.apply(), "is not approved")


def test_approving_asks_for_a_rehearsal_that_refutes_nothing(lax: Place) -> None:
    lax.planned()
    refused(lax, lax.run("remediate", "approve", "--reason", "x"), "was not rehearsed as it is now")
    lax.rehearsed(verdict="refuted")
    refused(lax, lax.run("remediate", "approve", "--reason", "x"), "cannot be approved: the rehearsal refuted ")
    refused(lax, lax.apply(), "is not approved")
    lax.rehearsed()
    refused(lax, lax.run("remediate", "approve"), "approving needs --reason")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "name in config.toml under [remediation] the `role`"),
        ("approval_days = 3", "name in config.toml under [remediation] the `role`"),
        ('role = "Auditor"', "is the scanner's own identity, which may only read"),
        ('profile = "nobody"', "[remediation] profile: "),
        ('role = "arn:aws:iam::399999999999:role/Mender"', "[remediation] enters account 399999999999"),
    ],
)  # fmt: skip
def test_the_wrong_credentials(ready: Place, table: str, said: str) -> None:
    ready.configure(table)
    refused(ready, ready.apply(), said)


def test_a_profile_of_another_account(ready: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = boto3.client("sts", HOME).assume_role(
        RoleArn="arn:aws:iam::388888888888:role/Mender", RoleSessionName="elsewhere"
    )["Credentials"]
    (ready.folder / "credentials").write_text(
        f"[mender]\naws_access_key_id = {keys['AccessKeyId']}\naws_secret_access_key = {keys['SecretAccessKey']}\n"
        f"aws_session_token = {keys['SessionToken']}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(ready.folder / "credentials"))
    ready.configure('profile = "mender"')
    refused(ready, ready.apply(), f"enters account 388888888888 where {ready.account} is meant")


def test_an_account_that_is_not_scanned_any_more(ready: Place) -> None:
    text = (ready.folder / "config.toml").read_text().replace(ready.account, "377777777777")
    (ready.folder / "config.toml").write_text(text)
    refused(ready, ready.apply(), f"account {ready.account} is not among those that config.toml scans")


def test_a_role_that_cannot_be_assumed(ready: Place, loopback: DemoServer) -> None:
    loopback.deny("sts:AssumeRole")
    ran = ready.apply()
    loopback.allow()
    refused(ready, ran, "sts:AssumeRole")


@pytest.mark.parametrize("text", ["", "{}", "no", '{"schema": "phiward-plan/9"}'])
def test_a_file_that_is_no_plan(place: Place, text: str) -> None:
    place.configure()
    (place.folder / "remediation.json").write_text(text)
    ran = place.apply()
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1)
    assert "remediation.json: " in ran.err


def test_no_plan_at_all(place: Place) -> None:
    place.configure()
    ran = place.apply()
    assert ran.code == 2
    assert "make one with `phiward remediate plan`" in ran.err


def test_a_step_that_the_plan_has_not(ready: Place) -> None:
    refused(ready, ready.apply("--step", "ffff"), "the plan has none such")
    refused(ready, ready.apply("--step", ""), "the plan has none such")
