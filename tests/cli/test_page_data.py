"""What only the HTML page needs is gathered for it alone: documents of what is not well, the course of each verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.figures import AGAINST, standing
from scanner.cli.data import chosen_scan, report_data

if TYPE_CHECKING:
    from scanner.cli.wire import Wiring


def test_the_page_has_the_documents_of_what_fails_and_the_course_of_each_verdict(three: Wiring) -> None:
    with three.store() as store:
        data = report_data(three, store, chosen_scan(store), format="html")
    failing = {(each.account, each.resource) for each in data.findings if standing(each) in AGAINST}
    assert {(each.account, each.arn) for each in data.documents} == failing != set()
    assert all(each.sections for each in data.documents)
    assert set(data.courses) == {each.fingerprint for each in data.findings}
    turned = [some for some in data.courses.values() if [each.verdict for each in some] == ["PASS", "FAIL"]]
    assert len(turned) >= 2
    assert all(before.until == after.since and not after.until for before, after in turned)


def test_no_other_form_pays_for_them(three: Wiring) -> None:
    with three.store() as store:
        data = report_data(three, store, chosen_scan(store), format="csv")
    assert not data.documents
    assert not data.courses
