"""`report --push`: each account's findings in its own Security Hub, by who may publish, and nothing by anybody else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from scanner.cli import run
from scanner.cli.wire import Wiring
from scanner.demo import DemoServer
from scanner.engine.settings import Config
from tests.cli.drift_nights import OTHER, keys, night
from tests.cli.nights import ACCOUNT, REGION, scan_id
from tests.cli.remedying import lead

if TYPE_CHECKING:
    from collections.abc import Mapping

BOTH = (ACCOUNT, OTHER)
ACCOUNTS = "".join(f'[accounts."{account}"]\n' for account in BOTH)
CONFIG = f'[aws]\nrole = "PhiwardAudit"\n{ACCOUNTS}[publish]\nrole = "PhiwardPublish"\n'
FAILED = ("FAILED", "ACTIVE")
PUSH = ["report", "--format", "asff", "--push"]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`a` is mended on the second night, `gone` is deleted then; another account has `c`, which never rotates."""
    folder = tmp_path_factory.mktemp("pushed")
    wiring = Wiring(Config(), store_url=f"sqlite:///{folder / 'phiward.db'}")
    for number, here in enumerate([{"a": False, "gone": False}, {"a": True}, {"a": True}]):
        night(wiring, number, [*keys(here), *keys({"c": False}, OTHER)], accounts=BOTH)
    return folder


@pytest.fixture
def nights(stored: Path, loopback: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    lead(monkeypatch, loopback)
    monkeypatch.chdir(stored)
    Path("config.toml").write_text(CONFIG)
    loopback.forget_calls()


def hub(account: str, region: str = REGION) -> dict[str, dict[str, Any]]:
    """Give what is in an account's Security Hub, by the resource's name; all tests of a worker import into the same."""
    role = f"arn:aws:iam::{account}:role/Reader"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    names = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretAccessKey",
             "aws_session_token": "SessionToken"}  # fmt: skip
    keys = {name: given[member] for name, member in names.items()}
    found = boto3.client("securityhub", region_name=region, **keys).get_findings()["Findings"]
    return {each["ProductFields"]["phiward/Name"]: each for each in found}


def states(found: Mapping[str, dict[str, Any]], *names: str) -> list[tuple[str, str]]:
    return [(found[name]["Compliance"]["Status"], found[name]["RecordState"]) for name in names]


def imports(server: DemoServer) -> list[tuple[str, str]]:
    return [(call.account, call.region) for call in server.calls() if call.operation == "BatchImportFindings"]


@pytest.mark.usefixtures("nights")
def test_each_accounts_findings_are_imported_there_and_what_is_gone_is_archived(
    loopback: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*PUSH, "--scan", scan_id(0)]) == 0
    assert states(hub(ACCOUNT), "a", "gone") == [FAILED, FAILED]
    assert states(hub(OTHER), "c") == [FAILED]
    assert sorted(imports(loopback)) == [(ACCOUNT, REGION), (OTHER, REGION)]
    said = capsys.readouterr().err
    assert f"2 findings imported into Security Hub of phi-cluster ({ACCOUNT}) in {REGION}" in said
    assert run(PUSH) == 0, "the second night was never pushed: the third tells what it resolved"
    assert states(hub(ACCOUNT), "a", "gone") == [("PASSED", "ACTIVE"), ("NOT_AVAILABLE", "ARCHIVED")]
    assert hub(ACCOUNT)["gone"]["Workflow"] == {"Status": "RESOLVED"}
    assert states(hub(OTHER), "c") == [FAILED]
    product = f"arn:aws:securityhub:{REGION}:{OTHER}:product/{OTHER}/default"
    assert hub(OTHER)["c"]["ProductArn"] == product


