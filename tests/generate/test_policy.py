"""The read policy: exactly what is declared, real actions, nothing that changes or reads a patient's data."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import botocore.session
import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from scanner.aws.collect import operations
from scanner.aws.doctor import DOCTOR_OPERATIONS
from scanner.aws.publish import OPERATIONS
from scanner.aws.sessions import BASE_OPERATIONS
from scanner.aws.trail_events import TRAIL_OPERATIONS
from scanner.engine.registry import kinds
from scanner.generate.policy import AFTER, BASE, BESIDE, LIMIT, permissions, policy, publish_policy, size
from scanner.model.call import each
from scanner.model.kind import Const, Kind, fact
from scanner.model.operation import permission_of

SESSION = botocore.session.get_session()
ALL = permissions(kinds().values())
ACTIONS = [one.action for one in ALL]
CALLS = [call for kind in kinds().values() for call in kind.calls.values() if call.operation]

READING_VERBS = ("BatchGet", "Describe", "Get", "List", "Lookup")
READS_ALL_THE_SAME = {
    "iam:GenerateServiceLastAccessedDetails": "has IAM write up when services were called; changes no resource",
    "iam:GenerateCredentialReport": "has IAM write up what is there; changes no resource, and the report is read next",
    "iam:SimulatePrincipalPolicy": "has IAM say what a principal may do; carries nothing out",
    "ec2:SearchTransitGatewayRoutes": "lists the routes of a table by a filter; the API's only way to list them",
}
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag", "streams.dynamodb": "dynamodb"}
"""IAM prefixes that differ from the name requests are signed with (Service Authorization Reference)."""

S3_ACTIONS = {
    "s3.ListBuckets": "s3:ListAllMyBuckets",
    "s3.GetBucketAcl": "s3:GetBucketAcl",
    "s3.GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3.GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3.GetBucketLocation": "s3:GetBucketLocation",
    "s3.GetBucketLogging": "s3:GetBucketLogging",
    "s3.GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3.GetBucketOwnershipControls": "s3:GetBucketOwnershipControls",
    "s3.GetBucketPolicy": "s3:GetBucketPolicy",
    "s3.GetBucketPolicyStatus": "s3:GetBucketPolicyStatus",
    "s3.GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3.GetBucketVersioning": "s3:GetBucketVersioning",
    "s3.GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3.GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3control.GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
}
"""S3's operations and the actions they need (Amazon S3 User Guide, required permissions for S3 API operations)."""

READS_CONTENT = """
s3:GetObject secretsmanager:GetSecretValue ssm:GetParameter ssm:GetParameters ssm:GetParametersByPath kms:Decrypt
dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:Scan logs:GetLogEvents logs:FilterLogEvents
logs:GetLogRecord logs:GetQueryResults sqs:ReceiveMessage lambda:GetFunction ec2:GetPasswordData ec2:GetConsoleOutput
rds:DownloadDBLogFilePortion kinesis:GetRecords iam:GetContextKeysForPrincipalPolicy ebs:GetSnapshotBlock
""".split()


def aws_reads() -> list[str]:
    """The actions, with wildcards, of AWS's own managed policy ReadOnlyAccess."""
    statements = json.loads(aws_managed_policies_data)["ReadOnlyAccess"]["Document"]["Statement"]
    found: list[str] = []
    for statement in statements:
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        found += [actions] if isinstance(actions, str) else actions
    return [action.lower() for action in found]


def actions_in(documents: list[dict[str, Any]]) -> list[str]:
    return [action for document in documents for statement in document["Statement"] for action in statement["Action"]]


def test_the_policy_is_what_the_calls_need_and_nothing_else() -> None:
    needed = {action for call in CALLS for action in call.permissions}
    assert set(ACTIONS) - needed <= {permission_of(operation) for operation in BASE | AFTER | BESIDE}
    assert needed <= set(ACTIONS)
    assert sorted(actions_in(policy(kinds().values()))) == ACTIONS


