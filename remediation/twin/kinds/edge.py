"""The edge: certificates, CloudFront, AWS WAF and Route 53; and what events start."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from remediation.twin.certificate import self_made
from remediation.twin.later import renamed, waits
from remediation.twin.registry import builds, finishes
from remediation.twin.site import HOME, PLACEHOLDER, Site, UnbuiltError, doc, fitting
from remediation.twin.tagging import pairs
from scanner.model.resource import Resource

_DAILY = "rate(1 day)"


@builds("AWS::CertificateManager::Certificate")
def certificate(site: Site, resource: Resource) -> None:
    """Ask for the certificate, or import a self-made one that is valid for the same time."""
    said = doc(resource, "detail")
    names = said.get("SubjectAlternativeNames") or []
    algorithm = said.get("KeyAlgorithm", "RSA_2048").replace("-", "_")
    tags = pairs(resource) or None
    if said["Type"] == "IMPORTED":
        valid = (datetime.fromisoformat(said["NotBefore"]), datetime.fromisoformat(said["NotAfter"]))
        pem = self_made(said["DomainName"], names, algorithm, valid)
        made = site.call(resource, "acm.ImportCertificate", **pem, Tags=tags)
    else:
        checks = {item.get("ValidationMethod", "DNS") for item in said.get("DomainValidationOptions") or ()}
        made = site.call(
            resource, "acm.RequestCertificate", DomainName=said["DomainName"], KeyAlgorithm=algorithm,
            SubjectAlternativeNames=names or None, ValidationMethod=min(checks, default="DNS"), Tags=tags,
        )  # fmt: skip
    site.pair(resource.arn, made["CertificateArn"])


@builds("AWS::CloudFront::OriginAccessControl")
def origin_access(site: Site, resource: Resource) -> None:
    """Make an origin access control."""
    operation = "cloudfront.CreateOriginAccessControl"
    given = fitting(operation, {"OriginAccessControlConfig": doc(resource, "control")})
    made = site.call(resource, operation, **given)["OriginAccessControl"]
    site.pair(resource.id, made["Id"])


@builds("AWS::CloudFront::Distribution")
def distribution(site: Site, resource: Resource) -> None:
    """Make the distribution."""
    config = doc(resource, "config")
    given = {"DistributionConfig": config, "Tags": {"Items": pairs(resource)}}
    made = site.call(resource, "cloudfront.CreateDistributionWithTags", DistributionConfigWithTags=given)
    site.pair(resource.arn, made["Distribution"]["ARN"])
    site.pair(resource.id, made["Distribution"]["Id"])
    site.pair(doc(resource, "item").get("DomainName"), made["Distribution"]["DomainName"])


@finishes("AWS::CloudFront::Distribution")
def behind(site: Site, resource: Resource) -> None:
    """Name what was made after the distribution, and say where its access logs go."""
    config = doc(resource, "config")
    if renamed(site, config):
        tag = site.call(resource, "cloudfront.GetDistributionConfig", Id=resource.id)["ETag"]
        site.call(resource, "cloudfront.UpdateDistribution", Id=resource.id, IfMatch=tag, DistributionConfig=config)
    if source := doc(resource, "source").get("name"):
        given = {"name": source, "resourceArn": resource.arn, "logType": "ACCESS_LOGS"}
        site.call(resource, "logs.PutDeliverySource", region=HOME, **given)


@builds("AWS::WAFv2::WebACL", "AWS::WAFv2::CloudFrontWebACL")
def web_acl(site: Site, resource: Resource) -> None:
    """Make a web ACL that lets everything through: phiward reads its name and where it logs, not its rules."""
    said = doc(resource, "acl")
    scope = "CLOUDFRONT" if resource.region == "global" else "REGIONAL"
    seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": said["Name"]}
    made = site.call(
        resource, "wafv2.CreateWebACL", Name=said["Name"], Scope=scope, DefaultAction={"Allow": {}},
        Description=said.get("Description") or None, VisibilityConfig=seen, Tags=pairs(resource) or None,
    )["Summary"]  # fmt: skip
    site.pair(resource.arn, made["ARN"])


@finishes("AWS::WAFv2::WebACL", "AWS::WAFv2::CloudFrontWebACL")
def web_acl_logs(site: Site, resource: Resource) -> None:
    """Log where it logs."""
    if doc(resource, "lake"):
        raise UnbuiltError("wafv2.PutLoggingConfiguration: moto knows nothing of Security Lake")
    if said := doc(resource, "log"):
        operation = "wafv2.PutLoggingConfiguration"
        site.call(resource, operation, **fitting(operation, {"LoggingConfiguration": said}))


@finishes("AWS::Route53::HostedZone")
def hosted_zone(site: Site, resource: Resource) -> None:
    """Make the zone with its records; its name servers and start of authority are moto's."""
    said = doc(resource, "zone")
    given = fitting("route53.CreateHostedZone", {"HostedZoneConfig": said.get("Config") or {}})
    made = site.call(resource, "route53.CreateHostedZone", Name=said["Name"], CallerReference=resource.id, **given)
    name = made["HostedZone"]["Id"].rpartition("/")[2]
    site.pair(resource.id, name)
    records = [
        item
        for item in doc(resource, "records") or ()
        if item["Type"] not in {"NS", "SOA"} or item["Name"] != said["Name"]
    ]
    changes = [{"Action": "UPSERT", "ResourceRecordSet": item} for item in records]
    if changes:
        batch = {"Changes": changes}
        site.call(resource, "route53.ChangeResourceRecordSets", HostedZoneId=resource.id, ChangeBatch=batch)
    if tags := pairs(resource):
        about = {"ResourceType": "hostedzone", "ResourceId": resource.id}
        site.call(resource, "route53.ChangeTagsForResource", **about, AddTags=tags)


