"""Each change gets the one who made it, as surely as the log proves it and no surer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from scanner.engine.attribution import NOBODY, attribute
from scanner.engine.trail_event import TrailEvent
from scanner.model.change import Action, Attribution, Change, Confidence
from tests.engine import trail_records as trail
from tests.engine.trail_records import ANNA, BRUNO, CANONS, PIPELINE, event, group_call, ingress, ports

HIGH, MEDIUM, LOW, NONE = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW, Confidence.NONE
OPENED = "AuthorizeSecurityGroupIngress"
CLOSED = "RevokeSecurityGroupIngress"


def who(change: Change, *events: TrailEvent) -> Attribution:
    ((same, found),) = attribute([change], events, CANONS)
    assert same is change
    assert change.attribution is None
    return found


def test_a_console_session_that_opened_a_port() -> None:
    opened = event(OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")), sessionCredentialFromConsole="true")
    found = who(ingress(22, "0.0.0.0/0"), opened)
    assert found == Attribution(
        confidence=HIGH, actor=f"arn:aws:iam::{trail.ACCOUNT}:role/{trail.SSO}", actor_type="AssumedRole",
        session="anna.berg@example.org", source_ip="198.51.100.23", channel="console", event=OPENED,
        event_id=opened.id, at="2026-11-20T21:14:07Z",
        why=f"{OPENED} changes this property, and its request shows the value that is there now",
    )  # fmt: skip
    assert found.who == "anna.berg@example.org"


def test_two_people_in_one_night_each_have_their_own_port() -> None:
    events = [
        event(OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")), ANNA, at="2026-11-20T20:00:00Z"),
        event(OPENED, "ec2", group_call(ports(443, "0.0.0.0/0")), BRUNO, at="2026-11-20T21:00:00Z"),
    ]
    assert who(ingress(22, "0.0.0.0/0"), *events).session == "anna.berg@example.org"
    assert who(ingress(443, "0.0.0.0/0"), *events).session == "bruno.diaz@example.org"


def test_the_parts_of_two_rules_of_one_call_are_not_mixed() -> None:
    both = event(OPENED, "ec2", group_call(ports(22, "10.0.0.0/8"), ports(443, "0.0.0.0/0", "10.9.0.0/16")))
    assert who(ingress(443, "10.9.0.0/16"), both).confidence is HIGH
    assert who(ingress(22, "0.0.0.0/0"), both).confidence is LOW


def test_an_event_that_asks_for_another_value_is_not_taken_for_the_one() -> None:
    other = event(OPENED, "ec2", group_call(ports(443, "0.0.0.0/0")), BRUNO)
    found = who(ingress(22, "0.0.0.0/0"), other)
    assert found.confidence is LOW
    assert found.why == (
        f"the only write on this resource in this time; {OPENED} is not known to have made this change"
    )


def test_the_last_of_those_that_bring_the_value_wins_over_later_writes() -> None:
    rule = group_call(ports(22, "0.0.0.0/0"))
    events = [
        event(OPENED, "ec2", rule, ANNA, at="2026-11-20T10:00:00Z"),
        event(CLOSED, "ec2", rule, ANNA, at="2026-11-20T11:00:00Z"),
        event(OPENED, "ec2", rule, BRUNO, at="2026-11-20T12:00:00Z"),
        event("CreateTags", "ec2", {"resourcesSet": {"items": [{"resourceId": trail.GROUP}]}}, PIPELINE,
              at="2026-11-20T13:00:00Z"),
    ]  # fmt: skip
    found = who(ingress(22, "0.0.0.0/0"), *reversed(events))
    assert (found.session, found.at) == ("bruno.diaz@example.org", "2026-11-20T12:00:00Z")


def test_a_rule_taken_away_is_found_by_what_was_there() -> None:
    gone = ingress(22, "0.0.0.0/0", Action.REMOVED)
    rule = group_call(ports(22, "0.0.0.0/0"))
    closed = event(CLOSED, "ec2", rule, PIPELINE, agent=trail.TERRAFORM, at="2026-11-20T12:00:00Z")
    opened = event(OPENED, "ec2", rule, ANNA, at="2026-11-20T14:00:00Z")
    found = who(gone, closed, opened)
    assert (found.confidence, found.channel, found.event) == (HIGH, "Terraform", CLOSED)
    by_id = {
        "groupId": trail.GROUP,
        "securityGroupRuleIds": {"items": [{"securityGroupRuleId": "sgr-0123456789abcdef0"}]},
    }
    assert who(gone, event(CLOSED, "ec2", by_id)).confidence is MEDIUM
    assert who(gone, event(CLOSED, "ec2", group_call(ports(443, "0.0.0.0/0")))).confidence is LOW


def test_an_element_that_became_another_is_found_by_its_name_in_words() -> None:
    moved = trail.change(
        "AWS::EC2::SecurityGroup", trail.GROUP_ARN, path="ingress[tcp/22 from 10.0.0.0/8]",
        property="box.IpPermissions.peer", before="tcp/22 from 10.0.0.0/8", after="tcp/22 from 0.0.0.0/0",
    )  # fmt: skip
    opened = event(OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")), at="2026-11-20T12:00:00Z")
    closed = event(CLOSED, "ec2", group_call(ports(22, "10.0.0.0/8")), BRUNO, at="2026-11-20T13:00:00Z")
    assert who(moved, opened, closed).event_id == opened.id


TRAIL_ARN = f"arn:aws:cloudtrail:{trail.REGION}:{trail.ACCOUNT}:trail/audit"


@pytest.mark.parametrize("asked", [TRAIL_ARN, "audit"])
def test_stopping_a_trail_is_proved_by_the_event_alone(asked: str) -> None:
    stopped = trail.change("AWS::CloudTrail::Trail", TRAIL_ARN, path="status.IsLogging", property="status.IsLogging",
                           before=True, after=False, name="audit")  # fmt: skip
    stop = event("StopLogging", "cloudtrail", {"name": asked}, trail.ROOT, at="2026-11-20T12:00:00Z")
    start = event("StartLogging", "cloudtrail", {"name": asked}, BRUNO, at="2026-11-20T11:00:00Z")
    found = who(stopped, start, stop)
    assert (found.confidence, found.actor, found.who) == (HIGH, f"arn:aws:iam::{trail.ACCOUNT}:root", "root")
    assert found.why == "StopLogging brings about the value that is there now"
    assert who(stopped, start).confidence is LOW


def test_a_stack_is_a_channel_and_its_user_the_actor() -> None:
    widened = trail.change("AWS::RDS::DBInstance", f"arn:aws:rds:{trail.REGION}:{trail.ACCOUNT}:db:records", before=7,
                           path="BackupRetentionPeriod", property="box.BackupRetentionPeriod", after=1)  # fmt: skip
    asked = {"dBInstanceIdentifier": "records", "backupRetentionPeriod": 1, "applyImmediately": True}
    deployer = trail.role("deployer", "nightly", invokedBy="cloudformation.amazonaws.com")
    made = event("ModifyDBInstance", "rds", asked, deployer, agent="cloudformation.amazonaws.com",
                 sourceIPAddress="cloudformation.amazonaws.com")  # fmt: skip
    found = who(widened, made)
    assert (found.confidence, found.channel, found.session) == (HIGH, "CloudFormation", "nightly")
    later = event("ModifyDBInstance", "rds", asked | {"backupRetentionPeriod": 35}, ANNA, at="2026-11-20T23:00:00Z")
    assert who(widened, made, later).event_id == made.id
    assert who(widened, later).confidence is LOW
    silent = event("ModifyDBInstance", "rds", {"dBInstanceIdentifier": "records", "deletionProtection": False})
    assert who(widened, silent).confidence is MEDIUM


def test_a_flag_needs_its_own_name() -> None:
    opened = trail.change("AWS::S3::Bucket", "arn:aws:s3:::records", region="global", key="records", before=True,
                          path="block.BlockPublicPolicy", property="block.BlockPublicPolicy", after=False)  # fmt: skip
    flags = {"BlockPublicAcls": False, "BlockPublicPolicy": True}

    def put(**flags: bool) -> TrailEvent:
        asked = {"bucketName": "records", "PublicAccessBlockConfiguration": flags}
        return event("PutBucketPublicAccessBlock", "s3", asked, trail.user("ops"), agent=f"[{trail.CLI}]")

    found = who(opened, put(**flags | {"BlockPublicPolicy": False}))
    assert (found.confidence, found.channel, found.who) == (HIGH, "CLI", "ops")
    assert who(opened, put(**flags)).confidence is LOW
    gone = event("DeleteBucketPublicAccessBlock", "s3", {"bucketName": "records"})
    assert who(opened, gone).confidence is MEDIUM


@pytest.mark.parametrize("text", [False, True], ids=["object", "text"])
def test_a_statement_is_found_in_a_policy_in_any_spelling(text: bool) -> None:
    statement = {"Sid": "Partner", "Effect": "Allow", "Action": ["s3:getobject"], "Principal": {"AWS": [trail.OTHER]},
                 "Resource": ["arn:aws:s3:::records/*"]}  # fmt: skip
    bucket = "arn:aws:s3:::records"
    widened = trail.change("AWS::S3::Bucket", bucket, region="global", action=Action.ADDED,
                           path="policy.Statement[Partner]", property="policy.Statement", after=statement)  # fmt: skip
    written = {"Version": "2012-10-17", "Statement": [
        {"Sid": "Own", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::records/*"},
        {"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{trail.OTHER}:root"},
         "Action": "S3:GetObject", "Resource": "arn:aws:s3:::records/*"},
    ]}  # fmt: skip
    given: Any = msgspec.json.encode(written).decode() if text else written
    put = event("PutBucketPolicy", "s3", {"bucketName": "records", "bucketPolicy": given})
    assert who(widened, put).confidence is HIGH
    gone = msgspec.structs.replace(widened, action=Action.REMOVED, before=statement, after=None)
    assert who(gone, put).confidence is LOW
    assert who(gone, event("DeleteBucketPolicy", "s3", {"bucketName": "records"})).confidence is MEDIUM
    narrowed = {"bucketName": "records", "bucketPolicy": {**written, "Statement": written["Statement"][:1]}}
    assert who(gone, event("PutBucketPolicy", "s3", narrowed)).confidence is MEDIUM


def test_what_a_role_lost_is_named_by_the_call() -> None:
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"
    role = f"arn:aws:iam::{trail.ACCOUNT}:role/app/deploy"
    given = trail.change("AWS::IAM::Role", role, region="global",
                         path=f"attached[{policy}]", property="attached", action=Action.ADDED,
                         after=policy)  # fmt: skip
    asked = {"roleName": "deploy", "policyArn": policy}
    home: dict[str, Any] = {"awsRegion": "us-east-1"}
    assert who(given, event("AttachRolePolicy", "iam", asked, **home)).confidence is HIGH
    assert who(given, event("AttachRolePolicy", "iam", asked)).confidence is NONE, "IAM writes in us-east-1"
    assert (
        who(given, event("AttachUserPolicy", "iam", {"userName": "deploy", "policyArn": policy}, **home)).why == NOBODY
    )
    gone = msgspec.structs.replace(given, action=Action.REMOVED, before=policy, after=None)
    assert who(gone, event("DetachRolePolicy", "iam", asked, **home)).confidence is HIGH
    assert who(gone, event("AttachRolePolicy", "iam", asked, **home)).confidence is LOW


def test_resources_that_came_and_went() -> None:
    made = trail.change("AWS::EC2::SecurityGroup", trail.GROUP_ARN, action=Action.ADDED)
    answer = {"_return": True, "groupId": trail.GROUP}
    create = event("CreateSecurityGroup", "ec2", {"groupName": "open"}, responseElements=answer, agent=trail.BOTO)
    tags = event("CreateTags", "ec2", {"resourcesSet": {"items": [{"resourceId": trail.GROUP}]}}, BRUNO,
                 at="2026-11-20T23:00:00Z")  # fmt: skip
    found = who(made, create, tags)
    assert (found.confidence, found.channel, found.event) == (HIGH, "SDK", "CreateSecurityGroup")
    gone = msgspec.structs.replace(made, action=Action.REMOVED)
    delete = event("DeleteSecurityGroup", "ec2", {"groupId": trail.GROUP})
    assert who(gone, delete, tags).event == "DeleteSecurityGroup"


def test_nothing_is_told_of_a_secret() -> None:
    secret = trail.change("AWS::RDS::DBInstance", f"arn:aws:rds:{trail.REGION}:{trail.ACCOUNT}:db:records",
                          path="MasterUserPassword", property="box.MasterUserPassword", redacted=True)  # fmt: skip
    asked = {"dBInstanceIdentifier": "records", "masterUserPassword": "hunter22hunter22"}
    found = who(secret, event("ModifyDBInstance", "rds", asked))
    assert found.confidence is MEDIUM
    assert "hunter22" not in msgspec.json.encode(found).decode()


@pytest.mark.parametrize(
    ("at", "confidence"),
    [(trail.SINCE, NONE), (trail.SINCE + timedelta(seconds=1), HIGH), (trail.SEEN, HIGH),
     (trail.SEEN + timedelta(seconds=1), NONE)],
)  # fmt: skip
def test_the_window_is_after_the_first_look_and_up_to_the_second(at: datetime, confidence: Confidence) -> None:
    opened = event(OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")), at=at.astimezone(UTC).isoformat())
    assert who(ingress(22, "0.0.0.0/0"), opened).confidence is confidence


@pytest.mark.parametrize(
    "more",
    [{"errorCode": "Client.UnauthorizedOperation"}, {"readOnly": True}, {"awsRegion": "us-east-1"},
     {"recipientAccountId": trail.OTHER}, {"eventCategory": "Data", "managementEvent": False}],
    ids=str,
)  # fmt: skip
def test_what_failed_only_read_or_is_elsewhere_made_nothing(more: dict[str, Any]) -> None:
    found = who(ingress(22, "0.0.0.0/0"), event(OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")), **more))
    assert found == Attribution(confidence=NONE, why=NOBODY)


def test_a_log_that_lags_names_nobody_and_the_next_night_does() -> None:
    opened = event(OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")))
    assert who(ingress(22, "0.0.0.0/0")).why == NOBODY
    assert who(ingress(22, "0.0.0.0/0"), opened).confidence is HIGH


def test_what_was_not_seen_has_no_author() -> None:
    unseen = trail.change("AWS::EC2::SecurityGroup", "", key="", action=Action.UNSEEN)
    assert who(unseen, event("DeleteSecurityGroup", "ec2", {"groupId": trail.GROUP})).confidence is NONE


def test_a_resource_is_not_taken_for_what_merely_uses_it_or_is_called_alike() -> None:
    opened = ingress(22, "0.0.0.0/0")
    run = event("RunInstances", "ec2", {"groupSet": {"items": [{"groupId": trail.GROUP}]}})
    assert who(opened, run).confidence is NONE
    bucket = trail.change("AWS::S3::Bucket", "arn:aws:s3:::records", region="global", property="versioning.Status",
                          path="versioning.Status", before="Enabled", after="Suspended")  # fmt: skip
    for asked in ({"s3BucketName": "records"}, {"name": "records"}):
        assert who(bucket, event("UpdateTrail", "cloudtrail", asked)).confidence is NONE


def test_several_strange_writes_are_counted_and_not_believed() -> None:
    asked = {"groupId": trail.GROUP}
    events = [
        event("UpdateSecurityGroupRuleDescriptionsIngress", "ec2", asked, person, at=f"2026-11-20T1{hour}:00:00Z")
        for hour, person in enumerate((ANNA, BRUNO, ANNA))
    ]
    found = who(ingress(22, "0.0.0.0/0"), *events)
    assert (found.confidence, found.session) == (LOW, "anna.berg@example.org")
    assert found.why.startswith("the last of 3 writes by 2 actors on this resource in this time")


def test_what_was_done_while_the_scan_looked_explains_only_what_nothing_before_does() -> None:
    change = ingress(22, "0.0.0.0/0")
    assert change.seen is not None
    over = change.seen + timedelta(minutes=30)
    during = event(OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")), BRUNO, at=f"{over - timedelta(minutes=9):%FT%TZ}")
    after = event(
        OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")), PIPELINE, at=f"{over + timedelta(minutes=9):%FT%TZ}"
    )
    before = event(OPENED, "ec2", group_call(ports(22, "0.0.0.0/0")), ANNA)
    for events, session in (([during, after], "bruno.diaz@example.org"), ([before, during], "anna.berg@example.org")):
        ((_, found),) = attribute([change], events, CANONS, {change.seen: over})
        assert (found.confidence, found.session) == (HIGH, session)
    assert who(change, during).confidence is NONE


def test_who_opens_another_group_to_this_one_did_not_open_this_one() -> None:
    """Both admit this group; the call on the other one only mentions it."""
    peer = {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {"items": [{"groupId": trail.GROUP}]}}
    other = event(OPENED, "ec2", group_call(peer, group="sg-0f0f0f0f0f0f0f0f1"), BRUNO)
    own = event(OPENED, "ec2", group_call(peer), ANNA, at="2026-11-20T20:00:00Z")
    assert who(ingress(22, trail.GROUP), other).confidence is NONE
    found = who(ingress(22, trail.GROUP), own, other)
    assert (found.confidence, found.session) == (HIGH, "anna.berg@example.org")
