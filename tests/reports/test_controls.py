"""The control matrix in figures: every check at each citation that speaks of it, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from reports.controls import Counts, anchor, controls, graded
from reports.figures import figures
from reports.matrix import NO_RULE, NOTHING, ORGANISATIONAL, by_section
from reports.trend import standards
from scanner.engine.citations import standard_of
from scanner.model.finding import Verdict
from tests.reports.factory import report

DATA = report()
COUNTED = figures(DATA)
FLAT = {each.citation: each for section in controls(DATA, COUNTED) for each in section.controls}


@pytest.mark.parametrize(("mapping", "column"), [("hipaa", "public"), ("hipaa_proposed", "own")])
def test_each_citation_counts_the_checks_that_speak_of_it(mapping: str, column: str) -> None:
    for citation, control in FLAT.items():
        checks = [check for check in COUNTED.checks if citation in getattr(check, mapping)]
        verdicts = Counter(check.verdict for check in checks if check.verdict is not Verdict.SKIP)
        expected = Counts(
            verdicts[Verdict.PASS],
            verdicts[Verdict.FAIL],
            sum(check.accepted for check in checks),
            verdicts[Verdict.UNKNOWN] + verdicts[Verdict.ERROR],
        )
        assert getattr(control, column) == (expected if verdicts else None), citation


def test_the_matrix_has_every_citation_and_its_kind() -> None:
    assert list(FLAT) == [standard.citation for standard in DATA.standards]
    assert {control.kind for control in FLAT.values()} == {"standard", "required", "addressable"}
    assert any(control.public and control.public.accepted for control in FLAT.values())
    assert len({control.anchor for control in FLAT.values()}) == len(FLAT)


def test_a_paragraph_with_two_standards_bears_what_both_are_called() -> None:
    found = {each.citation: each for each in graded(DATA, COUNTED)}
    both = "Business associate contracts and other arrangements"
    assert (found["164.308(b)"].title, found["164.308(b)"].anchor) == (both, anchor("164.308(b)(1)"))
    assert standards()["164.308(b)"] == both
    assert {name: each.title for name, each in found.items()} == standards()
    qualified = [title for title in standards().values() if title.endswith(")")]
    alone = Counter(standard_of(each.citation) for each in DATA.standards if each.kind == "standard")
    assert all(alone[name] == 1 for name, title in standards().items() if title in qualified)


def test_what_has_no_figure_says_why() -> None:
    for control in FLAT.values():
        if control.public is None and control.organisational:
            assert control.said in {ORGANISATIONAL, NOTHING}
        elif control.public is None and not control.rules:
            assert control.said == NO_RULE
        else:
            assert control.said in {"", NOTHING}
    assert FLAT["164.308(a)(2)"].said == ORGANISATIONAL


def test_a_standard_counts_a_check_once_though_several_of_its_paragraphs_are_cited() -> None:
    found = {each.citation: each for each in graded(DATA, COUNTED)}
    assert list(found) == list(dict.fromkeys(standard_of(each.citation) for each in DATA.standards))
    access = found["164.312(a)"]
    about = [
        check
        for check in COUNTED.checks
        if any(standard_of(citation) == "164.312(a)" for citation in (*check.hipaa, *check.hipaa_proposed))
    ]
    assert access.both.score.of == sum(check.verdict is not Verdict.SKIP for check in about)
    assert access.public is not None
    assert access.own is not None
    assert max(access.public.of, access.own.of) <= access.both.score.of <= access.public.of + access.own.of
    assert found["164.310(b)"].public is None
    assert found["164.310(b)"].said == ORGANISATIONAL


def test_citations_are_written_with_each_section_once() -> None:
    given = ("164.312(a)(1)", "164.312(e)(2)(ii)", "164.308(a)(4)(i)", "164.312")
    assert by_section(given) == [("164.312", "(a)(1), (e)(2)(ii), "), ("164.308", "(a)(4)(i)")]
    assert anchor("164.312(e)(2)(ii)") == "c-164-312-e-2-ii"
