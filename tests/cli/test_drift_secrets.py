"""No secret in any diff: every place where a kind's answers hold one, changed between two nights, in every output.

The secrets here are put together as the test runs, so that no scanner finds one in this file.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy
import zstandard
from pypdf import PdfReader

from reports import FORMATS
from scanner.cli import run
from scanner.cli.data import chosen_scan, report_data
from scanner.cli.wire import Wiring
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.engine.settings import Config
from scanner.model.path import Step, steps
from scanner.model.resource import Resource, seen
from scanner.model.secret import Secret, from_base64
from tests.cli.drift_nights import night
from tests.cli.nights import ACCOUNT, REGION
from tests.engine.trail_records import record, user
from tests.reports.html_sample import content

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.model.kind import Kind

VPN, TASKS, TEMPLATE = "AWS::EC2::VPNConnection", "AWS::ECS::TaskDefinition", "AWS::EC2::LaunchTemplate"


def planted(name: str, number: int) -> str:
    """Make a secret that a detector takes for an access key, another one for each place and night."""
    digits = base64.b32encode(hashlib.sha256(f"{name} {number}".encode()).digest()).decode()
    return "AKIA" + digits[:16]


def document(todo: Sequence[Step], secret: Secret, text: str) -> Any:
    """Build what an answer looks like that holds a secret at a path."""
    if not todo:
        if secret.decode is from_base64:
            return base64.b64encode(f"#!/bin/sh\necho {text}\n".encode()).decode()
        return text
    step, rest = todo[0], todo[1:]
    if step.verb == "member":
        beside = {secret.label: "DB_PASSWORD"} if secret.label and not rest else {}
        return {**beside, step.argument: document(rest, secret, text)}
    inner = document(rest, secret, text)
    return (
        [{"name": "app", "VersionNumber": 1, "DefaultVersion": True, **inner}]
        if isinstance(inner, dict)
        else ["--password", inner]
    )


def places() -> Iterator[tuple[type[Kind], str, str, Secret]]:
    """Name every place where a kind says that a secret may be: the kind, a name of the place, the section."""
    for kind in kinds().values():
        for section, declared in kind.secrets.items():
            for number, secret in enumerate((declared,) if isinstance(declared, Secret) else declared):
                yield kind, f"{kind.__name__}-{section}-{number}", section, secret


def resources(redactor: Redactor, number: int) -> list[Resource]:
    """Make one resource for each place, as a scan keeps it."""
    return [
        Resource(
            kind.cfn, name, arn=f"arn:aws:test:{REGION}:{ACCOUNT}:{name}", account=ACCOUNT, region=REGION, name=name,
            sections={
                section: seen(
                    redactor.section(kind, section, document(steps(secret.path), secret, planted(name, number)))
                )
            },
        )
        for kind, name, section, secret in places()
    ]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of two nights between which every secret changed."""
    url = str(tmp_path_factory.mktemp("secrets") / "phiward.db")
    wiring = Wiring(Config(), store_url=url)
    redactor = wiring.redactor()
    asked = sorted({kind.cfn for kind, *_ in places()})
    for number in range(2):
        night(wiring, number, resources(redactor, number), kinds=asked, judged=False)
    return url


def forms_of(secret: str) -> list[bytes]:
    """Give a secret as it must not appear: as it is, in base64 at each offset, and hashed without a key."""
    inner = [base64.b64encode(b"x" * pad + secret.encode())[4:-4] for pad in range(3)]
    return [secret.encode(), *inner, hashlib.sha256(secret.encode()).hexdigest().encode()]


