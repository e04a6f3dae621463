"""A record of CloudTrail as an event: who, by what, about what, and no secret."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from scanner.engine.trail_event import Odd, TrailEvent, channel, parse, parse_all
from scanner.engine.trail_names import Wanted, names_of, regions_of, wanted
from tests.engine import trail_records as trail
from tests.engine.trail_records import CANONS, change, event, ingress, record

SECRETS = {
    "masterUserPassword": "s3cr3t-password", "preSharedKey": "s3cr3t-psk", "userData": "czNjcjN0",
    "secretString": "s3cr3t-string", "SecretAccessKey": "s3cr3t-key", "clientRequestToken": "s3cr3t-token",
    "importTokenKeyMaterial": "s3cr3t-material", "environment": [{"name": "DB", "value": "s3cr3t-value"}],
    "environmentVariables": {"DB": "s3cr3t-variable"}, "parameterValue": "s3cr3t-parameter",
}  # fmt: skip


@pytest.mark.parametrize(
    ("agent", "invoked_by", "console", "expected"),
    [
        (trail.CONSOLE, "", True, "console"),
        ("console.ec2.amazonaws.com", "", False, "console"),
        ("signin.amazonaws.com", "", False, "console"),
        ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12]", "", True, "console"),
        ("AWS Internal", "", True, "console"),
        ("aws-sdk-java/2.34.0", "", True, "console"),
        (trail.TERRAFORM, "", False, "Terraform"),
        ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com", False, "CloudFormation"),
        (trail.TERRAFORM, "cloudformation.amazonaws.com", False, "CloudFormation"),
        (trail.CLI, "", False, "CLI"),
        (f"{trail.CLI} exec-env/CloudShell", "", True, "CLI"),
        (trail.BOTO, "", False, "SDK"),
        ("aws-sdk-go-v2/1.39.4 os/linux", "", False, "SDK"),
        ("autoscaling.amazonaws.com", "", False, "service"),
        ("", "ecs.amazonaws.com", False, "service"),
        ("curl/8.5.0", "", False, "unknown"),
        ("", "", False, "unknown"),
    ],
)
def test_the_channel(agent: str, invoked_by: str, console: bool, expected: str) -> None:
    assert channel(agent, invoked_by, console=console) == expected


def test_no_secret_stays_and_nothing_of_a_request_can_be_stored() -> None:
    made = event("ModifyDBInstance", "rds", {"dBInstanceIdentifier": "records", "httpTokens": "required", **SECRETS})
    assert "s3cr3t" not in repr((made, made.asked.parameters, made.asked.names))
    assert "czNjcjN0" not in repr((made, made.asked.parameters, made.asked.names))
    assert made.asked.parameters == {"dBInstanceIdentifier": "records", "httpTokens": "required"}
    with pytest.raises(TypeError, match="Asked"):
        msgspec.json.encode(made)


def test_a_parameter_s_value_is_dropped_and_a_secret_s_name_is_not() -> None:
    put = event("PutParameter", "ssm", {"name": "/db/url", "value": "postgres://u:s3cr3t@h"})
    assert put.asked.parameters == {"name": "/db/url"}
    rotated = event("CancelRotateSecret", "secretsmanager", {"secretId": "db/main"})
    assert "db/main" in rotated.asked.names


def test_names_are_of_the_request_the_answer_and_the_record_and_not_of_tags() -> None:
    made = event(
        "CreateService", "ecs", {"serviceName": "web", "tags": [{"key": "team", "value": "care"}], "description": "db"},
        responseElements={"service": {"serviceArn": "arn:aws:ecs:eu-west-1:123456789012:service/live/web"}},
        resources=[{"ARN": "arn:aws:iam::123456789012:role/app", "accountId": trail.ACCOUNT}],
    )  # fmt: skip
    assert set(made.asked.names) == {"web", "arn:aws:ecs:eu-west-1:123456789012:service/live/web", *made.resources}
    assert made.asked.names["web"] == {"servicename"}


@pytest.mark.parametrize(
    ("who", "more", "expected"),
    [
        (trail.ROOT, {}, (f"arn:aws:iam::{trail.ACCOUNT}:root", "Root", "", "")),
        (trail.user("ops"), {}, (f"arn:aws:iam::{trail.ACCOUNT}:user/ops", "IAMUser", "", "")),
        ({"accountId": trail.ACCOUNT, "invokedBy": "kms.amazonaws.com"}, {"eventType": "AwsServiceEvent"},
         ("kms.amazonaws.com", "AWSService", "", "kms.amazonaws.com")),
        ({"type": "AWSService", "invokedBy": "config.amazonaws.com"}, {},
         ("config.amazonaws.com", "AWSService", "", "config.amazonaws.com")),
        ({"type": "WebIdentityUser", "principalId": "accounts.example:app:7", "userName": "7"}, {},
         ("7", "WebIdentityUser", "", "")),
        (trail.ANNA, {}, (trail.ANNA["arn"], "AssumedRole", "anna.berg@example.org", "")),
    ],
)  # fmt: skip
def test_the_actor(who: dict[str, Any], more: dict[str, Any], expected: tuple[str, ...]) -> None:
    made = event("StopLogging", "cloudtrail", {"name": "audit"}, who, **more)
    assert (made.actor, made.actor_type, made.session, made.invoked_by) == expected


def test_the_same_record_in_every_wrapping() -> None:
    one = record("StopLogging", "cloudtrail", {"name": "audit"})
    text = json.dumps(one)
    looked_up = {"EventId": one["eventID"], "CloudTrailEvent": text, "Resources": [{"ResourceName": "audit"}]}
    events, odd = parse_all([one, text, text.encode(), looked_up])
    assert not odd
    assert [(each.id, each.name, each.at) for each in events] == [(events[0].id, "StopLogging", events[0].at)] * 4
    assert events[3].resources == ("audit",)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("{", "it is no JSON"),
        ({"CloudTrailEvent": None}, "it is no JSON"),
        ("[]", "it is no object"),
        (None, "it is no object"),
        ({"eventName": "X"}, "it lacks eventSource, eventTime, awsRegion, an account"),
        (record("X", "ec2", eventTime="yesterday"), "it lacks eventTime"),
        (record("X", "ec2", recipientAccountId=None, userIdentity="someone"), "it lacks an account"),
    ],
)
def test_an_odd_record_is_left_out_with_its_reason(given: Any, reason: str) -> None:
    found = parse(given)
    assert isinstance(found, Odd)
    assert found.reason == reason


def test_an_old_record_that_does_not_say_whether_it_read() -> None:
    verdicts = {}
    for name in ("DescribeTrails", "GetTrailStatus", "StopLogging"):
        old = record(name, "cloudtrail", {})
        del old["readOnly"], old["eventCategory"], old["managementEvent"]
        found = parse(old)
        assert isinstance(found, TrailEvent)
        verdicts[name] = found.effective
    assert verdicts == {"DescribeTrails": False, "GetTrailStatus": False, "StopLogging": True}


ACCOUNT, REGION = trail.ACCOUNT, trail.REGION


@pytest.mark.parametrize(
    ("kind", "arn", "more", "expected"),
    [
        ("AWS::EC2::SecurityGroup", trail.GROUP_ARN, {"name": "web"}, (trail.GROUP, trail.GROUP_ARN)),
        ("AWS::S3::Bucket", "arn:aws:s3:::records", {}, ("records", "arn:aws:s3:::records")),
        ("AWS::IAM::Role", f"arn:aws:iam::{ACCOUNT}:role/app/deploy", {},
         ("deploy", f"arn:aws:iam::{ACCOUNT}:role/app/deploy")),
        ("AWS::ECS::Service", f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/live/web",
         {"key": f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/live/web", "name": "web"},
         (f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/live/web", "web")),
        ("AWS::Logs::LogGroup", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app/web:*", {"key": "/app/web"},
         ("/app/web", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app/web:*")),
        ("AWS::AutoScaling::AutoScalingGroup", "workers", {"key": "workers", "members": ("i-0123456789abcdef0",)},
         ("workers", "i-0123456789abcdef0")),
        ("AWS::::Account", f"AWS::::Account/{ACCOUNT}/global/{ACCOUNT}", {}, ()),
    ],
)  # fmt: skip
def test_the_names_to_ask_for(kind: str, arn: str, more: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert names_of(change(kind, arn, **more)) == expected


@pytest.mark.parametrize(
    ("kind", "arn", "region"),
    [
        ("AWS::IAM::Role", "arn:aws:iam::123456789012:role/a", "us-east-1"),
        ("AWS::IAM::Role", "arn:aws-us-gov:iam::123456789012:role/a", "us-gov-west-1"),
        ("AWS::IAM::Role", "arn:aws-cn:iam::123456789012:role/a", "cn-north-1"),
        ("AWS::CloudTrail::ShadowTrail", "arn:aws:cloudtrail:eu-central-1:123456789012:trail/a", "eu-central-1"),
        ("AWS::S3::Bucket", "arn:aws:s3:::records", ""),
    ],
)
def test_where_a_global_kind_s_events_are(kind: str, arn: str, region: str) -> None:
    assert regions_of(change(kind, arn, region="global")) == region


def test_what_to_ask_is_said_once_for_each_resource() -> None:
    account = change("AWS::::Account", "AWS::::Account/1/global/1", region="global", path="passwords.MaxAge",
                     property="passwords.MaxAge")  # fmt: skip
    asked = wanted([ingress(22, "0.0.0.0/0"), ingress(443, "0.0.0.0/0"), account], CANONS)
    assert asked == [
        Wanted(
            account=ACCOUNT, region=REGION, names=(trail.GROUP, trail.GROUP_ARN), since=trail.SINCE, until=trail.SEEN
        ),
        Wanted(
            account=ACCOUNT, region="", events=("UpdateAccountPasswordPolicy",), since=trail.SINCE, until=trail.SEEN
        ),
    ]


def test_events_are_asked_for_until_the_look_was_over() -> None:
    over = trail.SEEN + timedelta(minutes=30)
    (asked,) = wanted([ingress(22, "0.0.0.0/0")], CANONS, {trail.SEEN: over})
    assert (asked.since, asked.until) == (trail.SINCE, over)
