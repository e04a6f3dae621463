"""The JSON document and the schema that docs/ publishes of it: every key of the one is in the other."""

from __future__ import annotations

import copy
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from reports import json_report
from reports.view import Restricted
from scanner.engine.accepted_gaps import GapAcceptance
from tests.reports.factory import AS_OF, report
from tests.reports.pipelines import ATTACKED, LIVE
from tests.reports.trending import trending

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/phiward-1.schema.json").read_text(encoding="utf-8"))
TAKEN = GapAcceptance(
    account="444455556666", call="kms.GetKeyRotationStatus", reason="in spring", owner="ops", by="ciso",
    until="2026-11-30", at="2026-11-01T12:00:00Z",
)  # fmt: skip
DATA = {
    "golden": report(), "states": LIVE, "hostile": ATTACKED, "trend": trending(),
    "taken": report(accepted_gaps=[TAKEN]),
    "empty": report(findings=[], coverage=[], rules=[], trend=[], seals={}),
    "part": trending(restricted=Restricted(accounts=("phi-cluster",), owner="team = web", unknown=2, since=AS_OF)),
}  # fmt: skip


def closed(node: Any) -> Any:
    """Forbid the keys that the schema does not name: readers allow them, whoever writes them documents them."""
    if isinstance(node, list):
        return [closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    more = {"additionalProperties": False} if "properties" in node else {}
    return {name: closed(each) for name, each in node.items()} | more


def wrong(document: Any, schema: Any) -> list[str]:
    library = import_module("jsonschema")
    library.Draft202012Validator.check_schema(schema)
    checker = library.Draft202012Validator(schema, format_checker=library.FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in checker.iter_errors(document)]


@pytest.mark.parametrize("name", DATA)
def test_every_document_is_valid_and_holds_no_key_that_is_not_published(name: str) -> None:
    document = json.loads(json_report.render(DATA[name]))
    assert wrong(document, closed(SCHEMA)) == []
    assert wrong(document | {"later": 1}, SCHEMA) == [], "keys may be added within phiward/1"


def test_the_trend_and_the_life_are_among_what_is_checked() -> None:
    document = json.loads(json_report.render(DATA["trend"]))
    assert document["trend"]["oldest"]
    assert document["trend"]["time_to_resolve"]
    assert document["summary"]["life"]["severities"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "phiward/2"), (("findings", 0, "verdict"), "COMPLIANT"), (("findings", 0, "fingerprint"), "x"),
        (("summary", "score", "passed"), "3"), (("as_of",), None), (("trend", "nights", 0, "calls"), {}),
        (("restricted", "accounts"), []), (("coverage", 0, "state"), "fine"), (("findings", 0, "evidence"), None),
    ],
)  # fmt: skip
def test_the_schema_refuses_what_no_report_says(path: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(json.loads(json_report.render(DATA["trend"])))
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    assert wrong(document, SCHEMA)
