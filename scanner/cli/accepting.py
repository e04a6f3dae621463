"""`phiward accept`: a risk is accepted by somebody, for a reason, until a day; it stays a FAIL."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.cli.data import chosen_scan
from scanner.cli.output import console
from scanner.cli.wire import Clock, UsageError, Wiring
from scanner.engine.accepted import EXPIRED
from scanner.engine.citations import citations, is_addressable
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from scanner.model.finding import Finding
    from scanner.store import Store


@dataclass(frozen=True)
class Words:
    """What is said of an acceptance; `not_reasonable` and `instead` are the record of 45 CFR 164.306(d)(3)(ii)(B)."""

    reason: str
    owner: str
    until: str
    by: str = ""
    not_reasonable: str = ""
    instead: str = ""


def accept(wiring: Wiring, fingerprint: str, words: Words) -> None:
    """Accept a finding of the newest scan.

    Raises:
        UsageError: it is no FAIL, words are missing, or an addressable specification's record is.
        StoreError: the store cannot take it.
    """
    with wiring.store() as store:
        finding = _find(store, fingerprint)
        if finding.verdict is not Verdict.FAIL:
            raise UsageError(f"{finding.fingerprint[:8]} is {finding.verdict}; only a FAIL is a risk to accept")
        missing = [name for name in ("reason", "owner", "until") if not getattr(words, name)]
        if missing:
            raise UsageError(f"accepting a risk needs {', '.join(f'--{name}' for name in missing)}")
        _demand_record(finding, words)
        before = ended(finding)
        store.accept(
            finding.fingerprint, reason=words.reason, owner=words.owner, until=words.until,
            by=words.by or getpass.getuser(), at=Clock().now(), addressable_reason=words.not_reasonable,
            equivalent_measure=words.instead,
        )  # fmt: skip
    if before:
        console().print(f"it was accepted before: {before}", soft_wrap=True)
    console().print(f"accepted until {words.until}: {finding.rule} on {finding.resource}", soft_wrap=True)


def ended(finding: Finding) -> str:
    """Say why a finding's earlier acceptance holds no longer; empty where it holds, or where there is none."""
    given = finding.acceptance or {}
    why = given.get("lapsed") or (EXPIRED if given.get("expired") else "")
    return f"{why}; {given['owner']} had accepted it until {given['until']}: {given['reason']}" if why else ""


def revoke(wiring: Wiring, fingerprint: str, words: Words) -> None:
    """Take an acceptance back.

    Raises:
        UsageError: there is no such finding.
        StoreError: it was not accepted.
    """
    with wiring.store() as store:
        finding = _find(store, fingerprint)
        store.revoke(finding.fingerprint, by=words.by or getpass.getuser(), at=Clock().now(), reason=words.reason)
    console().print(f"no longer accepted: {finding.rule} on {finding.resource}", soft_wrap=True)


def _demand_record(finding: Finding, words: Words) -> None:
    """Ask for the record that an addressable specification demands when it is not implemented."""
    known = citations()
    cited = (*finding.hipaa, *finding.hipaa_proposed)
    addressable = [known[name] for name in cited if name in known and is_addressable(name)]
    if addressable and not (words.not_reasonable and words.instead):
        first = addressable[0]
        raise UsageError(
            f"{first.citation} ({first.title}) is addressable: 45 CFR 164.306(d)(3) asks why it is not reasonable and "
            "appropriate here (--not-reasonable) and which equivalent measure stands instead (--instead; `none` with "
            "the reason why, where none is reasonable)"
        )


def _find(store: Store, fingerprint: str) -> Finding:
    info = chosen_scan(store)
    found = [finding for finding in store.findings(info.id) if finding.fingerprint.startswith(fingerprint.lower())]
    if len(found) != 1 or len(fingerprint) < 4:  # noqa: PLR2004  shorter ones name nothing for long
        what = "no finding" if not found else f"{len(found)} findings"
        raise UsageError(f"{fingerprint}: {what} of scan {info.id}; give more of the fingerprint")
    return found[0]
