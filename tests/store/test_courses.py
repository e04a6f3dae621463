"""What became of each verdict: told time by time, up to the scan that is asked for, of what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.store import Store
from tests.store.nights import finding, key, night, run
from tests.store.test_lives import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model.finding import Finding


def told(store: Store, given: Sequence[Sequence[Finding]]) -> tuple[list[str], str]:
    ids = []
    for number, findings in enumerate(given):
        ids.append(night(number).id)
        run(store, night(number), findings, [key()])
    return ids, given[0][0].fingerprint


def test_a_course_ends_where_the_next_one_begins_and_the_last_is_open(store_url: str) -> None:
    with Store.open(store_url) as store:
        ids, name = told(store, [[finding(verdict)] for verdict in ("FAIL", "FAIL", "PASS", "PASS", "FAIL")])
        now = store.courses(ids[-1], {name})
        assert [tuple(course) for course in now[name]] == [
            (day(0), day(2), "FAIL"), (day(2), day(4), "PASS"), (day(4), "", "FAIL"),
        ]  # fmt: skip
        before = store.courses(ids[3], {name})
        assert [tuple(course) for course in before[name]] == [(day(0), day(2), "FAIL"), (day(2), "", "PASS")]
        assert store.courses(ids[-1], {"0" * 32}) == {}


def test_what_is_gone_is_resolved_and_what_came_otherwise_is_one_course(store_url: str) -> None:
    with Store.open(store_url) as store:
        web, db = finding("FAIL", part="web"), finding("FAIL", part="db")
        worse = finding("FAIL", part="db", message="wider still")
        ids, name = told(store, [[web, db], [worse]])
        courses = store.courses(ids[-1], {name, worse.fingerprint})
        assert [course.verdict for course in courses[name]] == ["FAIL", "RESOLVED"]
        assert [tuple(course) for course in courses[worse.fingerprint]] == [(day(0), "", "FAIL")]
