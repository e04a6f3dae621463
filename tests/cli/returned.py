"""A store of three nights, and its report as a forger would draw it who has all of phiward."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from reports import pdf
from scanner.cli.data import chosen_scan, report_data
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from scanner.model.finding import Verdict
from tests.cli.drift_nights import OTHER, keys, night
from tests.cli.nights import ACCOUNT, scan_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reports.printing import Attached
    from reports.view import ReportData

NIGHTS = 3


def fill(folder: Path, spare: bool) -> Wiring:
    """Store three nights of two accounts: `a` stops to rotate on the second, `c` of the other account if `spare`."""
    wiring = Wiring(Config(), store_url=f"sqlite:///{folder / 'phiward.db'}")
    for number in range(NIGHTS):
        first, second = keys({"a": number < 1, "b": False}), keys({"c": spare}, OTHER)
        for each in (*first, *second):
            each.tags = {"Owner": "clinical" if each.name in "ac" else "platform"}
        night(wiring, number, [*first, *second], accounts=(ACCOUNT, OTHER))
    return wiring


def page(data: ReportData, files: Sequence[Attached] = ()) -> str:
    """Print little: what is cheap to draw, and yet all that a check looks at."""
    said = "".join(f"<p>{each.name} is {each.verdict}</p>" for each in data.findings)
    carried = "".join(f"<p>{each.name} {each.digest}</p>" for each in files)
    author = f"<meta name=author content='phiward {data.version}'>"
    return f"<html lang=en><head><title>x</title>{author}</head><body><h1>{data.scan}</h1>{said}{carried}</body></html>"


def forge(wiring: Wiring, change: Callable[[ReportData], ReportData] = lambda data: data) -> Path:
    """Draw the newest scan's report as a forger would who has all of phiward: consistent in itself."""
    with wiring.store() as store:
        data = report_data(wiring, store, chosen_scan(store), format="pdf")
    Path("r.pdf").write_bytes(pdf.render(change(data)))
    return Path("r.pdf")


def findings(**more: Any) -> Callable[[ReportData], ReportData]:
    def change(data: ReportData) -> ReportData:
        changed = [msgspec.structs.replace(each, **more) if each.name == "a" else each for each in data.findings]
        return msgspec.structs.replace(data, findings=changed)

    return change


def left_out(data: ReportData) -> ReportData:
    return msgspec.structs.replace(data, findings=[each for each in data.findings if each.name != "a"])


FORGED: dict[str, tuple[Callable[[ReportData], ReportData], str]] = {
    "passed": (findings(verdict=Verdict.PASS), "verdict: PASS in the report, FAIL in the store"),
    "left out": (left_out, ": nothing in the report, there in the store"),
    "accepted": (
        findings(acceptance={"owner": "J. Doe", "until": "2027-01-01", "reason": "x", "by": "x", "at": "x"}),
        "accepted by J. Doe until 2027-01-01 in the report, none in the store, where nobody ever accepted it so",
    ),
    "answered": (
        lambda data: msgspec.structs.replace(data, coverage=[]),
        f"coverage of {ACCOUNT} us-east-1 AWS::KMS::Key key kms.ListKeys: nothing in the report",
    ),
    "sealed": (
        lambda data: msgspec.structs.replace(data, seals=dict.fromkeys(data.seals, "0" * 64)),
        f"{OTHER}: {'0' * 64} is not in the store's chain with {scan_id(2)}",
    ),
    "hostile": (
        lambda data: msgspec.structs.replace(data, scan="\x1b[2J\n", version="\x1b[2J"),
        r"scan: it cannot be compared: --scan \x1b[2J",
    ),
    "of another scan": (lambda data: msgspec.structs.replace(data, scan="20200101T000000Z-0001"), "there is no scan"),
}
