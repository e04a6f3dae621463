"""Route 53: hosted zones, and by which policies their records route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.common import tags
from scanner.model.call import applied, each, then
from scanner.model.kind import Kind, fact


def zone_id(given: str) -> str:
    """Give a zone's id without the `/hostedzone/` before it."""
    return given.rpartition("/")[2]


def _addresses(records: Sequence[Mapping[str, Any]]) -> bool:
    return any(item["Type"] in {"A", "AAAA", "CNAME"} for item in records)


def _failover(records: Sequence[Mapping[str, Any]]) -> bool:
    return any(item.get("Failover") == "SECONDARY" for item in records)


def _latency(records: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted({item["Region"] for item in records if item.get("Region")}))


class HostedZone(Kind, cfn="AWS::Route53::HostedZone", tf="aws_route53_zone", scope="global"):
    """A hosted zone with what its records say of routing."""

    arn_format = "arn:{partition}:route53:::hostedzone/{id}"

    zone = each("route53.ListHostedZones", "HostedZones")
    records = then("route53.ListResourceRecordSets", "ResourceRecordSets", HostedZoneId="$zone.Id")
    labels = then(
        "route53.ListTagsForResource",
        "ResourceTagSet",
        ResourceType="hostedzone",
        ResourceId=applied(zone_id, "$zone.Id"),
    )

    id: str = fact("zone.Id", plan="zone_id", parse=zone_id, sample="Z0123456789ABCDEFGHIJ")
    name: str = fact("zone.Name", plan="name", template="Name", sample="clinic.example.")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="HostedZoneTags", parse=tags(), default={})
    addresses: bool = fact(
        "records", parse=_addresses, sample=True, doc="Whether it has records of addresses, or of other names for them."
    )
    failover: bool = fact("records", parse=_failover, sample=False, doc="Whether a record is one to fail over to.")
    latency_regions: tuple[str, ...] = fact(
        "records", parse=_latency, sample=(), doc="The Regions for which it has records of latency-based routing."
    )
    volatile = ("zone.ResourceRecordSetCount",)