def clean_of_secrets(name: str, text: str | bytes) -> None:
    raw = text.encode() if isinstance(text, str) else text
    assert raw, name
    for _, place, _, _ in places():
        for number in range(2):
            assert not any(form in raw for form in forms_of(planted(place, number))), f"{name}: {place}"


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """A trail's file with the calls that set the secrets, which CloudTrail itself would have hidden."""
    vpn = next(name for kind, name, section, secret in places() if kind.cfn == VPN and "PreShared" in secret.path)
    template = next(name for kind, name, *_ in places() if kind.cfn == TEMPLATE)
    known = {"recipientAccountId": ACCOUNT, "awsRegion": REGION, "at": "2026-11-01T12:00:00Z"}
    asked = {
        "ModifyVpnTunnelOptions": {
            "vpnConnectionId": vpn, "TunnelOptions": {"PreSharedKey": planted(vpn, 1)},
        },
        "CreateLaunchTemplateVersion": {
            "LaunchTemplateId": template, "LaunchTemplateData": {"UserData": planted(template, 1)},
        },
    }  # fmt: skip
    made = [record(name, "ec2", given, user("mallory"), **known) for name, given in asked.items()]
    (tmp_path / "trail").mkdir()
    (tmp_path / "trail" / "one.json.gz").write_bytes(gzip.compress(json.dumps({"Records": made}).encode()))
    return tmp_path / "trail"


def test_no_secret_is_in_any_form_of_drift(
    store: str, trail: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    given: dict[str, str] = {}
    for form in ("table", "json", "csv"):
        for more in ([], ["--show-suppressed", "-v"]):
            capsys.readouterr()
            assert run(["drift", "--store", store, "--format", form, "--trail", str(trail), *more]) == 1
            given[f"{form} {more}"] = capsys.readouterr().out
    for name, text in given.items():
        clean_of_secrets(name, text)
    changes = json.loads(given["json []"])["changes"]
    redacted = {each["kind"] for each in changes if each["redacted"]}
    assert {VPN, TASKS, TEMPLATE} <= redacted
    assert all(each["before"] is None and each["after"] is None for each in changes if each["redacted"])
    assert "(redacted)" in given["table []"]
    key = next(each for each in changes if each["kind"] == VPN and each["path"].endswith("PreSharedKey"))
    assert (key["attribution"]["who"], key["attribution"]["event"]) == ("mallory", "ModifyVpnTunnelOptions")


def test_a_value_that_did_not_change_is_no_change_under_the_same_key(tmp_path: Path) -> None:
    redactor = Wiring(Config(), store_url=str(tmp_path / "phiward.db")).redactor()
    first, again = (
        [section.doc for each in resources(redactor, 0) for section in each.sections.values()] for _ in "12"
    )
    assert first == again
    other = [section.doc for each in resources(redactor, 1) for section in each.sections.values()]
    assert all(one != two for one, two in zip(first, other, strict=True))


def test_no_secret_is_in_any_report_or_in_the_store(store: str, tmp_path: Path) -> None:
    wiring = Wiring(Config(), store_url=store)
    with wiring.store() as opened:
        data = report_data(wiring, opened, chosen_scan(opened), format="html")
    assert data.drift is not None
    assert data.drift.changes
    for name in ("table", "html", "csv", "json", "pdf"):
        text = FORMATS[name].render(data)
        clean_of_secrets(name, text)
        if name == "html":
            clean_of_secrets("html content", content(str(text)))
        if name == "pdf":
            (tmp_path / "report.pdf").write_bytes(text if isinstance(text, bytes) else b"")
    reader = PdfReader(tmp_path / "report.pdf")
    clean_of_secrets("pdf text", "".join("".join(page.extract_text().split()) for page in reader.pages))
    clean_of_secrets("database", content_of(store))
    for file in Path(store).parent.glob("phiward.db*"):
        clean_of_secrets(file.name, file.read_bytes() or b"-")


def content_of(store: str) -> bytes:
    """Every value of every table, zstd content unpacked."""
    engine = sqlalchemy.create_engine(f"sqlite:///{store}")
    parts: list[bytes] = []
    with engine.connect() as connection:
        for table in sqlalchemy.inspect(engine).get_table_names():
            for row in connection.execute(sqlalchemy.text(f'select * from "{table}"')):  # noqa: S608  our own tables
                for value in row:
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    packed = raw[:4] == b"\x28\xb5\x2f\xfd"
                    parts.append(zstandard.ZstdDecompressor().decompress(raw) if packed else raw)
    engine.dispose()
    whole = b"\n".join(parts)
    assert b"$redacted" in whole
    return whole
