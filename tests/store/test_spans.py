"""One section over all nights: each content with the moments that saw it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scanner.model.resource import Coverage, Resource, seen
from scanner.store import ScanInfo, Store

FIRST = datetime(2026, 11, 1, 2, tzinfo=UTC)
KIND = "AWS::EC2::VPNConnection"
PLACE = ("111122223333", "us-east-1")


def _night(store: Store, number: int, status: str) -> None:
    moment = FIRST + timedelta(days=number)
    store.begin(ScanInfo(id=f"night-{number}", started=moment, as_of=moment, kinds=(KIND,), targets=(PLACE,)))
    sections = {"box": seen({"Status": status}), "other": seen({"n": number})}
    store.add(
        f"night-{number}", *PLACE, [Resource(KIND, "vpn-1", account=PLACE[0], region=PLACE[1], sections=sections)],
        [Coverage(*PLACE, KIND, "box", "ec2.DescribeVpnConnections", listing=True, asked=1)],
    )  # fmt: skip
    store.finish(f"night-{number}", [], finished=moment)


def test_each_content_comes_with_the_moments_that_saw_it(store_url: str) -> None:
    with Store.open(store_url) as store:
        for number, status in enumerate(["UP", "UP", "DOWN", "UP"]):
            _night(store, number, status)
        found = store.spans(KIND, "box")
        assert [(span.doc["Status"], len(span.moments)) for span in found] == [("UP", 2), ("DOWN", 1), ("UP", 1)]
        assert found[0].moments == (FIRST, FIRST + timedelta(days=1))
        assert {(span.account, span.region, span.arn) for span in found} == {(*PLACE, "vpn-1")}
        assert store.spans(KIND, "nothing") == []
