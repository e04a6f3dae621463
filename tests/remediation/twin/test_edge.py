"""Distributions, web ACLs, certificates, zones, event rules and schedules are rebuilt as they were."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from remediation.twin.certificate import self_made
from tests.remediation.twin.twinned import ACCOUNT, REGION, TAGS, Clients, Rebuilt, policy, rebuilt, role, serving

KINDS = (
    "CloudFront::Distribution", "CloudFront::OriginAccessControl", "WAFv2::WebACL", "WAFv2::CloudFrontWebACL",
    "CertificateManager::Certificate", "Route53::HostedZone", "Events::EventBus", "Events::Rule",
    "Scheduler::Schedule", "S3::Bucket", "Logs::LogGroup",
)  # fmt: skip
VALID = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC))


def _site(client: Clients) -> None:
    front, s3 = client("cloudfront"), client("s3")
    signed = {"Name": "site", "SigningProtocol": "sigv4", "SigningBehavior": "always"}
    control = {**signed, "OriginAccessControlOriginType": "s3"}
    own = front.create_origin_access_control(OriginAccessControlConfig=control)["OriginAccessControl"]["Id"]
    s3.create_bucket(Bucket="site-1111")
    origin = {
        "Id": "site", "DomainName": "site-1111.s3.us-east-1.amazonaws.com", "OriginAccessControlId": own,
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }  # fmt: skip
    config = {
        "CallerReference": "site", "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "site", "ViewerProtocolPolicy": "https-only"},
        "Logging": {"Enabled": True, "IncludeCookies": False, "Bucket": "site-1111.s3.amazonaws.com", "Prefix": ""},
    }  # fmt: skip
    given = {"DistributionConfig": config, "Tags": {"Items": TAGS}}
    made = front.create_distribution_with_tags(DistributionConfigWithTags=given)["Distribution"]["ARN"]
    only = {"StringEquals": {"aws:SourceArn": made}}
    who = {"Service": "cloudfront.amazonaws.com"}
    reads = policy(Principal=who, Action="s3:GetObject", Resource="arn:aws:s3:::site-1111/*", Condition=only)
    s3.put_bucket_policy(Bucket="site-1111", Policy=reads)
    client("logs").put_delivery_source(name="site", resourceArn=made, logType="ACCESS_LOGS")


def _walls(client: Clients) -> None:
    client("logs").create_log_group(logGroupName="aws-waf-logs-front")
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-front"
    counted = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "front"}
    wall = {"Name": "front", "DefaultAction": {"Block": {}}, "VisibilityConfig": counted, "Tags": TAGS}
    waf = client("wafv2")
    for scope in ("REGIONAL", "CLOUDFRONT"):
        made = waf.create_web_acl(Scope=scope, **wall)["Summary"]["ARN"]
        waf.put_logging_configuration(LoggingConfiguration={"ResourceArn": made, "LogDestinationConfigs": [group]})
    acm = client("acm")
    names = ["a.example.org", "b.example.org"]
    acm.request_certificate(
        DomainName=names[0], SubjectAlternativeNames=names, ValidationMethod="DNS", KeyAlgorithm="EC_prime256v1",
        Tags=TAGS,
    )  # fmt: skip
    acm.import_certificate(**self_made("c.example.org", ["d.example.org"], "EC_secp384r1", VALID))


def _names_and_times(client: Clients) -> None:
    names = client("route53")
    zone = names.create_hosted_zone(Name="clinic.example", CallerReference="one")["HostedZone"]["Id"]
    near = {"SetIdentifier": "near", "Region": REGION, "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    record = {"Name": "www.clinic.example", "Type": "A", **near}
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    names.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)
    names.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone.rpartition("/")[2], AddTags=TAGS)
    events = client("events")
    events.create_event_bus(Name="own", Tags=TAGS)
    events.put_rule(Name="told", EventBusName="own", EventPattern='{"source": ["ward"]}', Tags=TAGS)
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:told"
    events.put_targets(Rule="told", EventBusName="own", Targets=[{"Id": "queue", "Arn": queue, "Input": "{}"}])
    events.put_rule(Name="off", ScheduleExpression="rate(1 day)", State="DISABLED")
    times = client("scheduler")
    times.create_schedule_group(Name="ward")
    every = {"ScheduleExpression": "rate(2 hours)", "FlexibleTimeWindow": {"Mode": "OFF"}, "State": "DISABLED"}
    times.create_schedule(Name="told", GroupName="ward", **every, Target={"Arn": queue, "RoleArn": role("teller")})


def _seed(client: Clients) -> None:
    for fill in (_site, _walls, _names_and_times):
        fill(client)


@pytest.fixture(scope="module")
def twin() -> Rebuilt:
    """Rebuild the edge and what events start."""
    with serving() as server:
        return rebuilt(server, _seed, *KINDS)


def test_the_edge_is_rebuilt_as_it_was(twin: Rebuilt) -> None:
    assert twin.lacking == {}
    assert twin.differing == []


def test_what_was_set_was_seen_before(twin: Rebuilt) -> None:
    assert {each.kind.removeprefix("AWS::") for each in twin.before} == set(KINDS)
    (front,) = twin.of("CloudFront::Distribution")
    assert front.sections["source"].doc["name"] == "site"
    certificates = {each.name: each.sections["detail"].doc for each in twin.of("CertificateManager::Certificate")}
    assert certificates["a.example.org"]["Status"] == "ISSUED"
    assert certificates["c.example.org"]["NotAfter"] == "2026-09-01T00:00:00Z"
