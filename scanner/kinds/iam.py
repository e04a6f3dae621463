"""IAM: users, groups, roles, managed policies and instance profiles, with the credential report."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.kinds.common import tagged, tags
from scanner.kinds.iam_use import ServiceAccess, SshKey, service_accesses, services_accessed, ssh_keys
from scanner.model.call import each, job, then
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument, PolicyError

if TYPE_CHECKING:
    from scanner.model.inventory import World

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
LATELY = datetime(2026, 11, 20, tzinfo=UTC)
"""Moments of the samples, seen from the day on which examples play."""

SERVICE_LINKED = "/aws-service-role/"
"""The path of roles that AWS services own: only AWS can change them (IAM User Guide, service-linked roles)."""


class InlinePolicy(msgspec.Struct, frozen=True):
    """A policy that is embedded in one identity."""

    name: str
    document: PolicyDocument


def document(value: Any) -> PolicyDocument:
    """Read a policy document that must be there.

    Raises:
        PolicyError: it is blank or no policy.
    """
    found = PolicyDocument.parse(value)
    if found is None:
        raise PolicyError("policy: the document is blank")
    return found


def inline_policies(items: Sequence[Mapping[str, Any]]) -> tuple[InlinePolicy, ...]:
    """Read the inline policies of an identity, each by PolicyName and PolicyDocument (API and CloudFormation)."""
    return tuple(InlinePolicy(item["PolicyName"], document(item["PolicyDocument"])) for item in items)


def default_version(versions: Sequence[Mapping[str, Any]]) -> PolicyDocument:
    """Give the document of a managed policy's version in force.

    Raises:
        PolicyError: no version is the default one.
    """
    for version in versions:
        if version.get("IsDefaultVersion"):
            return document(version["Document"])
    raise PolicyError("policy: no version is the default one")


def credential_rows(content: str | bytes) -> list[dict[str, str]]:
    """Read the credential report: one row for each user and the root user, by the columns' names.

    The content comes as bytes, as their base64, or as text. Source: IAM User Guide, "Getting credential reports".

    Raises:
        ValueError: it has no column `arn`.
    """
    raw = content if isinstance(content, str) else content.decode()
    text = raw if raw.startswith("user,") else base64.b64decode(raw, validate=True).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    if "arn" not in text.partition("\n")[0].split(","):
        raise ValueError("the credential report has no column arn")
    return rows


def flag(value: str) -> bool:
    """Read a yes or no of the credential report.

    Raises:
        ValueError: it says neither (`not_supported`, `N/A`).
    """
    if value.lower() not in {"true", "false"}:
        raise ValueError(f"the credential report says neither true nor false: {value}")
    return value.lower() == "true"


def moment(value: str) -> datetime | None:
    """Read a moment of the credential report; None where it says that there is none (N/A, no_information)."""
    return None if value in {"N/A", "no_information", "not_supported"} else datetime.fromisoformat(value)


class User(Kind, cfn="AWS::IAM::User", tf="aws_iam_user", scope="global"):
    """An IAM user with its policies and its row of the credential report."""

    user = each("iam.GetAccountAuthorizationDetails", "UserDetailList")
    report = job(
        "iam.GenerateCredentialReport",
        "iam.GetCredentialReport",
        "Content",
        ready="State == 'COMPLETE'",
        own="$user.Arn",
        key="arn",
        parse=credential_rows,
    )
    ssh = then("iam.ListSSHPublicKeys", "SSHPublicKeys", UserName="$user.UserName")

    id: str = fact("user.UserName", plan="name", template="UserName", sample="nurse-portal")
    arn: str = fact("user.Arn", plan="arn", sample="arn:aws:iam::123456789012:user/nurse-portal")
    tags: Mapping[str, str] = fact("user.Tags", plan="tags", template="Tags", parse=tags(), default={})
    path: str = fact("user.Path", plan="path", template="Path", default={"plan": "/", "template": "/"}, sample="/")
    groups: tuple[str, ...] = fact("user.GroupList", template="Groups", default={"template": ()}, sample=())
    inline: tuple[InlinePolicy, ...] = fact(
        "user.UserPolicyList", template="Policies", parse=inline_policies, default={"api": (), "template": ()}
    )
    attached: tuple[str, ...] = fact(
        "user.AttachedManagedPolicies[].PolicyArn", template="ManagedPolicyArns", default={"api": (), "template": ()}
    )
    console: bool = fact("report.password_enabled", parse=flag, sample=True)
    mfa: bool = fact("report.mfa_active", parse=flag, sample=True)
    key_1_active: bool = fact("report.access_key_1_active", parse=flag, sample=False)
    key_2_active: bool = fact("report.access_key_2_active", parse=flag, sample=False)
    key_1_rotated: datetime | None = fact("report.access_key_1_last_rotated", parse=moment, sample=None)
    key_2_rotated: datetime | None = fact("report.access_key_2_last_rotated", parse=moment, sample=None)
    password_changed: datetime | None = fact("report.password_last_changed", parse=moment, sample=LONG_AGO)
    password_used: datetime | None = fact("report.password_last_used", parse=moment, sample=LATELY)
    key_1_used: datetime | None = fact("report.access_key_1_last_used_date", parse=moment, sample=None)
    key_2_used: datetime | None = fact("report.access_key_2_last_used_date", parse=moment, sample=None)
    ssh_keys: tuple[SshKey, ...] = fact("ssh", parse=ssh_keys, sample=())
    volatile = (
        "report.password_last_used",
        "report.access_key_1_last_used_date",
        "report.access_key_1_last_used_region",
        "report.access_key_1_last_used_service",
        "report.access_key_2_last_used_date",
        "report.access_key_2_last_used_region",
        "report.access_key_2_last_used_service",
    )


class Group(Kind, cfn="AWS::IAM::Group", tf="aws_iam_group", scope="global"):
    """An IAM group with its policies; groups have no tags."""

    group = each("iam.GetAccountAuthorizationDetails", "GroupDetailList")

    id: str = fact("group.GroupName", plan="name", template="GroupName", sample="engineers")
    arn: str = fact("group.Arn", plan="arn", sample="arn:aws:iam::123456789012:group/engineers")
    tags: Mapping[str, str] = fact(Const({}), plan=Const({}), template=Const({}))
    path: str = fact("group.Path", plan="path", template="Path", default={"plan": "/", "template": "/"}, sample="/")
    inline: tuple[InlinePolicy, ...] = fact(
        "group.GroupPolicyList", template="Policies", parse=inline_policies, default={"api": (), "template": ()}
    )
    attached: tuple[str, ...] = fact(
        "group.AttachedManagedPolicies[].PolicyArn", template="ManagedPolicyArns", default={"api": (), "template": ()}
    )


class Role(Kind, cfn="AWS::IAM::Role", tf="aws_iam_role", scope="global"):
    """An IAM role: who may assume it and what it may do."""

    role = each("iam.GetAccountAuthorizationDetails", "RoleDetailList")
    advisor = job(
        "iam.GenerateServiceLastAccessedDetails",
        "iam.GetServiceLastAccessedDetails",
        ticket="JobId",
        ready="JobStatus in 'COMPLETED','FAILED'",
        expect="JobStatus",
        parse=services_accessed,
        when="role.AssumeRolePolicyDocument contains 'ecs-tasks.amazonaws.com','ec2.amazonaws.com'",
        Arn="$role.Arn",
        Granularity="SERVICE_LEVEL",
    )

    id: str = fact("role.RoleName", plan="name", template="RoleName", sample="claims-task")
    arn: str = fact("role.Arn", plan="arn", sample="arn:aws:iam::123456789012:role/claims-task")
    tags: Mapping[str, str] = fact("role.Tags", plan="tags", template="Tags", parse=tags(), default={})
    path: str = fact("role.Path", plan="path", template="Path", default={"plan": "/", "template": "/"}, sample="/")
    trust: PolicyDocument = fact(
        "role.AssumeRolePolicyDocument", plan="assume_role_policy", template="AssumeRolePolicyDocument", parse=document
    )
    inline: tuple[InlinePolicy, ...] = fact(
        "role.RolePolicyList", template="Policies", parse=inline_policies, default={"api": (), "template": ()}
    )
    attached: tuple[str, ...] = fact(
        "role.AttachedManagedPolicies[].PolicyArn", template="ManagedPolicyArns", default={"api": (), "template": ()}
    )
    boundary: str = fact(
        "role.PermissionsBoundary.PermissionsBoundaryArn",
        plan="permissions_boundary",
        template="PermissionsBoundary",
        default="",
    )
    created: datetime = fact("role.CreateDate", sample=LONG_AGO)
    services: tuple[ServiceAccess, ...] = fact(
        "advisor.services",
        parse=service_accesses,
        sample=(),
        doc="What the role may use and when it last did; asked for roles of EC2 instances and ECS tasks only.",
    )
    volatile = ("role.RoleLastUsed", "advisor.services[].LastAuthenticated")

    @property
    def service_linked(self) -> bool:
        """Whether an AWS service owns the role."""
        return self.path.startswith(SERVICE_LINKED)


class ManagedPolicy(Kind, cfn="AWS::IAM::ManagedPolicy", tf="aws_iam_policy", scope="global"):
    """A managed policy: the customer's own, and those of AWS that are attached to something."""

    policy = each("iam.GetAccountAuthorizationDetails", "Policies")
    labels = tagged("$policy.Arn", "iam:policy")

    id: str = fact("policy.Arn", plan="arn", sample="arn:aws:iam::123456789012:policy/claims-read")
    arn: str = fact("policy.Arn", plan="arn", sample="arn:aws:iam::123456789012:policy/claims-read")
    name: str = fact(
        "policy.PolicyName | policy.Arn",
        plan="name",
        template="ManagedPolicyName",
        parse={"api": lambda text: text.rpartition("/")[2]},
        sample="claims-read",
    )
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", parse=tags(), default={})
    document: PolicyDocument = fact(
        "policy.PolicyVersionList",
        plan="policy",
        template="PolicyDocument",
        parse={"api": default_version, "plan": document, "template": document},
    )
    attachment_count: int = fact("policy.AttachmentCount", sample=1)
    volatile = ("policy.AttachmentCount", "policy.PermissionsBoundaryUsageCount")

    @property
    def aws_managed(self) -> bool:
        """Whether the policy is one of AWS's own, which only AWS can change."""
        return self.arn.split(":")[4] == "aws"


