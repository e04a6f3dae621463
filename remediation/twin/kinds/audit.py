"""What watches an account: CloudTrail, AWS Config, GuardDuty and Security Hub."""

from __future__ import annotations

from remediation.twin.later import waits
from remediation.twin.registry import builds, finishes
from remediation.twin.site import Site, UnbuiltError, doc, fitting, has
from remediation.twin.tagging import own_tags, pairs
from scanner.model.resource import Resource


@builds("AWS::CloudTrail::Trail")
def trail(site: Site, resource: Resource) -> None:
    """Make the trail."""
    said = doc(resource, "trail")
    site.call(
        resource, "cloudtrail.CreateTrail", **fitting("cloudtrail.CreateTrail", said),
        EnableLogFileValidation=said.get("LogFileValidationEnabled"), TagsList=pairs(resource) or None,
    )  # fmt: skip


@finishes("AWS::CloudTrail::Trail")
def selectors(site: Site, resource: Resource) -> None:
    """Say which events it records, and switch it on."""
    said = doc(resource, "selectors")
    for name in ("AdvancedEventSelectors", "EventSelectors"):
        if said.get(name):
            operation = "cloudtrail.PutEventSelectors"
            site.call(resource, operation, TrailName=resource.id, **fitting(operation, {name: said[name]}))
            break
    if insights := doc(resource, "insight"):
        site.call(resource, "cloudtrail.PutInsightSelectors", TrailName=resource.id, InsightSelectors=insights)
    if doc(resource, "status").get("IsLogging"):
        site.call(resource, "cloudtrail.StartLogging", Name=resource.id)


@builds("AWS::CloudTrail::ShadowTrail")
def shadow(site: Site, resource: Resource) -> None:  # noqa: ARG001  made with the trail
    """Leave it to the trail, of which it is the shadow.

    Raises:
        UnbuiltError: it is another account's, whose trails have no shadows in moto.
    """
    if resource.id.split(":")[4] != resource.account:
        raise UnbuiltError("cloudtrail.CreateTrail: moto shows an organization's trail to its own account only")


@finishes("AWS::Config::ConfigurationRecorder")
def recorder(site: Site, resource: Resource) -> None:
    """Make the recorder; it is switched on by its channel, without which it cannot be."""
    if doc(resource, "recorder").get("servicePrincipal"):
        raise UnbuiltError("config.PutServiceLinkedConfigurationRecorder: moto has no recorders of services")
    operation = "config.PutConfigurationRecorder"
    said = dict(doc(resource, "recorder"))
    group = {name: value for name, value in (said.get("recordingGroup") or {}).items() if not _empty(value)}
    said["recordingGroup"] = group
    site.call(resource, operation, **fitting(operation, {"ConfigurationRecorder": said}))
    wanted = doc(resource, "status").get("recording")
    site.made["AWS::Config::ConfigurationRecorder", f"{resource.account}/{resource.region}"] = {
        "name": resource.id if wanted else None
    }


def _empty(value: object) -> bool:
    return value in ([], {}, None) or value == {"resourceTypes": []}


@finishes("AWS::Config::DeliveryChannel")
def channel(site: Site, resource: Resource) -> None:
    """Make the channel, and switch on the recorder that delivers by it."""
    operation = "config.PutDeliveryChannel"
    site.call(resource, operation, **fitting(operation, {"DeliveryChannel": doc(resource, "channel")}))
    known = site.made.get(("AWS::Config::ConfigurationRecorder", f"{resource.account}/{resource.region}"), {})
    if known.get("name"):
        site.call(resource, "config.StartConfigurationRecorder", ConfigurationRecorderName=known["name"])


builds("AWS::Config::ConfigurationRecorder", "AWS::Config::DeliveryChannel")(waits)


@builds("AWS::GuardDuty::Detector")
def detector(site: Site, resource: Resource) -> None:
    """Make the detector with its features."""
    said = doc(resource, "detector")
    given = fitting("guardduty.CreateDetector", said, "Tags", *(("DataSources",) if said.get("Features") else ()))
    made = site.call(
        resource, "guardduty.CreateDetector", **given, Enable=said["Status"] == "ENABLED",
        Tags=own_tags(resource) or None,
    )  # fmt: skip
    site.pair(resource.id, made["DetectorId"])


@builds("AWS::SecurityHub::Hub")
def hub(site: Site, resource: Resource) -> None:
    """Switch Security Hub on where it is."""
    if has(resource, "hub"):
        site.call(resource, "securityhub.EnableSecurityHub", EnableDefaultStandards=False)