@builds("AWS::Events::EventBus")
def event_bus(site: Site, resource: Resource) -> None:
    """Make the bus; the one named default is there."""
    if resource.id != "default":
        site.call(resource, "events.CreateEventBus", Name=resource.id, Tags=pairs(resource) or None)


@finishes("AWS::Events::Rule")
def event_rule(site: Site, resource: Resource) -> None:
    """Make the rule with its targets, when these are there."""
    given = fitting("events.PutRule", doc(resource, "rule"))
    bus = given.get("EventBusName")
    site.call(resource, "events.PutRule", **given, Tags=pairs(resource) or None)
    if targets := doc(resource, "targets"):
        operation = "events.PutTargets"
        site.call(resource, operation, Rule=given["Name"], EventBusName=bus, **fitting(operation, {"Targets": targets}))


@finishes("AWS::Scheduler::Schedule")
def schedule(site: Site, resource: Resource) -> None:
    """Make the schedule when its target is there; of one that starts no tasks phiward knows but state and target."""
    said, detail = doc(resource, "schedule"), doc(resource, "detail")
    group = said.get("GroupName", "default")
    known: set[str] = site.made.setdefault(("AWS::Scheduler::ScheduleGroup", f"{resource.account}/{resource.region}"), {
        "names": {"default"},
    })["names"]  # fmt: skip
    if group not in known:
        known.add(group)
        site.call(resource, "scheduler.CreateScheduleGroup", Name=group)
    if detail:
        told = (detail["Target"].get("Input") or {}).get("task_definition") if _kept(detail) else None
        if told:
            detail = {**detail, "Target": {**detail["Target"], "Input": json.dumps({"TaskDefinition": told})}}
        site.call(resource, "scheduler.CreateSchedule", **fitting("scheduler.CreateSchedule", detail, "ClientToken"))
        return
    target = {**said["Target"], "RoleArn": f"arn:aws:iam::{resource.account}:role/{PLACEHOLDER}"}
    given: dict[str, Any] = {"FlexibleTimeWindow": {"Mode": "OFF"}, "ScheduleExpression": _DAILY, "Target": target}
    name = {"Name": said["Name"], "GroupName": group, "State": said.get("State")}
    site.call(resource, "scheduler.CreateSchedule", **name, **given)


def _kept(detail: dict[str, Any]) -> bool:
    """Say whether of the target's input only what phiward asked of it was kept."""
    return isinstance(detail["Target"].get("Input"), dict)


builds("AWS::Route53::HostedZone", "AWS::Events::Rule", "AWS::Scheduler::Schedule")(waits)
