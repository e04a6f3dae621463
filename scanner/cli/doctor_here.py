"""What `phiward doctor` sees on this machine: the parts installed, the database, the redaction key, the disk."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.doctor_line import Line, State, ok, wrong
from scanner.cli.wire import Wiring, key_beside
from scanner.model.secret import KEY_VARIABLE

if TYPE_CHECKING:
    from scanner.store.health import Health

USES = {
    "custodian": "remediation",
    "dask": "--engine dask://",
    "demo": "`phiward demo` and rehearsals",
    "export": "the forms OCSF, OSCAL, Prometheus and Parquet",
    "notify": "notifications",
    "pdf": "the PDF",
    "postgres": "PostgreSQL as store",
    "sign": "signed PDFs",
}
"""What each extra is for."""

REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?\s*([^;]*?)\s*;.*extra\s*==\s*['\"]([a-z]+)['\"]")
FLOOR = re.compile(r">=\s*([0-9.]+)")
LITTLE, NONE = 1 << 30, 200 << 20
"""Bytes of free disk below which to warn, and below which a scan may not be kept."""

PROBE = '<html lang="en"><title>probe</title><body><p>phiward</p></body></html>'


def here(wiring: Wiring) -> Iterator[Line]:
    """Look at this machine."""
    yield ok("version", f"phiward {version('phiward')}, Python {platform.python_version()}")
    yield from _extras(_needed(wiring))
    yield from draws(_needed(wiring))
    yield from _engine(wiring)
    health = yield from _store(wiring)
    yield _key(wiring, health)
    yield from _disk(wiring)


def _needed(wiring: Wiring) -> dict[str, str]:
    """Name the extras that the configuration asks for, and where it does."""
    config = wiring.config
    asked = {
        "postgres": wiring.store_url.startswith("postgres") and "[store] url",
        "dask": config.aws.engine != "threads" and "[aws] engine",
        "notify": bool(config.notify) and "[notify]",
        "pdf": "pdf" in config.reports.formats and "formats" in config.reports.model_fields_set and "[reports] formats",
        "sign": bool(config.reports.signer) and "[reports] signer",
    }
    return {extra: where for extra, where in asked.items() if where}


def _extras(needed: dict[str, str]) -> Iterator[Line]:
    """Say which extras are installed: each has its packages, none older than it must be."""
    whole, lacking = [], []
    for extra, use in USES.items():
        missing = [trouble for trouble in map(_trouble, _parts(extra)) if trouble]
        if not missing:
            whole.append(extra)
            continue
        wanted = f"; {needed[extra]} in config.toml asks for it" if extra in needed else ""
        state = State.MEND if extra in needed else State.WARN
        mend = f"uv tool install 'phiward[{extra}]'"
        lacking.append(Line(state, "extra", f"{extra}, for {use}: {', '.join(missing)}{wanted}", mend))
    if whole:
        yield ok("extras", ", ".join(whole))
    yield from lacking


def _parts(extra: str) -> list[tuple[str, str]]:
    """Give the packages of an extra, each with the least version."""
    found = (REQUIREMENT.match(text) for text in requires("phiward") or ())
    return [
        (match[1], floor[1] if (floor := FLOOR.search(match[2])) else "")
        for match in found
        if match and match[3] == extra and match[1] != "phiward"
    ]


def _trouble(part: tuple[str, str]) -> str:
    name, floor = part
    try:
        have = version(name)
    except PackageNotFoundError:
        return f"{name} is not installed"
    return f"{name} is {have}, needs {floor}" if floor and _numbers(have) < _numbers(floor) else ""


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.match(r"[0-9.]*", text)[0].split(".") if part)  # type: ignore[index]


def draws(needed: dict[str, str]) -> Iterator[Line]:
    """Draw a page: it takes WeasyPrint, Pango and a font."""
    import io

    from reports.printing import Attached, PdfError, draw

    if any(map(_trouble, _parts("pdf"))):
        return  # said by the extra
    state = State.MEND if "pdf" in needed else State.WARN
    try:
        drawn = draw(PROBE, datetime.now(UTC), Attached("probe.html", "the page itself", PROBE.encode()))
    except PdfError as error:
        said, _, mend = str(error).partition(": ")
        yield Line(state, "pdf", said, mend)
        return
    from pypdf import PdfReader

    page = PdfReader(io.BytesIO(drawn)).pages[0]
    fonts = (page.get("/Resources") or {}).get("/Font") or {}
    names = sorted({str(fonts[name].get_object()["/BaseFont"]).rpartition("+")[2].lstrip("/") for name in fonts})
    if names:
        yield ok("pdf", f"Pango and WeasyPrint draw, with the font {', '.join(names)}")
    else:
        yield Line(state, "pdf", "this machine has no font to draw with", "apt install fonts-dejavu-core fontconfig")


def _engine(wiring: Wiring) -> Iterator[Line]:
    """Say whether somebody listens at the address of the Dask scheduler."""
    import socket

    from scanner.aws.cluster import address_of
    from scanner.aws.errors import AwsError

    engine = wiring.config.aws.engine
    if engine == "threads":
        return
    try:
        host, _, port = address_of(engine).partition("://")[2].rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), timeout=5):
            yield ok("engine", f"somebody listens at {engine}")
    except AwsError as error:
        yield wrong("engine", error)
    except OSError as error:
        said = f"{engine}: nobody answers ({(error.strerror or str(error)).lower()})"
        yield Line(State.MEND, "engine", said, "start `dask scheduler` there, or mend [aws] engine; docs/scale-out.md")


def _store(wiring: Wiring) -> Generator[Line, None, Health | None]:
    """Look at the database; give back what was found of it."""
    from scanner.store import StoreError
    from scanner.store.health import examine, file_of

    try:
        file = file_of(wiring.store_url)
        if file is not None and not file.exists():
            yield _no_file(file)
            return None
        health = examine(wiring.store_url)
    except StoreError as error:
        yield wrong("store", error)
        return None
    at = health.where
    if not health.writable:
        yield Line(State.MEND, "store", f"{at}: can be read, but not written", "allow it to the user of phiward")
    elif health.schema == 0:
        yield ok("store", f"{at}: empty; the first scan makes the tables")
    elif health.schema < health.known:
        said = f"{at}: schema {health.schema} of {health.known}, {_plural(health.scans, 'scan')}"
        yield Line(State.WARN, "store", said, "make a backup: the next command brings it to this phiward's schema")
    else:
        yield ok("store", f"{at}: opens, can be written, schema {health.schema}, {_plural(health.scans, 'scan')}")
    if health.writer:
        yield ok("lock", f"a scan is being written ({health.writer}); another would be refused until it is done")
    elif health.schema == health.known and health.writable:
        yield from _broken_off(wiring)
    return health


def _no_file(file: Path) -> Line:
    if not file.resolve().parent.is_dir():
        return Line(State.MEND, "store", f"{file}: the folder does not exist", "make it, or mend [store] url")
    if not os.access(file.resolve().parent, os.W_OK):
        return Line(State.MEND, "store", f"{file}: the folder cannot be written", "allow it, or mend [store] url")
    return ok("store", f"{file}: not there yet; the first scan makes it")


def _broken_off(wiring: Wiring) -> Iterator[Line]:
    with wiring.store() as store:
        left = store.unfinished()
    if left is None:
        yield ok("lock", "free; no scan is broken off")
    else:
        said = f"free; scan {left.id} of {left.as_of:%Y-%m-%d %H:%M} UTC was broken off"
        yield Line(State.WARN, "lock", said, "phiward scan --resume")


def _key(wiring: Wiring, health: Health | None) -> Line:
    """Look at the redaction key, without showing it."""
    if os.environ.get(KEY_VARIABLE):
        return ok("key", f"the redaction key is in {KEY_VARIABLE}")
    file = key_beside(wiring.store_url)
    if not file.exists():
        if health is not None and health.scans:
            said = f"{file}: the redaction key is gone; what is kept of secrets cannot be compared any more"
            return Line(State.MEND, "key", said, f"restore it from its backup, or set {KEY_VARIABLE}")
        return ok("key", f"{file}: not there yet; the first scan makes it")
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        said = f"{file}: others can read the redaction key (mode {mode:04o})"
        return Line(State.MEND, "key", said, f"chmod 600 {file}")
    if not file.stat().st_size:
        return Line(State.MEND, "key", f"{file}: the redaction key is empty", "restore it from its backup")
    return ok("key", f"{file}: mode {mode:04o}")


def _disk(wiring: Wiring) -> Iterator[Line]:
    """Look at the room where the database lies, or else the reports."""
    from scanner.store import StoreError
    from scanner.store.health import file_of

    try:
        file = file_of(wiring.store_url)
    except StoreError:
        return
    folder = (file or Path(wiring.config.reports.out)).resolve().parent
    if not folder.is_dir():
        return
    free, size = shutil.disk_usage(folder).free, file.stat().st_size if file and file.exists() else 0
    said = f"{_size(free)} free in {folder}" + (f"; the database has {_size(size)}" if size else "")
    if free < NONE:
        yield Line(State.MEND, "disk", said, "make room: a scan that cannot be kept is lost")
    elif free < max(LITTLE, size):
        yield Line(State.WARN, "disk", said, "make room, or forget old scans: `phiward prune`")
    else:
        yield ok("disk", said)


def _size(count: int) -> str:
    return f"{count / (1 << 30):,.1f} GB" if count >= 1 << 30 else f"{count / (1 << 20):,.1f} MB"


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
