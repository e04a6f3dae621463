"""The credential report, the policies of an identity, and what counts as AWS's own."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.engine.examples import ACCOUNT, resource_of
from scanner.kinds.iam import ManagedPolicy, Role
from scanner.kinds.iam_identities import documents
from scanner.kinds.iam_policies import IdentityPolicies
from scanner.kinds.iam_reading import InlinePolicy, credential_rows, default_version, flag, inline_policies, moment
from scanner.kinds.iam_use import ServiceAccess, SshKey, service_accesses, services_accessed, ssh_keys
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import Inventory, World
from scanner.model.policy import PolicyDocument, PolicyError
from scanner.model.resource import Resource

REPORT = (
    "user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,access_key_1_last_rotated\n"
    "<root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00+00:00,not_supported,true,false,N/A\n"
    '"name, odd",arn:aws:iam::123456789012:user/odd,2021-01-01T00:00:00+00:00,true,false,'
    "true,2025-02-03T04:05:06+00:00\n"
)
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
WRITE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]}


@pytest.mark.parametrize("content", [REPORT, REPORT.encode(), base64.b64encode(REPORT.encode()).decode()])
def test_the_credential_report_is_read_as_text_bytes_or_base64(content: str | bytes) -> None:
    root, odd = credential_rows(content)
    assert root["user"] == "<root_account>"
    assert odd["user"] == "name, odd"
    assert odd["arn"] == "arn:aws:iam::123456789012:user/odd"
    assert (flag(odd["password_enabled"]), flag(odd["mfa_active"])) == (True, False)


def test_a_report_without_arns_is_malformed() -> None:
    with pytest.raises(ValueError, match="no column arn"):
        credential_rows("user,password_enabled\nu,true\n")


@pytest.mark.parametrize("text", ["not base64!", "dXNlcg"])
def test_a_report_that_is_no_report_is_malformed(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        credential_rows(text)


@pytest.mark.parametrize(("text", "expected"), [("true", True), ("TRUE", True), ("false", False), ("FALSE", False)])
def test_a_flag_of_the_report(text: str, expected: bool) -> None:
    assert flag(text) is expected


@pytest.mark.parametrize("text", ["not_supported", "N/A", "no_information", ""])
def test_what_the_report_does_not_say_is_no_flag(text: str) -> None:
    with pytest.raises(ValueError, match="neither true nor false"):
        flag(text)


def test_a_moment_of_the_report() -> None:
    assert moment("2025-02-03T04:05:06+00:00") == datetime(2025, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert [moment(text) for text in ("N/A", "no_information", "not_supported")] == [None, None, None]


def test_the_version_in_force_is_the_default_one() -> None:
    versions = [{"IsDefaultVersion": False, "Document": WRITE}, {"IsDefaultVersion": True, "Document": READ}]
    assert default_version(versions) == PolicyDocument.parse(READ)
    with pytest.raises(PolicyError, match="no version is the default one"):
        default_version(versions[:1])
    with pytest.raises(PolicyError, match="blank"):
        default_version([{"IsDefaultVersion": True, "Document": ""}])


def test_inline_policies_keep_their_names() -> None:
    (found,) = inline_policies([{"PolicyName": "read", "PolicyDocument": READ}])
    assert found == InlinePolicy("read", _document(READ))


@pytest.mark.parametrize(
    ("arn", "owner"),
    [("arn:aws:iam::aws:policy/ReadOnlyAccess", True), ("arn:aws-us-gov:iam::aws:policy/x", True),
     ("arn:aws:iam::123456789012:policy/aws", False)],
)  # fmt: skip
def test_a_policy_of_aws_is_known_by_its_arn(arn: str, owner: bool) -> None:
    assert ManagedPolicy(resource_of(ManagedPolicy, {"id": arn, "arn": arn})).aws_managed is owner


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/aws-service-role/ecs.amazonaws.com/", True), ("/", False), ("/x/aws-service-role/", False)],
)
def test_a_service_linked_role_is_known_by_its_path(path: str, expected: bool) -> None:
    assert Role(resource_of(Role, {"path": path})).service_linked is expected


def _document(text: dict[str, Any]) -> PolicyDocument:
    found = PolicyDocument.parse(text)
    assert found is not None
    return found


def _seen(role: dict[str, Any], policies: Sequence[Resource], gaps: tuple[Gap, ...] = ()) -> tuple[World, Role]:
    resource = resource_of(Role, role)
    inventory = Inventory([resource, *policies], {(ACCOUNT, "global", ManagedPolicy.cfn): gaps})
    return World(inventory, {Role, ManagedPolicy}, ACCOUNT, "global"), Role(resource)


ROLE = {"inline": (InlinePolicy("own", _document(READ)),), "attached": ("arn:aws:iam::aws:policy/Write",)}


def _attached(**facts: Any) -> Resource:
    arn = "arn:aws:iam::aws:policy/Write"
    return resource_of(ManagedPolicy, {"id": arn, "arn": arn, "document": _document(WRITE)} | facts)


def test_the_documents_of_a_role_are_its_own_and_the_attached_ones() -> None:
    world, role = _seen(ROLE, [_attached()])
    assert list(documents(world, role)) == [
        ("own", _document(READ)),
        ("arn:aws:iam::aws:policy/Write", _document(WRITE)),
    ]


def test_an_attached_policy_that_was_not_seen_makes_the_rest_unknown_after_the_known() -> None:
    denied = Gap("iam.GetAccountAuthorizationDetails", message="denied", state=GapState.DENIED)
    for policies, gaps, said in (
        ([], (), "is attached, but the listing does not hold it"),
        ([], (denied,), "denied"),
        ([_attached(document=Unknown(denied))], (), "denied"),
    ):
        world, role = _seen(ROLE, policies, gaps)
        found = documents(world, role)
        assert next(found)[0] == "own"
        with pytest.raises(Unknown, match=said):
            next(found)


def test_ssh_keys_are_read_with_their_state() -> None:
    item = {"UserName": "ann", "SSHPublicKeyId": "APKA1", "Status": "Active", "UploadDate": "2026-01-02T03:04:05+00:00"}
    inactive = item | {"SSHPublicKeyId": "APKA2", "Status": "Inactive"}
    uploaded = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert ssh_keys([item, inactive]) == (SshKey("APKA1", True, uploaded), SshKey("APKA2", False, uploaded))


ACCESSED = {
    "JobStatus": "COMPLETED",
    "ServicesLastAccessed": [
        {"ServiceName": "Amazon S3", "ServiceNamespace": "s3", "LastAuthenticated": "2026-11-01T00:00:00+00:00"},
        {"ServiceName": "Amazon SQS", "ServiceNamespace": "sqs", "TotalAuthenticatedEntities": 0},
    ],
}


def test_access_advisor_says_when_each_service_was_last_called() -> None:
    kept = services_accessed(ACCESSED)
    assert service_accesses(kept["services"]) == (
        ServiceAccess("s3", datetime(2026, 11, 1, tzinfo=UTC)),
        ServiceAccess("sqs", None),
    )


def test_a_report_that_access_advisor_did_not_make_is_no_empty_one() -> None:
    failed = {"JobStatus": "FAILED", "ServicesLastAccessed": [], "Error": {"Code": "Internal", "Message": "try again"}}
    with pytest.raises(ValueError, match="made no report: Internal try again"):
        services_accessed(failed)
    with pytest.raises(KeyError):
        services_accessed({"JobStatus": "COMPLETED"})


@pytest.mark.parametrize(
    ("facts", "managed", "owner"),
    [
        ({}, False, ""),
        ({"path": "/aws-service-role/ecs.amazonaws.com/"}, False, "an AWS service owns this role"),
        ({"arn": "arn:aws:iam::123456789012:policy/claims-read"}, True, ""),
        ({"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, True, "AWS owns this policy"),
        (
            {"arn": "arn:aws:iam::aws:policy/aws-service-role/X", "path": "/aws-service-role/"},
            True,
            "AWS owns this policy",
        ),
    ],
)
def test_who_owns_what_holds_policies(facts: dict[str, str], managed: bool, owner: str) -> None:
    held = IdentityPolicies(resource_of(IdentityPolicies, facts))
    assert (held.is_managed, held.owner) == (managed, owner)
