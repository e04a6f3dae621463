"""VPN health as a record over time: from what the scans saw of each tunnel and what CloudWatch kept between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scanner.engine.availability import Carried, Sample, Sighting, record
from scanner.kinds.vpn import VPNConnection
from scanner.model.gap import Unknown
from scanner.model.resource import Resource, seen

if TYPE_CHECKING:
    from reports.view import VpnRecord
    from scanner.store import ScanInfo, Span, Store


def vpn_records(store: Store, info: ScanInfo) -> list[VpnRecord]:
    """Give the record of every VPN connection that was ever seen in the scan's accounts, up to the scan."""
    from reports.view import VpnRecord

    boxes, days = (_by_arn(store.spans(VPNConnection.cfn, name), info) for name in ("box", "day"))
    return [
        VpnRecord(account=found[-1].account, region=found[-1].region, name=found[-1].name, record=record(
            arn, info.as_of, sightings=[item for span in found for item in _sightings(span, info)],
            samples=[item for span in days.get(arn, ()) for item in _samples(span, found[-1])],
            carried=[item for span in days.get(arn, ()) for item in _carried(span)],
        ))
        for arn, found in boxes.items()
    ]  # fmt: skip


def _by_arn(spans: Iterable[Span], info: ScanInfo) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for span in spans:
        if span.account in info.accounts and any(moment <= info.as_of for moment in span.moments):
            found[span.arn].append(span)
    return found


def _view(**sections: object) -> VPNConnection:
    return VPNConnection(
        Resource(VPNConnection.cfn, "vpn", sections={name: seen(doc) for name, doc in sections.items()})
    )


def _sightings(span: Span, info: ScanInfo) -> Iterable[Sighting]:
    try:
        telemetry = _view(box=span.doc).telemetry
    except Unknown:
        return
    for tunnel in telemetry:
        since = datetime.fromisoformat(tunnel.changed).astimezone(UTC) if tunnel.changed else None
        for moment in span.moments:
            if moment <= info.as_of:
                yield Sighting(tunnel.address, moment, tunnel.status, since)


def _samples(span: Span, box: Span) -> Iterable[Sample]:
    try:
        addresses = _view(box=box.doc).addresses
        samples = _view(day=span.doc).samples
    except Unknown:
        return
    for item in samples:
        if item.tunnel <= len(addresses):
            yield Sample(addresses[item.tunnel - 1], item.began, item.up)


def _carried(span: Span) -> Iterable[Carried]:
    try:
        traffic = _view(day=span.doc).traffic
    except Unknown:
        return
    for item in traffic:
        yield Carried(item.began, item.bytes_in + item.bytes_out)
