"""Exported trail files: what a trail delivers is read, what is broken is said in one line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.aws.trail_files import TrailFileError, TrailFiles
from tests.engine.trail_records import GROUP, SEEN, SINCE, group_call, ports, record


def opened(group: str = GROUP, **more: Any) -> dict[str, Any]:
    return record("AuthorizeSecurityGroupIngress", "ec2", group_call(ports(22, "0.0.0.0/0"), group=group), **more)


def write(file: Path, *records: Any, packed: bool = False) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps({"Records": records}).encode()
    file.write_bytes(gzip.compress(data) if packed else data)
    return file


def test_a_tree_of_files_packed_and_not(tmp_path: Path) -> None:
    day = tmp_path / "AWSLogs/123456789012/CloudTrail/eu-west-1/2026/11/20"
    first, second, third = opened(), opened(), opened()
    write(day / "a.json.gz", first, packed=True)
    write(day / "b.json", second)
    write(day / "c.json", third, packed=True)
    write(tmp_path / "notes.txt", opened())
    files = TrailFiles(tmp_path)
    assert [event.id for event in files.events()] == [each["eventID"] for each in (first, second, third)]
    assert (files.files, files.records) == (3, 3)


def test_only_writes_of_the_window_that_succeeded_and_concern_what_is_wanted(tmp_path: Path) -> None:
    good = opened(at=SEEN.isoformat())
    nameless = record("EnableEbsEncryptionByDefault", "ec2", {}, at=SEEN.isoformat())
    others = [
        opened(at=SINCE.isoformat()),
        opened(at=(SEEN + timedelta(seconds=1)).isoformat()),
        opened(readOnly=True),
        opened(errorCode="AccessDenied"),
        opened(eventCategory="Data", managementEvent=False),
        opened("sg-0fffffffffffffff0"),
    ]
    file = write(tmp_path / "all.json", *others, good, nameless)
    wanted = [good["eventID"], nameless["eventID"]]
    assert [event.id for event in TrailFiles(file, SINCE, SEEN, {GROUP}).events()] == wanted


def test_odd_records_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    good = opened()
    file = write(tmp_path / "odd.json", None, "x", {"eventName": "X"}, good, [1])
    files = TrailFiles(file)
    assert [event.id for event in files.events()] == [good["eventID"]]
    assert files.records == 5
    assert files.odd == {
        "it is no object": 2, "it is no JSON": 1, "it lacks eventSource, eventTime, awsRegion, an account": 1,
    }  # fmt: skip


def test_digests_are_passed_over_and_looked_up_events_are_read(tmp_path: Path) -> None:
    good = opened()
    (tmp_path / "digest.json").write_text(json.dumps({"digestS3Object": "AWSLogs/x", "logFiles": []}))
    (tmp_path / "looked.json").write_text(json.dumps({"Events": [{"CloudTrailEvent": json.dumps(good)}]}))
    assert [event.id for event in TrailFiles(tmp_path).events()] == [good["eventID"]]


def test_one_file_is_read_after_the_other(tmp_path: Path) -> None:
    write(tmp_path / "1.json", opened())
    write(tmp_path / "2.json", opened())
    files = TrailFiles(tmp_path)
    events = files.events()
    next(events)
    assert files.files == 1


def _cut(data: bytes) -> bytes:
    return gzip.compress(data)[:-12]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda _: b"", "line 1 is no JSON"),
        (lambda data: data[:-3], "is no JSON"),
        (lambda _: b'{"Records": [\n{"a": }\n]}', "line 2 is no JSON"),
        (lambda _: b'{"Records": {}}', 'it holds no list "Records"'),
        (lambda _: b"[]", 'it holds no list "Records"'),
        (lambda _: b'{"a": "\xe4"}', "it is no text in UTF-8"),
        (lambda _: b"[" * 200_000, "nested too deep"),
        (_cut, "the gzip data is broken"),
        (lambda data: gzip.compress(data)[:20] + b"\xff" * 40, "the gzip data is broken"),
    ],
)
def test_a_broken_file_is_one_clear_line(tmp_path: Path, make: Callable[[bytes], bytes], said: str) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(make(json.dumps({"Records": [opened()]}).encode()))
    with pytest.raises(TrailFileError, match=said) as told:
        list(TrailFiles(tmp_path).events())
    assert str(told.value).startswith(f"{file}: ")
    assert "\n" not in str(told.value)
    assert isinstance(told.value, ValueError)


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.aws.trail_files.MOST_BYTES", 1024 * 1024)
    (tmp_path / "big.json.gz").write_bytes(gzip.compress(b" " * (1024 * 1024 + 1)))
    with pytest.raises(TrailFileError, match="more than 1 MiB unpacked"):
        list(TrailFiles(tmp_path).events())


def test_a_place_without_files_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrailFileError, match=r"no file in it ends in \.json or \.json\.gz"):
        list(TrailFiles(tmp_path).events())
    with pytest.raises(TrailFileError, match="there is no such file or folder"):
        list(TrailFiles(tmp_path / "none").events())
