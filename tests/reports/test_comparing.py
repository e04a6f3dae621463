"""What a report and the store differ in: every value, whatever the order, and nothing hidden in a name."""

from __future__ import annotations

from typing import Any

from reports.agreement import compare, compare_tables

GIVEN: dict[str, Any] = {
    "findings": [{"fingerprint": "f", "verdict": "PASS", "evidence": [{"value": 1}]}],
    "summary": {"n": 1},
}


def test_what_a_later_version_adds_is_passed_over_and_nothing_else() -> None:
    later = {**GIVEN, "more": 1, "findings": [{**GIVEN["findings"][0], "new": 2}]}
    assert compare(later, GIVEN, [], same=False).faults == []
    assert compare(later, GIVEN, [], same=True).faults == [
        "finding f, new: 2 in the report, nothing in the store",
        "more: 1 in the report, nothing in the store",
    ]
    assert compare(GIVEN, later, [], same=False).faults == [
        "finding f, new: nothing in the report, 2 in the store",
        "more: nothing in the report, 1 in the store",
    ]
    twice = {**GIVEN, "findings": [*GIVEN["findings"], {"fingerprint": "f", "verdict": "FAIL"}]}
    assert compare(twice, GIVEN, [], same=True).faults == [
        "finding f (number 1): there in the report, nothing in the store"
    ]
    hostile = {**GIVEN, "findings": [{"fingerprint": "\x1b[2J", "verdict": "x\ny"}]}
    assert all(fault.isprintable() for fault in compare(hostile, GIVEN, [], same=True).faults)


def test_tables_are_compared_by_their_rows() -> None:
    table, other = "a,fingerprint\r\n1,x\r\n2,y\r\n", b"fingerprint,a\r\ny,2\r\nx,1\r\n"
    assert list(compare_tables("t", table.encode(), table, same=True, decided=False)) == []
    told = list(compare_tables("t", other, table, same=True, decided=False))
    assert told == ["t: the same rows as the store's, in another order or written otherwise"]
    assert list(compare_tables("t", other, table, same=False, decided=False)) == []
    told = list(compare_tables("t", b"a,fingerprint\r\n1,x\r\n", table, same=True, decided=False))
    assert told == ["t: rows that are missing: 1, the first of y"]
    for wrong in (b"a\r\n1\r\n", b"", b"\xff\xfe"):
        assert list(compare_tables("t", wrong, table, same=False, decided=False))
