"""`phiward doctor`: what it finds wrong, how it says to mend it, and that it only looks."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from importlib import metadata
from pathlib import Path
from time import time
from types import SimpleNamespace
from typing import Any

import pytest

from scanner.aws.collect import operations
from scanner.aws.doctor import DOCTOR_OPERATIONS, free_calls
from scanner.aws.sessions import BASE_OPERATIONS
from scanner.cli import doctor_aws, doctor_here, run
from scanner.demo import DemoServer
from scanner.engine.registry import kinds
from tests.aws.stub import Answer, Asked, Script, Stub, xml
from tests.cli.remedying import lead

ACCOUNT = "300000000900"
CONFIG = (
    f'[store]\nurl = "own.db"\n[aws]\nregions = ["us-east-1"]\nrole = "Audit"\n[accounts."{ACCOUNT}"]\nname = "ward"\n'
)
Doctor = Callable[..., tuple[int, dict[str, list[Any]]]]


@pytest.fixture
def doctor(
    loopback: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Doctor]:
    """Runs the command in a folder of its own; gives the exit code, and the lines by what was looked at."""
    lead(monkeypatch, loopback)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PHIWARD_REDACTION_KEY", raising=False)
    monkeypatch.setattr(doctor_here, "draws", lambda _needed: iter(()))  # has a test of its own
    monkeypatch.setattr(doctor_aws, "TRIED", 0)  # so have permissions

    def command(*words: str, config: str = CONFIG) -> tuple[int, dict[str, list[Any]]]:
        Path("config.toml").write_text(config)
        code = run(["doctor", *words, "--format", "json"])
        document = json.loads(capfd.readouterr().out)
        found: dict[str, list[Any]] = {}
        for line in document["checks"]:
            found.setdefault(line["check"], []).append(SimpleNamespace(**line))
        assert document["well"] == (code == 0)
        return code, found

    yield command
    loopback.allow()


def test_a_place_where_one_call_is_refused_names_the_rules_that_would_be_unknown(
    doctor: Doctor, loopback: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_aws, "TRIED", 1)
    loopback.deny("iam:SimulatePrincipalPolicy")
    loopback.deny("kms:ListKeys", ACCOUNT)
    loopback.forget_calls()
    code, found = doctor()
    assert code == 1
    states = {check: {line.state for line in lines} for check, lines in found.items()}
    assert all(states[check] == {"ok"} for check in ("config", "extras", "store", "key", "disk", "clock", "accounts"))
    first, last = found["permissions"]
    assert (first.state, first.account, first.said) == ("mend", ACCOUNT, "kms: ListKeys refused")
    assert "kms_key_rotation" in first.rules
    assert "s3_bucket_versioning" not in first.rules
    assert f"arn:aws:iam::{ACCOUNT}:role/Audit" in first.mend
    assert (last.state, last.mend) == ("warn", "allow iam:SimulatePrincipalPolicy")
    assert "1 refused; tried by calls, for iam:SimulatePrincipalPolicy is denied" in last.said
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"], "no database and no key are made"
    made = {f"{call.service}.{call.operation}" for call in loopback.calls()}
    allowed = operations(kinds().values()) | {*DOCTOR_OPERATIONS, *BASE_OPERATIONS, "sts.AssumeRole"}
    assert made - allowed == set()
    assert made >= {"kms.ListKeys", "ec2.DescribeVpcs", "s3.ListBuckets"}


def test_a_role_that_cannot_be_assumed(doctor: Doctor, loopback: DemoServer) -> None:
    loopback.deny("sts:AssumeRole")
    code, found = doctor()
    assert code == 1
    (line,) = found["accounts"]
    assert (line.state, line.account) == ("mend", ACCOUNT)
    assert "role/Audit cannot be assumed" in line.said
    assert "trust policy" in line.mend
    assert "permissions" not in found


def test_a_region_that_is_off_and_a_role_of_another_account(doctor: Doctor, loopback: DemoServer) -> None:
    code, found = doctor(config=CONFIG.replace('"us-east-1"', '"us-east-1", "ap-east-1"'))
    assert code == 1
    assert [line.said for line in found["regions"] if line.state == "mend"] == ["ap-east-1: not enabled"]
    loopback.deny("ec2:DescribeRegions")
    code, found = doctor()
    (line,) = found["regions"]
    assert (code, line.state, line.mend) == (0, "warn", "allow ec2:DescribeRegions"), "config.toml names them"
    code, found = doctor(config=CONFIG.replace('regions = ["us-east-1"]', ""))
    assert (code, found["regions"][0].state) == (1, "mend")
    loopback.allow()
    code, found = doctor(config=CONFIG.replace('"Audit"', '"arn:aws:iam::111111111111:role/Audit"'))
    assert code == 1
    assert found["accounts"][0].mend == "give the role's name alone"
    assert found["permissions"][0].state == "unknown"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("[stor]\n", ("line 1", "stor")),
        ('[packs]\nenabled = ["hippa"]\n', ("hippa", "hipaa")),
        ("[rules.ecs_service_min_two_tasks]\nminimum = 'two'\n", ("ecs_service_min_two_tasks",)),
    ],
)
def test_a_wrong_config_does_not_hinder_the_rest(doctor: Doctor, config: str, words: tuple[str, ...]) -> None:
    code, found = doctor(config=config)
    assert code == 1
    line = found["config"][0]
    assert line.state == "mend"
    assert all(word in f"{line.said} {line.mend}" for word in words)
    assert found["credentials"][0].state == "warn", "keys of a user have no end"


def test_the_database_and_its_key(doctor: Doctor, tmp_path: Path) -> None:
    code, found = doctor(config=CONFIG.replace('"own.db"', '"nowhere/own.db"'))
    assert (code, found["store"][0].state, found["store"][0].said) == (
        1,
        "mend",
        "nowhere/own.db: the folder does not exist",
    )
    Path("config.toml").write_text(CONFIG)
    assert run(["scan", "--rule", "kms_key_rotation", "--quiet"]) in {0, 1, 3}
    code, found = doctor()
    assert code == 0
    assert "1 scan" in found["store"][0].said
    assert found["lock"][0].said == "free; no scan is broken off"
    assert found["key"][0].said == "own.key: mode 0600"
    key = tmp_path / "own.key"
    key.chmod(0o644)
    code, found = doctor()
    assert (code, found["key"][0].state, found["key"][0].mend) == (1, "mend", "chmod 600 own.key")
    key.unlink()
    code, found = doctor()
    assert (code, found["key"][0].state) == (1, "mend")
    assert "gone" in found["key"][0].said
    with sqlite3.connect(tmp_path / "own.db") as database:
        database.execute("UPDATE meta SET value = '2' WHERE name = 'schema'")
    database.close()
    code, found = doctor()
    assert (found["store"][0].state, "schema 2 of" in found["store"][0].said) == ("warn", True)
    with sqlite3.connect(tmp_path / "own.db") as database:
        assert database.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone() == ("2",), "it only looks"
    database.close()


def test_without_network_it_says_what_it_can(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        code, found = doctor()
    assert code == 1
    assert found["credentials"][0].state == "mend"
    assert "network" in found["credentials"][0].mend
    assert {found[check][0].state for check in ("clock", "regions", "accounts", "permissions")} == {"unknown"}
    assert found["disk"][0].state == "ok"


def test_a_part_that_the_config_asks_for_and_one_that_it_does_not(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = {"apprise": "", "c7n": "0.9.15"}
    real = metadata.version

    def version(name: str) -> str:
        if lacking.get(name) == "":
            raise metadata.PackageNotFoundError(name)
        return lacking.get(name) or real(name)

    monkeypatch.setattr(doctor_here, "version", version)
    monkeypatch.setattr(doctor_here, "requires", lambda _: [
        "c7n>=0.9.53; extra == 'custodian'", "apprise>=1.9.5; extra == 'notify'", "boto3>=1.43",
        "psycopg[binary]>=3.2; extra == 'postgres'",
    ])  # fmt: skip
    code, found = doctor()
    assert code == 0
    said = {line.said.partition(",")[0]: line for line in found["extra"]}
    assert said["custodian"].said == "custodian, for remediation: c7n is 0.9.15, needs 0.9.53"
    assert (said["notify"].state, said["notify"].mend) == ("warn", "uv tool install 'phiward[notify]'")
    monkeypatch.setattr(doctor_here, "_needed", lambda _: {"notify": "[notify]"})
    code, found = doctor()
    assert code == 1
    assert {line.said.partition(",")[0]: line.state for line in found["extra"]}["notify"] == "mend"


def test_the_pdf_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = doctor_here.draws({})
    assert (str(line.state), "DejaVu" in line.said) == ("ok", True)
    from reports import printing

    monkeypatch.setattr(printing, "_weasyprint", lambda: _raise(printing.PdfError(printing.MISSING_PANGO)))
    (line,) = doctor_here.draws({"pdf": "[reports] formats"})
    assert (str(line.state), line.said) == ("mend", "the PDF needs Pango, which is not on this machine")
    assert line.mend.startswith("on Debian or Ubuntu `apt install libpango")


def _raise(error: Exception) -> None:
    raise error


def test_misuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["doctor", "--config", "nowhere.toml"]) == 2
    assert capsys.readouterr().err == "phiward: nowhere.toml: there is no such file; name another with --config\n"
    assert run(["doctor", "--out", "x"]) == 2


# ---- what the fake has no answer to: IAM's simulation, another clock --------------------------------

RESULT = "<member><EvalActionName>{}</EvalActionName><EvalDecision>{}</EvalDecision>{}</member>"
ORGANIZATION = (
    "<OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail>"
)
MISSING = "<MissingContextValues><member>aws:PrincipalTag/team</member></MissingContextValues>"
DENIED = {
    "kms:DescribeKey": ("implicitDeny", ORGANIZATION),
    "backup:ListBackupVaults": ("implicitDeny", ""),
    "ecs:ListClusters": ("implicitDeny", MISSING),
}
WHO = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/Nightly/s</Arn>"
    "<UserId>x</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
REGIONS = (
    "<DescribeRegionsResponse><regionInfo><item>"
    "<regionName>us-east-1</regionName></item></regionInfo></DescribeRegionsResponse>"
)


def simulated(asked: Asked) -> Answer:
    names = [value for key, value in sorted(asked.params.items()) if key.startswith("ActionNames.")]
    results = "".join(RESULT.format(name, *DENIED.get(name, ("allowed", ""))) for name in names)
    return xml(
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated>"
        f"<EvaluationResults>{results}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    )


def test_permissions_by_simulation(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    late = formatdate(time() - 400, usegmt=True)
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: late)
    monkeypatch.setattr(doctor_aws, "TRIED", 1)
    script: dict[str, Script] = {
        "sts.GetCallerIdentity": xml(WHO),
        "ec2.DescribeRegions": xml(REGIONS),
        "iam.SimulatePrincipalPolicy": simulated,
    }
    with Stub(script) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
        monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", "2031-01-02T03:04:05Z")
        code, found = doctor(config="")
        asked = server.params("iam.SimulatePrincipalPolicy")
        made = {each.key for each in server.asked}
    assert made == set(script), "nothing else is called"
    assert {each["PolicySourceArn"] for each in asked} == {"arn:aws:iam::123456789012:role/Nightly"}
    assert code == 1
    by_service = {line.said.partition(":")[0]: line for line in found["permissions"]}
    assert (by_service["kms"].state, by_service["kms"].mend) == (
        "mend",
        "a service control policy denies it; allow it there",
    )
    assert "kms_key_rotation" in by_service["kms"].rules
    assert (by_service["backup"].state, bool(by_service["backup"].rules)) == ("mend", True)
    assert by_service["ecs"].state == "warn"
    assert "aws:PrincipalTag/team" in by_service["ecs"].said
    assert (found["clock"][0].state, found["clock"][0].said) == ("mend", "7 min ahead of AWS's")
    assert found["credentials"][0].state == "ok"
    assert "until 2031-01-02 03:04 UTC" in found["credentials"][0].said


def test_lines_fit_a_terminal(doctor: Doctor, loopback: DemoServer, capfd: pytest.CaptureFixture[str]) -> None:
    loopback.deny("sts:AssumeRole")
    Path("config.toml").write_text(CONFIG)
    assert run(["doctor"]) == 1
    said = capfd.readouterr()
    assert max(map(len, said.out.splitlines())) <= 80
    assert "-> the role must be there, and its trust policy name" in said.out
    assert "to mend" in said.err


def test_the_calls_that_need_no_resource_are_declared_ones() -> None:
    found = free_calls(kinds().values())
    assert set(found) <= operations(kinds().values())
    assert len(found) > 50
