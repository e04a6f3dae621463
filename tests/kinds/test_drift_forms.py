"""Two spellings of the same are the same, and what means something is not lost."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.kinds.drifting import (
    ACCOUNT,
    BUCKET,
    LINUX,
    MANAGED,
    ROLE,
    SERVICE,
    TASKS,
    TRUST,
    changes,
    definition,
    only,
    statement,
)

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SPELLINGS = [
    (statement(Resource="*", Principal={"AWS": ACCOUNT}), statement(Principal={"AWS": [ROOT]}, Resource=["*"])),
    (
        statement(Action=["s3:PutObject", "s3:GetObject"], Resource="*", Principal="*"),
        statement(Action=["S3:getobject", "s3:PUTOBJECT"], Resource=["*"], Principal="*"),
    ),
    (
        statement(Condition={"Bool": {"aws:SecureTransport": False}}, Principal="*", Resource="*"),
        statement(Condition={"Bool": {"aws:SecureTransport": ["false"]}}, Principal="*", Resource="*"),
    ),
    (
        {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": "*"}},
        {"Statement": [{"Principal": "*", "Resource": "*", "Action": ["s3:*"], "Effect": "Allow"}]},
    ),
    (
        statement(
            Principal={"AWS": [f"arn:aws:iam::{ACCOUNT}:role/b", f"arn:aws:iam::{ACCOUNT}:role/a"]}, Resource="*"
        ),
        statement(
            Principal={"AWS": [f"arn:aws:iam::{ACCOUNT}:role/a", f"arn:aws:iam::{ACCOUNT}:role/b"]}, Resource="*"
        ),
    ),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_policies_in_other_spellings_are_equal(one: Any, other: Any) -> None:
    """Order, scalar and list, account and root, case of actions, one statement and a list of one."""
    assert changes(BUCKET, "pol", json.dumps(one), json.dumps(other)) == []


def test_a_url_encoded_trust_policy_is_the_same() -> None:
    """GetRole answers it URL-encoded, Terraform keeps it as text."""
    trust = statement(Action="sts:AssumeRole", Principal={"Service": "ecs-tasks.amazonaws.com"})
    assert changes(ROLE, "role", {TRUST: quote(json.dumps(trust))}, {TRUST: trust}) == []


@pytest.mark.parametrize(("old", "new"), [("One", "Two"), (None, "Two"), ("One", None)])
def test_another_sid_alone_is_cosmetic(old: str | None, new: str | None) -> None:
    """It changes no right."""
    before, after = (
        statement(Principal={"AWS": ACCOUNT}, Resource="*", **({"Sid": sid} if sid else {})) for sid in (old, new)
    )
    _, weight = only(BUCKET, "pol", json.dumps(before), json.dumps(after))
    assert (weight.impact, weight.severity) == ("cosmetic", "info")


def test_an_action_more_in_a_statement_without_a_sid_is_not_cosmetic() -> None:
    """Its name is its sense, which changes with it."""
    before, after = (
        statement(Action=action, Principal={"AWS": ACCOUNT}, Resource="*") for action in ("s3:GetObject", "s3:*")
    )
    found = changes(BUCKET, "pol", json.dumps(before), json.dumps(after))
    assert found
    assert all(weight.impact == "security" for _, weight in found)


def test_the_rules_of_2008_are_no_other_spelling() -> None:
    """A policy without a version is read by them."""
    after = statement(Principal="*", Resource="*")
    before = {"Statement": after["Statement"]}
    assert only(BUCKET, "pol", json.dumps(before), json.dumps(after))[0].at.property == "pol.Version"


def test_a_statement_for_everyone_is_critical_and_its_end_is_better() -> None:
    """Public is what Amazon S3 calls public."""
    closed = statement(Sid="Read", Principal={"AWS": ACCOUNT}, Resource="*")
    opened = {**closed, "Statement": [*closed["Statement"], {**closed["Statement"][0], "Sid": "All", "Principal": "*"}]}
    _, weight = only(BUCKET, "pol", json.dumps(closed), json.dumps(opened))
    assert (weight.severity, weight.direction) == ("critical", "worse")
    _, weight = only(BUCKET, "pol", json.dumps(opened), json.dumps(closed))
    assert (weight.severity, weight.direction) == ("info", "better")


def test_a_principal_that_becomes_everyone_is_critical() -> None:
    """The statement keeps its Sid."""
    before, after = (statement(Sid="Read", Principal=who, Resource="*") for who in ({"AWS": ACCOUNT}, "*"))
    found = changes(BUCKET, "pol", json.dumps(before), json.dumps(after))
    assert ("critical", "worse") in {(weight.severity, weight.direction) for _, weight in found}


def test_a_denial_that_goes_is_worse() -> None:
    """So does the bucket forget to ask for TLS."""
    deny = {
        "Sid": "Tls", "Effect": "Deny", "Action": "s3:*", "Principal": "*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    allow = statement(Sid="Read", Principal={"AWS": ACCOUNT}, Resource="*")
    both = {**allow, "Statement": [*allow["Statement"], deny]}
    _, weight = only(BUCKET, "pol", json.dumps(both), json.dumps(allow))
    assert (weight.severity, weight.direction) == ("high", "worse")
    _, weight = only(BUCKET, "pol", json.dumps(allow), json.dumps(both))
    assert weight.direction == "better"


def test_a_deleted_principal_appears() -> None:
    """IAM then shows the unique id of what it was: a finding, no noise."""
    before, after = (
        statement(Sid="Assume", Action="sts:AssumeRole", Principal={"AWS": who})
        for who in (f"arn:aws:iam::{ACCOUNT}:role/gone", "AROAEXAMPLEEXAMPLE123")
    )
    found = changes(ROLE, "role", {TRUST: before}, {TRUST: after})
    assert any(leaf.at.path.endswith(".DeletedPrincipal") and weight.direction == "worse" for leaf, weight in found)


def test_an_inline_policy_that_allows_everything_is_critical() -> None:
    """As is the managed policy of that name."""
    everything = {"PolicyName": "x", "PolicyDocument": statement(Action="*", Resource="*")}
    _, weight = only(ROLE, "role", {"RoleName": "x"}, {"RoleName": "x", "RolePolicyList": [everything]})
    assert (weight.severity, weight.direction) == ("critical", "worse")
    admin = {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    _, weight = only(ROLE, "role", {"RoleName": "x"}, {"RoleName": "x", "AttachedManagedPolicies": [admin]})
    assert (weight.severity, weight.direction) == ("critical", "worse")


def test_of_a_managed_policy_the_version_in_force_is_compared() -> None:
    """Another version beside it changes no right; of AWS's own policies the version is told as info."""
    one = {"VersionId": "v1", "IsDefaultVersion": True, "Document": statement(Resource="*")}
    two = {"VersionId": "v2", "IsDefaultVersion": False, "Document": statement(Action="*", Resource="*")}
    own = {"Arn": f"arn:aws:iam::{ACCOUNT}:policy/x", "DefaultVersionId": "v1"}
    assert (
        changes(MANAGED, "policy", {**own, "PolicyVersionList": [one]}, {**own, "PolicyVersionList": [two, one]}) == []
    )
    theirs = {"Arn": "arn:aws:iam::aws:policy/x", "PolicyVersionList": [{**two, "IsDefaultVersion": True}]}
    before = {**theirs, "DefaultVersionId": "v1", "PolicyVersionList": [one]}
    found = [weight.severity for _, weight in changes(MANAGED, "policy", before, {**theirs, "DefaultVersionId": "v2"})]
    assert set(found) <= {"info"}


