"""Exported trail files: the records that a trail delivers to its bucket, read from a disk, one file at a time."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scanner.engine.trail_event import Odd, TrailEvent, parse

ENDINGS = (".json", ".json.gz")
MOST_BYTES = 512 * 1024 * 1024
"""Of one file, unpacked; CloudTrail's own files are far below."""


class TrailFileError(ValueError):
    """A trail file cannot be read: the file and what is wrong, in one line."""


@dataclass
class TrailFiles:
    """Trail files of a folder and all folders below, or one file, and which of their events are wanted.

    Only writes that succeeded within (since, until] are given; with `names` only those that are about one of these, or
    about nothing named. `files` and `records` count what was read, `odd` the records that were no events, by reason.
    """

    path: Path
    since: datetime | None = None
    until: datetime | None = None
    names: Collection[str] = frozenset()
    files: int = 0
    records: int = 0
    odd: Counter[str] = field(default_factory=Counter)

    def events(self) -> Iterator[TrailEvent]:
        """Give the events, file by file in the order of their paths; no more than one file is held.

        Raises:
            TrailFileError: there is no such file, it is broken, or it holds no records.
        """
        names = frozenset(self.names)
        for file in trail_files(self.path):
            self.files += 1
            for record in _records(file):
                self.records += 1
                event = parse(record)
                if isinstance(event, Odd):
                    self.odd[event.reason] += 1
                elif self._wanted(event, names):
                    yield event

    def _wanted(self, event: TrailEvent, names: frozenset[str]) -> bool:
        if not event.effective or (self.since is not None and event.at <= self.since):
            return False
        if self.until is not None and event.at > self.until:
            return False
        return not names or not event.asked.names or event.names_any(names)


def trail_files(path: Path) -> list[Path]:
    """List the files, sorted; a folder's own and those below that end in `.json` or `.json.gz`.

    Raises:
        TrailFileError: there is no such file or folder, it may not be read, or none in it is such a file.
    """
    try:
        if path.is_file():
            return [path]
        if not path.is_dir():
            raise TrailFileError(f"{path}: there is no such file or folder")
        found = sorted(each for each in path.rglob("*") if each.name.endswith(ENDINGS) and each.is_file())
    except OSError as error:
        raise TrailFileError(f"{path}: {error.strerror}") from error
    if not found:
        raise TrailFileError(f"{path}: no file in it ends in .json or .json.gz")
    return found


def _records(file: Path) -> list[Any]:
    try:
        document = json.loads(_bytes(file))
    except RecursionError as error:
        raise TrailFileError(f"{file}: it is nested too deep") from error
    except json.JSONDecodeError as error:
        raise TrailFileError(f"{file}: line {error.lineno} is no JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise TrailFileError(f"{file}: it is no text in UTF-8") from error
    if isinstance(document, dict):
        if "digestS3Object" in document:  # a digest, which CloudTrail delivers beside the trail's files
            return []
        found = document.get("Records", document.get("Events"))
        if isinstance(found, list):
            return found
    raise TrailFileError(f'{file}: it holds no list "Records"; give the files that a trail delivers to its bucket')


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    data = unpacked.read(MOST_BYTES + 1)
            else:
                data = raw.read(MOST_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise TrailFileError(f"{file}: the gzip data is broken: {error}") from error
    except OSError as error:
        raise TrailFileError(f"{file}: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise TrailFileError(f"{file}: more than {MOST_BYTES // 1024**2} MiB unpacked, which no trail delivers")
    return data
