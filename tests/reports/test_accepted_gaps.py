"""A report that says of a gap that somebody accepted it, laid beside what the store says."""

from __future__ import annotations

from reports.agreement import compare

CALL, ACCOUNT, OTHER = "kms.ListKeys", "111122223333", "444455556666"
NAME = f"{CALL} {ACCOUNT}"
GIVEN = {"reason": "in spring", "owner": "ops", "until": "2026-11-30", "by": "ciso", "at": "2026-11-01T12:00:00Z"}
NONE: dict[str, object] = {"accepted_gaps": []}


def saying(acceptance: object) -> dict[str, object]:
    return {"accepted_gaps": [{"account": ACCOUNT, "call": CALL, "acceptance": acceptance}]}


def test_what_was_revoked_or_accepted_since_is_a_decision() -> None:
    for report, store in ((saying(GIVEN), NONE), (NONE, saying(GIVEN)), (saying(GIVEN), saying(GIVEN | {"by": "x"}))):
        agreed = compare(report, store, [(NAME, GIVEN)], same=True)
        assert agreed.faults == []
        assert len(agreed.decided) == 1
    assert compare(saying(GIVEN), saying(GIVEN), [(NAME, GIVEN)], same=True).decided == []


def test_what_nobody_accepted_is_a_forgery() -> None:
    for ever in ([], [(f"{CALL} {OTHER}", GIVEN)], [(NAME, GIVEN | {"owner": "another"})]):
        (fault,) = compare(saying(GIVEN), NONE, ever, same=True).faults
        assert fault.startswith(
            f"accepted gap {NAME}: accepted by ops until 2026-11-30 in the report, none in the store"
        )


def test_what_is_no_acceptance_is_a_forgery() -> None:
    for odd in ("yes", ["x"], 7):
        assert compare(saying(odd), NONE, [(NAME, GIVEN)], same=True).faults
        assert compare({"accepted_gaps": [odd]}, NONE, [(NAME, GIVEN)], same=True).faults