SAME: list[tuple[str, str, Any, Any]] = [
    (SERVICE, "service", {"desiredCount": 1}, {"desiredCount": 1, "deploymentController": {"type": "ECS"}}),
    (SERVICE, "service", {"desiredCount": 1}, {"desiredCount": 1, "placementConstraints": []}),
    (
        SERVICE,
        "service",
        {"desiredCount": 1},
        {"desiredCount": 1, "platformVersion": "LATEST", "propagateTags": "NONE"},
    ),
    (SERVICE, "service", {"propagateTags": "service"}, {"propagateTags": "SERVICE"}),
    (
        SERVICE,
        "service",
        {"taskDefinition": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:1"},
        {"taskDefinition": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:9"},
    ),
    (
        TASKS,
        "described",
        definition(volumes=[{"name": "data"}]),
        definition(volumes=[{"name": "data", "efsVolumeConfiguration": None}]),
    ),
    (
        TASKS,
        "described",
        definition(),
        definition(runtimePlatform={"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"}),
    ),
    (TASKS, "described", definition(taskRoleArn="web"), definition(taskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/web")),
    (TASKS, "described", definition(), definition({"stopTimeout": 30})),
    (
        TASKS,
        "described",
        definition(),
        definition({"essential": True, "cpu": 0, "environment": [], "mountPoints": [], "volumesFrom": []}),
    ),
    (
        TASKS,
        "described",
        definition({"portMappings": [{"containerPort": 80}]}, networkMode="awsvpc"),
        definition({"portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}]}, networkMode="awsvpc"),
    ),
    (
        TASKS,
        "described",
        definition({"portMappings": [{"containerPort": 80}]}),
        definition({"portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}]}),
    ),
    (
        TASKS,
        "described",
        definition({"healthCheck": {"command": ["CMD", "x"]}}),
        definition({"healthCheck": {"command": ["CMD", "x"], "interval": 30, "timeout": 5, "retries": 3}}),
    ),
    (
        TASKS,
        "described",
        definition({"environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}, cpu="256"),
        definition({"environment": [{"name": "B", "value": "2"}, {"name": "A", "value": "1"}]}, cpu=256),
    ),
    (TASKS, "described", definition(), definition({"linuxParameters": {"initProcessEnabled": False}})),
    (
        TASKS,
        "described",
        definition(revision=1, registeredBy="a", requiresAttributes=[]),
        definition(revision=9, registeredBy="b", requiresAttributes=[{"name": "x"}]),
    ),
    (
        BUCKET,
        "enc",
        None,
        {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]},
    ),
    (
        "AWS::Config::ConfigurationRecorder",
        "status",
        {"recording": True, "lastStatus": "PENDING"},
        {"recording": True, "lastStatus": "SUCCESS"},
    ),
    (
        "AWS::IAM::User",
        "report",
        {"mfa_active": "true", "password_last_used": "a"},
        {"mfa_active": "true", "password_last_used": "b"},
    ),
    ("AWS::Logs::LogGroup", "group", {"logGroupName": "x", "storedBytes": 1}, {"logGroupName": "x", "storedBytes": 2}),
]


@pytest.mark.parametrize(("kind", "section", "before", "after"), SAME)
def test_what_others_report_wrongly_is_no_change(kind: str, section: str, before: Any, after: Any) -> None:
    """Documented defaults, orders, names and ARNs, revisions, and what changes by itself."""
    assert changes(kind, section, before, after) == []
    assert changes(kind, section, after, before) == []


def test_a_wide_grant_of_a_bucket_is_critical() -> None:
    """A grant is known by what it gives to whom; the display name is none of it."""
    owner = {"Grantee": {"ID": "1", "DisplayName": "a", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
    again = {"Grantee": {"ID": "1", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
    world = {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}
    leaf, weight = only(BUCKET, "acl", {"Grants": [owner]}, {"Grants": [world, again]})
    assert leaf.at.path == "acl.Grants[READ to AllUsers]"
    assert (weight.severity, weight.direction) == ("critical", "worse")


def test_the_order_of_a_command_means_something() -> None:
    """That of its environment does not."""
    before, after = (definition({"command": command}) for command in (["a", "b"], ["b", "a"]))
    assert only(TASKS, "described", before, after)[0].at.path == "containers[app].command"


def test_container_instances_are_alike_but_for_their_place() -> None:
    """The agent's capabilities are a set, of which two are dangerous."""
    place, other = ([{"name": "ecs.availability-zone", "value": zone}, LINUX] for zone in ("us-east-1a", "us-east-1b"))
    kind = "AWS::ECS::ContainerInstance"
    assert changes(kind, "instance", {"attributes": place}, {"attributes": other}) == []
    more = [*place, {"name": "com.amazonaws.ecs.capability.privileged-container"}]
    _, weight = only(kind, "instance", {"attributes": place}, {"attributes": more})
    assert (weight.severity, weight.direction) == ("high", "worse")
