"""`phiward report`: one report, one for each account or owner, or findings imported into Security Hub."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.data import chosen_scan, report_data
from scanner.cli.focus import OWNER, Asked
from scanner.cli.output import answer, complain, console
from scanner.cli.signing import signed, signer_of
from scanner.cli.wire import UsageError
from scanner.model.exits import CLEAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.signing import Signer
    from scanner.cli.wire import Wiring
    from scanner.model.resource import Resource
    from scanner.store import ScanInfo, Store

ACCOUNT = "account"
LONGEST_NAME = 60


@dataclass(frozen=True)
class Ways:
    """What else is asked of a report: one for each of something, to import it into Security Hub, to sign it."""

    each: str = ""
    push: bool = False
    dry_run: bool = False
    sign: bool = False

    def check(self, format: str) -> None:
        """See that what is asked goes together.

        Raises:
            UsageError: it does not.
        """
        if self.dry_run and not self.push:
            raise UsageError("--dry-run: only --push does something that can be left out")
        if self.push and format != "asff":
            raise UsageError("--push: Security Hub takes --format asff")
        if self.push and self.each:
            raise UsageError("--push: each finding goes to its own account anyway; leave out --each")
        if self.each and format == "table":
            raise UsageError("--each: give the --format of the files to write, such as html or pdf")
        if self.sign and format != "pdf":
            raise UsageError("--sign: only a PDF can be signed; ask for it with --format pdf")


def make_reports(
    wiring: Wiring, scan: str, format: str, out: Path | None, *, quiet: bool, asked: Asked, ways: Ways
) -> int:
    """Write a stored scan's report or reports, or import its findings; give the exit code."""
    ways.check(format)
    if ways.push:
        from scanner.cli.publishing import push

        if out is not None:
            write_report(wiring, scan, format, out, quiet=quiet, asked=asked)
        return push(wiring, scan, quiet=quiet, dry_run=ways.dry_run, asked=asked)
    signer = signer_of(wiring) if ways.sign else None
    if ways.each:
        write_each(wiring, scan, format, out, ways.each, quiet=quiet, asked=asked, signer=signer)
    else:
        write_report(wiring, scan, format, out, quiet=quiet, asked=asked, signer=signer)
    return CLEAN


def write_report(
    wiring: Wiring,
    scan: str,
    format: str,
    out: Path | None,
    *,
    quiet: bool,
    asked: Asked | None = None,
    signer: Signer | None = None,
) -> None:
    """Write a stored scan's report to a file, by default below `[reports] out`; a table goes to the terminal."""
    from reports import FORMATS
    from scanner.cli.commands import show_findings

    if format == "table":
        show_findings(wiring, scan, format, out, every=False, quiet=quiet, asked=asked)
        return
    with wiring.store() as store:
        info = chosen_scan(store, scan)
        data = report_data(wiring, store, info, asked=asked, format=format)
    place = out or Path(wiring.config.reports.out) / file_name(info, asked or Asked(), FORMATS[format].suffix)
    made = FORMATS[format].render(data)
    answer(signed(made, signer) if isinstance(made, bytes) and signer is not None else made, place)
    console(quiet=quiet).print(f"written: {place}", soft_wrap=True)


def write_each(
    wiring: Wiring,
    scan: str,
    format: str,
    out: Path | None,
    each: str,
    *,
    quiet: bool,
    asked: Asked,
    signer: Signer | None = None,
) -> None:
    """Write a report for each account, or for each value of a tag, into a folder.

    Raises:
        UsageError: the folder is a file, or no resource bears the tag.
    """
    folder = out or Path(wiring.config.reports.out)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: --each writes several files; name a folder with --out")
    with wiring.store() as store:
        info = chosen_scan(store, scan)
        parts = list(_accounts(info, asked) if each == ACCOUNT else _owners(store, info, asked, each))
    for part in parts:
        from reports import FORMATS

        place = folder / file_name(info, part, FORMATS[format].suffix)
        try:
            write_report(wiring, info.id, format, place, quiet=quiet, asked=part, signer=signer)
        except UsageError as error:
            if each != ACCOUNT or not asked.owner:
                raise
            complain(f"no report of {part.accounts[0]}: {error}")


def _accounts(info: ScanInfo, asked: Asked) -> Iterator[Asked]:
    from scanner.cli.focus import chosen_accounts

    for account in chosen_accounts(info, asked.accounts):
        yield replace(asked, accounts=(account,))


def _owners(store: Store, info: ScanInfo, asked: Asked, each: str) -> Iterator[Asked]:
    """Give a part for each value of the tag, and say how many resources are in none of them."""
    from scanner.cli.focus import chosen_accounts, no_such_tag

    if asked.owner:
        raise UsageError(f"--each {each}: leave out --owner, or take --each account")
    accounts = set(chosen_accounts(info, asked.accounts))
    here = [resource for resource in store.snapshot(info.id).resources if resource.account in accounts]
    owned = [value for resource in here if (value := _value(resource, each)).strip()]
    if not owned:
        raise UsageError(f"--each {each}: {no_such_tag(here, each)}")
    yield from (replace(asked, owner=f"{each}={value}") for value in sorted(set(owned)))
    _say_whose_is_not_known(here, owned, each)


def _value(resource: Resource, key: str) -> str:
    return next((value for name, value in (resource.tags or {}).items() if name.casefold() == key.casefold()), "")


def _say_whose_is_not_known(here: Sequence[Resource], owned: Sequence[str], each: str) -> None:
    unknown = sum(resource.tags is None for resource in here)
    bare = len(here) - len(owned) - unknown
    if bare or unknown:
        from reports.words import plural

        complain(
            f"in none of these reports: {plural(bare, 'resource')} without a tag {each!r}, "
            f"{unknown:,} whose tags could not be learned; the report of the whole scan has them"
        )


def file_name(info: ScanInfo, asked: Asked, suffix: str) -> str:
    """Name a report's file: the scan and what the report is restricted to, so that no part takes the whole's place."""
    shared = [name for name, count in Counter(info.names.values()).items() if count > 1]
    labels = ((account, info.names.get(account) or account) for account in asked.accounts)
    names = [safe(account if label in shared else label) for account, label in labels]
    names += [safe(asked.owner.partition("=")[2] if asked.owner.startswith(f"{OWNER}=") else asked.owner)]
    names += [safe(f"since-{asked.since}")] if asked.since else []
    told = "-".join(name for name in names if name)
    if len(told) > 2 * LONGEST_NAME:
        told = safe(told)
    return f"phiward-{info.id}{'-' if told else ''}{told}.{suffix}"


def safe(text: str) -> str:
    """Write text so that it names a file on every system; what is changed gets a mark by which it differs."""
    slug = re.sub(r"[^a-z0-9_]+", "-", text.casefold()).strip("-")[:LONGEST_NAME].strip("-")
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return slug if slug == text else f"{slug}-{mark}".strip("-")
