"""Counts the checks anew from what a form says, as a reader of that form would."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pandas as pd

from reports.figures import AGAINST, RANK, VERDICTS, WORST_FIRST
from scanner.model.finding import Verdict


class Row(NamedTuple):
    """A finding that counts: its check, verdict, severity, and whether its risk is accepted."""

    check: tuple[str, ...]
    verdict: Verdict
    severity: str
    accepted: bool


def ocsf(text: Any) -> Iterator[Row]:
    words = {1: "PASS", 2: "UNKNOWN", 3: "FAIL", 0: "ERROR", 99: "SKIP"}
    for event in json.loads(text):
        (place,) = event["resources"]
        check = (event["compliance"]["checks"][0]["uid"], event["cloud"]["account"]["uid"], place["region"],
                 place["type"], place["data"]["key"])  # fmt: skip
        if "counts_as" in event["unmapped"]:
            yield Row(check, Verdict(words[event["compliance"]["status_id"]]), event["unmapped"]["severity"],
                      event["status"] == "Suppressed")  # fmt: skip


def asff(text: Any) -> Iterator[Row]:
    words = {"PASSED": "PASS", "FAILED": "FAIL", "WARNING": "UNKNOWN", "NOT_AVAILABLE": "ERROR"}
    for finding in (finding for batch in json.loads(text) for finding in batch["Findings"]):
        fields = finding["ProductFields"]
        check = (finding["GeneratorId"].removeprefix("phiward/"), finding["AwsAccountId"],
                 *(fields[f"phiward/{name}"] for name in ("Region", "Kind", "Key")))  # fmt: skip
        archived = finding["RecordState"] == "ARCHIVED"
        if fields["phiward/CountsAs"] != "not counted":
            yield Row(check, Verdict("SKIP" if archived else words[finding["Compliance"]["Status"]]),
                      finding["FindingProviderFields"]["Severity"]["Original"],
                      finding["Workflow"]["Status"] == "SUPPRESSED")  # fmt: skip


def oscal(text: Any) -> Iterator[Row]:
    (result,) = json.loads(text)["assessment-results"]["results"]
    for observation in result["observations"]:
        said = {prop["name"]: prop["value"] for prop in observation["props"]}
        check = tuple(said[name] for name in ("rule", "account", "region", "kind", "key"))
        if said["counted"] == "yes":
            yield Row(check, Verdict(said["verdict"]), said["severity"], said["accepted"] == "yes")


def _counts(found: Any) -> Verdict | None:
    """Reckon what a finding counts as from its verdict and status: what is resolved and was adverse counts no more."""
    verdict = Verdict(found["verdict"])
    if found["status"] == "resolved" and verdict in AGAINST:
        return None
    return Verdict.UNKNOWN if found["status"] == "unseen" and verdict is not Verdict.ERROR else verdict


def _rows(findings: Any, accepted: Callable[[Any], bool]) -> Iterator[Row]:
    for found in findings:
        check = tuple(found[name] for name in ("rule", "account", "region", "kind", "resource"))
        counted = _counts(found)
        if counted is not None:
            yield Row(check, counted, found["severity"], counted is Verdict.FAIL and accepted(found))


def csv_rows(text: Any) -> Iterator[Row]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return _rows(rows, lambda row: bool(row["accepted_until"]) and not row["not_accepted"])


def json_rows(text: Any) -> Iterator[Row]:
    document = json.loads(text)

    def accepted(found: Any) -> bool:
        given = found["acceptance"] or {}
        until = str(given.get("until") or "")
        return bool(given) and not (given.get("revoked") or given.get("lapsed")) and until >= document["as_of"][:10]

    return _rows(document["findings"], accepted)


def parquet(content: Any) -> Iterator[Row]:
    table = pd.read_parquet(io.BytesIO(content))
    for row in table[table["counts_as"].notna()].to_dict("records"):
        check = tuple(row[name] for name in ("rule", "account", "region", "kind", "resource"))
        yield Row(check, Verdict(row["counts_as"]), row["severity"], row["accepted"])


FORMS: dict[str, Callable[[Any], Iterator[Row]]] = {"ocsf": ocsf, "asff": asff, "oscal": oscal, "parquet": parquet}


def summary(rows: Iterator[Row]) -> dict[str, dict[str, Any]]:
    """Give verdicts, severities and accepted ones by account, `` being all of them; keys as in the JSON's summary."""
    checks: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        checks[row.check].append(row)
    found: dict[str, dict[str, Any]] = defaultdict(_nothing)
    for (_, account, *_rest), parts in checks.items():
        verdict = max((part.verdict for part in parts), key=lambda verdict: verdict.rank)
        worst = [part for part in parts if part.verdict is verdict]
        severity = max((part.severity for part in worst), key=RANK.__getitem__)
        for name in ("", account):
            found[name]["verdicts"][str(verdict)] += 1
            found[name]["accepted"] += verdict is Verdict.FAIL and all(part.accepted for part in worst)
            if verdict in AGAINST:
                found[name]["severities"][severity][str(verdict)] += 1
    return found


def _nothing() -> dict[str, Any]:
    severities = {severity: {str(verdict): 0 for verdict in AGAINST} for severity in WORST_FIRST}
    return {"verdicts": {str(verdict): 0 for verdict in VERDICTS}, "severities": severities, "accepted": 0}