def test_each_action_names_the_calls_that_need_it() -> None:
    by_action = {one.action: one.calls for one in ALL}
    assert by_action["kms:DescribeKey"] == ("AWS::KMS::Key.meta kms.DescribeKey",)
    assert "AWS::S3::Bucket.bucket s3.ListBuckets" in by_action["s3:ListAllMyBuckets"]
    assert all(by_action.values())


def test_the_base_is_what_the_adapter_asks_before_any_kind() -> None:
    assert sorted(BASE) == sorted(BASE_OPERATIONS)


def test_who_made_a_change_is_asked_by_an_operation_of_its_own() -> None:
    assert sorted(AFTER) == sorted(TRAIL_OPERATIONS)
    assert "cloudtrail:LookupEvents" in ACTIONS
    assert not operations(kinds().values()) & set(TRAIL_OPERATIONS), "no collection of resources asks it"


def test_the_doctor_asks_by_an_operation_of_its_own() -> None:
    assert sorted(BESIDE) == sorted(DOCTOR_OPERATIONS)
    assert not operations(kinds().values()) & set(DOCTOR_OPERATIONS), "no collection of resources asks it"


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_only_reads(action: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z0-9]+", action), "no wildcard, no misspelling"
    verb = action.partition(":")[2]
    assert verb.startswith(READING_VERBS) != (action in READS_ALL_THE_SAME)
    assert action not in READS_CONTENT


def test_aws_itself_calls_every_action_read_only() -> None:
    patterns = aws_reads()
    assert not any(fnmatchcase("ec2:runinstances", pattern) for pattern in patterns)
    assert [action for action in ACTIONS if not any(fnmatchcase(action.lower(), one) for one in patterns)] == []


def test_an_action_is_the_operation_unless_the_call_says_another() -> None:
    wrong = []
    for call in CALLS:
        for operation in call.operations:
            service, _, name = operation.partition(".")
            model = SESSION.get_service_model(service)
            assert name in model.operation_names
            prefix = PREFIXES.get(model.signing_name, model.signing_name)
            if prefix != "s3" and f"{prefix}:{name}" not in call.permissions:
                wrong.append((operation, call.permissions))
    assert wrong == []


def test_the_actions_of_s3_are_those_of_its_reference() -> None:
    for call in CALLS:
        if call.service in {"s3", "s3control"}:
            assert call.permissions == (S3_ACTIONS[call.operation],)


def test_every_statement_stands_alone_and_fits() -> None:
    documents = policy(kinds().values())
    for document in documents:
        statements = document["Statement"]
        sids = [statement["Sid"] for statement in statements]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)
        assert {statement["Effect"] for statement in statements} == {"Allow"}
        assert {len({action.partition(":")[0] for action in statement["Action"]}) for statement in statements} == {1}
        assert size(document) == len(re.sub(r"\s", "", json.dumps(document))) <= LIMIT


@pytest.mark.parametrize("count", [150, 400])
def test_a_policy_beyond_the_limit_is_split_and_loses_nothing(count: int) -> None:
    actions = [f"ec2:DescribeThings{number:04}" for number in range(count)]
    actions += [f"rds:ListThings{number:04}" for number in range(150)]
    calls = {f"call{number}": each("ec2.Any", "Any", iam=[action]) for number, action in enumerate(actions)}
    big = type("Big", (Kind,), {"id": fact(Const("x")), **calls}, cfn="AWS::Test::Big")
    documents = policy([big])
    assert len(documents) > 1
    assert all(size(document) <= LIMIT for document in documents)
    assert sorted(actions_in(documents)) == sorted([*actions, *map(permission_of, BASE | AFTER | BESIDE)])


def test_publishing_has_a_policy_of_its_own_and_the_scanner_none_of_it() -> None:
    statements = publish_policy()["Statement"]
    actions = [action for statement in statements for action in statement["Action"]]
    assert actions == [permission_of(operation) for operation in OPERATIONS]
    assert not set(actions) & set(ACTIONS)
    assert [statement["Resource"] for statement in statements] == ["arn:*:securityhub:*:*:product/*/default", "*"]
    assert fnmatchcase(
        "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default", statements[0]["Resource"]
    )
