"""Every form of one scan tells the same numbers, of the whole and of a part; and a part says that it is one."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import pytest

from reports import FORMATS, json_report
from reports.view import Restricted
from tests.reports.asff_limits import problems as asff_problems
from tests.reports.factory import report
from tests.reports.forms import NUMBERS, READERS, expected
from tests.reports.pipelines import STATES
from tests.reports.test_junit import SCHEMA as JUNIT
from tests.reports.test_sarif import wrong as sarif_problems

if TYPE_CHECKING:
    from reports.view import ReportData

WHOLE = report(extra=list(STATES.values()))
HERE = WHOLE.accounts[0]
PART = msgspec.structs.replace(
    WHOLE, accounts=[HERE], findings=[each for each in WHOLE.findings if each.account == HERE.id],
    coverage=[each for each in WHOLE.coverage if each.account == HERE.id],
    restricted=Restricted(accounts=(HERE.name,), owner="team = web", unknown=2),
)  # fmt: skip
BOTH = {"whole": WHOLE, "part": PART}


@cache
def rendered(form: str, which: str) -> str | bytes:
    """Render each form once: a PDF takes seconds."""
    return FORMATS[form].render(BOTH[which])


def test_every_form_is_read_back() -> None:
    assert set(NUMBERS) == set(READERS) == set(FORMATS)


def test_the_part_is_another_sum() -> None:
    whole, part = (json_report.summary(data)["verdicts"] for data in BOTH.values())
    assert all(whole[name] > part[name] for name in ("PASS", "FAIL", "UNKNOWN", "SKIP"))


@pytest.mark.parametrize("which", BOTH)
@pytest.mark.parametrize("form", FORMATS)
def test_the_numbers_are_those_of_the_summary(form: str, which: str) -> None:
    data: ReportData = BOTH[which]
    known = expected(data, json_report.summary(data))
    told = NUMBERS[form](rendered(form, which))
    assert told
    assert told == {name: known[name] for name in told}


def test_a_part_is_as_valid_as_the_whole() -> None:
    """OCSF and OSCAL pass their libraries' models before they are written."""
    assert sarif_problems(json.loads(rendered("sarif", "part"))) == []
    assert JUNIT.problems(str(rendered("junit", "part"))) == []
    assert [each for request in json.loads(rendered("asff", "part")) for each in asff_problems(request)] == []
    assert all(set(entry["content"]) == {"body"} for entry in json.loads(rendered("gitlab", "part")))


def test_code_scanning_keeps_a_part_apart_from_the_whole() -> None:
    runs = {which: json.loads(rendered("sarif", which))["runs"][0] for which in BOTH}
    categories = {which: run["automationDetails"]["id"].rpartition("/")[0] for which, run in runs.items()}
    assert categories == {"whole": "phiward", "part": "phiward/accounts phi-cluster%3B resources tagged team = web"}


def test_a_period_is_no_part_of_the_findings() -> None:
    since = msgspec.structs.replace(WHOLE, restricted=Restricted(since=WHOLE.as_of))
    assert "restricted=" not in str(FORMATS["prometheus"].render(since))
    assert json.loads(FORMATS["sarif"].render(since))["runs"][0]["automationDetails"]["id"].count("/") == 1


@pytest.mark.parametrize("form", FORMATS)
def test_a_part_says_so_and_the_whole_does_not(form: str) -> None:
    said = {which: "\n".join(READERS[form](rendered(form, which))) for which in BOTH}
    wanted = [HERE.name, "team = web"] if form == "json" else [PART.restricted.words.split("; without")[0]]
    for words in wanted:
        assert words in said["part"]
    assert "team = web" not in said["whole"]
    assert PART.restricted.words in said["part"] or form in {"json", "prometheus"}, "how many are left out besides"