class InstanceProfile(Kind, cfn="AWS::IAM::InstanceProfile", tf="aws_iam_instance_profile", scope="global"):
    """An instance profile: the role that an EC2 instance is given."""

    profile = each("iam.ListInstanceProfiles", "InstanceProfiles")
    labels = tagged("$profile.Arn", "iam:instance-profile")

    id: str = fact("profile.InstanceProfileName", plan="name", template="InstanceProfileName", sample="ecs-instances")
    arn: str = fact("profile.Arn", plan="arn", sample="arn:aws:iam::123456789012:instance-profile/ecs-instances")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", parse=tags(), default={})
    roles: tuple[str, ...] = fact("profile.Roles[].Arn", sample=("arn:aws:iam::123456789012:role/ecs-instances",))


def documents(world: World, identity: User | Group | Role) -> Iterator[tuple[str, PolicyDocument]]:
    """Go over the policies of an identity, inline and attached, each with its name; the rule needs ManagedPolicy.

    Raises:
        Unknown: at the end, when a policy that is attached could not be read.
    """
    for policy in identity.inline:
        yield policy.name, policy.document
    gaps: list[Gap] = []
    for arn in identity.attached:
        try:
            found = world.first(ManagedPolicy, arn=arn)
            known = found.document if found else None
        except Unknown as error:
            gaps.extend(error.gaps)
            continue
        if known is None:
            message = f"{arn} is attached, but the listing does not hold it"
            gaps.append(Gap("iam.GetAccountAuthorizationDetails", message=message, state=GapState.PARTIAL))
        else:
            yield arn, known
    if gaps:
        raise Unknown(*gaps)
