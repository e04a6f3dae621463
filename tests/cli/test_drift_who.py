"""Who did it, as `phiward drift` tells it: from a trail's files, kept by night, and from the demo's own CloudTrail."""

from __future__ import annotations

import gzip
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from scanner.aws.limits import Limits
from scanner.aws.sessions import Sessions
from scanner.aws.trail_events import trail_client
from scanner.cli import run
from scanner.cli.attributing import ask_trails
from scanner.cli.data import chosen_scan
from scanner.cli.wire import Wiring
from scanner.demo import LAST_NIGHT
from tests.cli.drift_nights import complaint, drift, keys, night
from tests.cli.nights import ACCOUNT, REGION, scan_id
from tests.engine.trail_records import ANNA, PIPELINE, TERRAFORM, record, user

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.cli.conftest import Demo

OFF, ON = "DisableKeyRotation", "EnableKeyRotation"
MALLORY = user("mallory")


def turned(
    name: str, day: int, who: Mapping[str, Any], call: str = "DisableKeyRotation", **more: Any
) -> dict[str, Any]:
    """Write the record of a key's rotation being turned on a day of November, between two nights."""
    known = {"recipientAccountId": ACCOUNT, "awsRegion": REGION, "at": f"2026-11-{day:02}T15:00:00Z"}
    return record(call, "kms", {"keyId": name}, who, **known, **more)


def write(file: Path, *records: Mapping[str, Any]) -> Path:
    """Write a trail's file, packed where its name says so."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"Records": list(records)}).encode()
    file.write_bytes(gzip.compress(text) if file.name.endswith(".gz") else text)
    return file


def actors(document: Mapping[str, Any]) -> dict[str, str]:
    """Give by the name of what changed who is told to have done it; empty where nobody was looked for."""
    return {each["name"]: (each["attribution"] or {}).get("who", "") for each in document["changes"]}


def test_a_trail_s_file_says_who_did_it(three: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert actors(drift(capsys)) == {"b": ""}
    file = write(tmp_path / "trail.json", turned("b", 2, MALLORY, agent=TERRAFORM), turned("b", 3, ANNA))
    (only,) = drift(capsys, "--trail", str(file), code=1)["changes"]
    given = only["attribution"]
    assert (given["who"], given["actor_type"], given["channel"]) == ("mallory", "IAMUser", "Terraform")
    assert (given["event"], given["at"], given["source_ip"]) == (
        "DisableKeyRotation", "2026-11-02T15:00:00Z", "198.51.100.23",
    )  # fmt: skip
    assert given["confidence"] == "high"
    assert given["why"]
    assert run(["drift"]) == 1, "what was learned is kept"
    assert "by mallory (Terraform, 198.51.100.23) DisableKeyRotation" in " ".join(capsys.readouterr().out.split())


def test_each_night_s_actor_is_told_of_his_own_change(
    three: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night(three, 3, keys({"a": True, "b": False}))
    folder = tmp_path / "trails"
    write(folder / "2026" / "01.json.gz", turned("a", 1, MALLORY))
    write(folder / "2026" / "02.json", turned("b", 2, ANNA), turned("b", 2, PIPELINE, ON))
    write(folder / "2026" / "03.json.gz", turned("a", 3, PIPELINE, ON))
    write(folder / "digest.txt")
    document = drift(capsys, "--since", scan_id(0), "--trail", str(folder))
    assert actors(document) == {"b": "anna.berg@example.org"}, "what is again as it was is no change"
    by_night = [actors(drift(capsys, "--scan", scan_id(number))) for number in (1, 2, 3)]
    assert by_night == [{"a": "mallory"}, {"b": "anna.berg@example.org"}, {"a": "GitHubActions"}]
    assert actors(drift(capsys, "--since", scan_id(0), "--scan", scan_id(2))) == {
        "a": "mallory",
        "b": "anna.berg@example.org",
    }
    assert actors(drift(capsys, "--since", scan_id(1))) == {"a": "GitHubActions", "b": "anna.berg@example.org"}


def test_a_trail_that_knows_nobody_says_so(three: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "trail.json", turned("other", 2, MALLORY))
    assert run(["drift", "--trail", str(file)]) == 1
    assert "by nobody known: no event was found in this time" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.json", b'{"Records": [\n{"eventName": ', "line 2 is no JSON"),
        ("broken.json.gz", b"\x1f\x8b\x08\x00broken", "the gzip data is broken"),
        ("other.json", b'{"Rules": []}', 'no list "Records"'),
        ("binary.json", b"\xff\xfe\xff", "no text in UTF-8"),
        ("none/readme.txt", b"x", "no file in it ends in .json"),
    ],
)
def test_a_broken_trail_is_one_line(
    three: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, words: str
) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    given = file.parent if "/" in name else file
    said = complaint(capsys, "--trail", str(given))
    assert words in said
    assert given.name in said


# ---- the demo ----


@pytest.fixture
def copied(inside: Demo, tmp_path: Path) -> Wiring:
    """The demo with a copy of its store: what is learned is kept there."""
    for file in inside.folder.glob("phiward.*"):
        shutil.copy(file, tmp_path / file.name)
    return Wiring(inside.wiring.config, store_url=str(tmp_path / "phiward.db"))


def test_the_demo_s_own_trail_says_who_changed_what(
    copied: Wiring, inside: Demo, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(inside.results) < LAST_NIGHT
    with copied.store() as store:
        info = chosen_scan(store)
        sessions = Sessions()
        targets = copied.targets(sessions, sessions.identity())
        assert not ask_trails(copied, store, info, trail_client(sessions, targets, Limits()))
    before = drift(capsys)["changes"]
    changes = drift(capsys, "--store", copied.store_url)["changes"]
    assert [each["id"] for each in changes] == [each["id"] for each in before]
    assert not any(each["attribution"] for each in before)
    assert changes
    assert not [each for each in changes if not each["attribution"]["who"]], "every change was made by somebody"
    known = [each["attribution"] for each in changes]
    assert {each["channel"] for each in known} - {"unknown"}
    assert all(each["at"] and each["event"] and each["confidence"] in {"high", "medium", "low"} for each in known)


def test_the_demo_s_noise_is_left_out_with_its_reasons(inside: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    document = drift(capsys, "--show-suppressed")
    reasons = document["summary"]["suppressed"]
    assert "a state, a counter or an id that changes by itself" in reasons
    assert all(reasons)
    told = {(each["resource"], each["path"]) for each in document["changes"]}
    assert not told & {(each["resource"], each["path"]) for each in document["suppressed"]}