def test_what_failed_again_is_not_archived_by_a_scan_that_did_not_look_there(
    bare: Wiring, loopback: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead(monkeypatch, loopback)
    Path("config.toml").write_text(CONFIG)
    for number, gone in enumerate([{"back": False}, {}, {"back": False}]):
        night(bare, number, [*keys(gone), *keys({"c": False}, OTHER)], accounts=BOTH)
    night(bare, 3, [], accounts=BOTH, kinds=("AWS::S3::Bucket",), judged=False)
    for number in (2, 3):
        assert run([*PUSH, "--scan", scan_id(number)]) == 0
        assert states(hub(ACCOUNT), "back") == [FAILED]


@pytest.mark.usefixtures("nights")
def test_a_part_is_pushed_as_such_into_the_region_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.toml").write_text(f'{CONFIG}region = "eu-west-1"\n')
    assert run([*PUSH, "--account", "phi-spare"]) == 0
    (found,) = hub(OTHER, "eu-west-1").values()
    assert found["ProductFields"]["phiward/Restricted"] == "accounts phi-spare"
    assert found["Resources"][0]["Region"] == REGION
    assert hub(ACCOUNT, "eu-west-1") == {}
    assert "only accounts phi-spare" in capsys.readouterr().err


@pytest.mark.usefixtures("nights")
def test_a_dry_run_imports_nothing(loopback: DemoServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*PUSH, "--dry-run"]) == 0
    assert "would be imported into Security Hub" in capsys.readouterr().err
    assert loopback.calls() == []


@pytest.mark.usefixtures("nights")
@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("", "nobody may write: name in config.toml under [publish]"),
        ('[publish]\nprofile = "none-such"', "[publish] profile: The config profile (none-such) could not be found"),
        ('[publish]\nregion = "europe"', "'europe' is no Region"),
        ('[publish]\nroles = "x"', "there is no such key; known here: external_id, profile, region, role"),
    ],
)
def test_without_credentials_of_its_own_nothing_is_sent(
    loopback: DemoServer, capsys: pytest.CaptureFixture[str], config: str, said: str
) -> None:
    Path("config.toml").write_text(f'[aws]\nrole = "PhiwardAudit"\n{ACCOUNTS}{config}\n')
    assert run(PUSH) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert imports(loopback) == []


@pytest.mark.usefixtures("nights")
def test_the_scanners_own_role_imports_nothing_and_other_accounts_go_on(
    loopback: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ACCOUNTS.replace(f'"{OTHER}"]\n', f'"{OTHER}"]\nrole = "PhiwardPublish"\n')
    Path("config.toml").write_text(f'[aws]\nrole = "PhiwardAudit"\n{own}[publish]\nrole = "PhiwardPublish"\n')
    assert run(PUSH) == 3
    error = capsys.readouterr().err
    assert f"account {OTHER}: arn:aws:sts::{OTHER}:assumed-role/PhiwardPublish is the scanner's own identity" in error
    assert "not imported: 1 finding;" in error
    assert imports(loopback) == [(ACCOUNT, REGION)]


@pytest.mark.usefixtures("nights")
def test_what_security_hub_does_not_take_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from scanner.aws.publish import Imported, Publisher, PublishError

    def take(self: Publisher, account: str, region: str, findings: list[Any]) -> Imported:
        del self
        if account == OTHER:
            raise PublishError(f"{account} {region}: securityhub.BatchImportFindings: InvalidAccessException")
        return Imported(len(findings) - 1, [(findings[0]["Id"], "InvalidInput: no")])

    monkeypatch.setattr(Publisher, "import_findings", take)
    assert run(PUSH) == 3
    lines = capsys.readouterr().err.splitlines()
    assert any(
        f"{ACCOUNT} {REGION}: phiward/" in line and line.endswith("was not taken: InvalidInput: no") for line in lines
    )
    assert f"phiward: {OTHER} {REGION}: securityhub.BatchImportFindings: InvalidAccessException" in lines
    assert lines[-1] == "phiward: not imported: 2 findings; the next push sends them again"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--format", "html", "--push"], "--push: Security Hub takes --format asff"),
        (["--format", "asff", "--dry-run"], "--dry-run: only --push"),
        (["--format", "asff", "--push", "--each", "account"], "leave out --each"),
    ],
)
@pytest.mark.usefixtures("bare")
def test_what_does_not_go_together_gets_one_line(
    capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert run(["report", *more]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_the_policy_of_publishing_is_printed_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["iam-policy", "--publish"]) == 0
    assert capsys.readouterr().out == (Path(__file__).parents[2] / "docs/iam-policy-publish.json").read_text()
    assert run(["iam-policy", "--publish", "--rule", "kms_key_rotation"]) == 2
    assert "leave them out" in capsys.readouterr().err
