"""What only read or failed attributes nothing; order and noise change no author."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.attribution import attribute
from scanner.engine.trail_event import Odd, TrailEvent, parse
from scanner.model.change import Confidence
from tests.engine import trail_records as trail
from tests.engine.trail_records import CANONS, event, group_call, ingress, ports

NAMES = st.sampled_from([*trail.PORTS, "CreateTags", "DeleteSecurityGroup", "CreateSecurityGroup"])
IDLE = st.sampled_from([{"readOnly": True}, {"readOnly": "true"}, {"errorCode": "AccessDenied"},
                        {"eventCategory": "Insight"}, {"eventCategory": None, "managementEvent": False}])  # fmt: skip
PORT = st.sampled_from([22, 443, 3389])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(st.tuples(NAMES, PORT, IDLE), max_size=6), PORT)
def test_what_only_read_or_failed_never_attributes(calls: list[tuple[str, int, dict[str, Any]]], port: int) -> None:
    events = [event(name, "ec2", group_call(ports(each, "0.0.0.0/0")), **more) for name, each, more in calls]
    ((_, found),) = attribute([ingress(port, "0.0.0.0/0")], events, CANONS)
    assert found.confidence is Confidence.NONE


@given(st.data(), st.lists(st.tuples(NAMES, PORT, st.integers(0, 23)), min_size=1, max_size=6), PORT)
def test_the_order_in_which_events_come_means_nothing(
    data: st.DataObject, calls: list[tuple[str, int, int]], port: int
) -> None:
    events = [
        event(name, "ec2", group_call(ports(each, "0.0.0.0/0")), at=f"2026-11-20T{hour:02d}:30:00Z")
        for name, each, hour in calls
    ]
    shuffled = data.draw(st.permutations([*events, *events]))
    one, other = (attribute([ingress(port, "0.0.0.0/0")], some, CANONS)[0][1] for some in (events, shuffled))
    assert one == other
    if one.confidence is Confidence.HIGH:
        assert (one.event, port) in {(each.name, asked) for each, (_, asked, _) in zip(events, calls, strict=True)}


MEMBERS = sorted(trail.record("X", "ec2"))


@given(st.dictionaries(st.sampled_from([*MEMBERS, "resources"]), JSON, max_size=6))
def test_a_record_of_any_shape_is_read_or_left_out_with_a_reason(odd: dict[str, Any]) -> None:
    found = parse(trail.record("PutBucketPolicy", "s3", {"bucketName": "records"}) | odd)
    assert isinstance(found, TrailEvent) or found.reason


@given(JSON | st.binary(max_size=20))
def test_anything_else_is_no_event(given_: Any) -> None:
    found = parse(given_)
    assert isinstance(found, Odd)
    assert found.reason
