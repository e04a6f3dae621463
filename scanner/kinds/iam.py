"""IAM: users, groups, roles, managed policies and instance profiles, with the credential report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from scanner.kinds.common import tagged, tags
from scanner.kinds.iam_planned import ATTACHED, active_keys, planned_inline, template_inline
from scanner.kinds.iam_reading import (
    InlinePolicy,
    credential_rows,
    default_version,
    document,
    flag,
    inline_policies,
    moment,
)
from scanner.kinds.iam_use import ServiceAccess, SshKey, service_accesses, services_accessed, ssh_keys
from scanner.kinds.planned_reading import arns, members_of, present
from scanner.model.call import each, job, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
LATELY = datetime(2026, 11, 20, tzinfo=UTC)
"""Moments of the samples, seen from the day on which examples play."""

SERVICE_LINKED = "/aws-service-role/"
"""The path of roles that AWS services own: only AWS can change them (IAM User Guide, service-linked roles)."""


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
    groups: tuple[str, ...] = fact(
        "user.GroupList",
        plan="aws_iam_user_group_membership[].groups[]",
        template="Groups",
        default={"plan": (), "template": ()},
        sample=(),
    )
    inline: tuple[InlinePolicy, ...] = fact(
        "user.UserPolicyList",
        plan="+ aws_iam_user_policy",
        template="Policies + AWS::IAM::UserPolicy + AWS::IAM::Policy",
        parse={
            "api": inline_policies,
            "plan": planned_inline("user"),
            "template": template_inline("AWS::IAM::UserPolicy", "AWS::IAM::Policy"),
        },
        default=(),
    )
    attached: tuple[str, ...] = fact(
        "user.AttachedManagedPolicies[].PolicyArn",
        plan="aws_iam_user_policy_attachment + aws_iam_policy_attachment",
        template="ManagedPolicyArns + AWS::IAM::ManagedPolicy",
        parse={
            "plan": members_of("aws_iam_user_policy_attachment.policy_arn", "aws_iam_policy_attachment.policy_arn"),
            "template": ATTACHED,
        },
        default=(),
    )
    console: bool = fact(
        "report.password_enabled",
        plan="+ aws_iam_user_login_profile",
        template="+ LoginProfile",
        parse={"api": flag, "plan": present, "template": present},
        default={"plan": False, "template": False},
        sample=True,
    )
    mfa: bool = fact("report.mfa_active", parse=flag, sample=True)
    key_1_active: bool = fact(
        "report.access_key_1_active",
        plan="+ aws_iam_access_key",
        template="+ AWS::IAM::AccessKey",
        parse={"api": flag} | active_keys(1),
        default={"plan": False, "template": False},
        sample=False,
    )
    key_2_active: bool = fact(
        "report.access_key_2_active",
        plan="+ aws_iam_access_key",
        template="+ AWS::IAM::AccessKey",
        parse={"api": flag} | active_keys(2),
        default={"plan": False, "template": False},
        sample=False,
    )
    key_1_rotated: datetime | None = fact("report.access_key_1_last_rotated", parse=moment, sample=None)
    key_2_rotated: datetime | None = fact("report.access_key_2_last_rotated", parse=moment, sample=None)
    password_changed: datetime | None = fact("report.password_last_changed", parse=moment, sample=LONG_AGO)
    password_used: datetime | None = fact("report.password_last_used", parse=moment, sample=LATELY)
    key_1_used: datetime | None = fact("report.access_key_1_last_used_date", parse=moment, sample=None)
    key_2_used: datetime | None = fact("report.access_key_2_last_used_date", parse=moment, sample=None)
    ssh_keys: tuple[SshKey, ...] = fact("ssh", parse=ssh_keys, sample=())
    tf_parts = {
        "aws_iam_user_policy": "user",
        "aws_iam_user_policy_attachment": "user",
        "aws_iam_policy_attachment": "users",
        "aws_iam_user_group_membership": "user",
        "aws_iam_user_login_profile": "user",
        "aws_iam_access_key": "user",
    }
    cfn_parts = {
        "AWS::IAM::UserPolicy": "UserName",
        "AWS::IAM::AccessKey": "UserName",
        **dict.fromkeys(("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"), "Users"),
    }
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
        "group.GroupPolicyList",
        plan="+ aws_iam_group_policy",
        template="Policies + AWS::IAM::GroupPolicy + AWS::IAM::Policy",
        parse={
            "api": inline_policies,
            "plan": planned_inline("group"),
            "template": template_inline("AWS::IAM::GroupPolicy", "AWS::IAM::Policy"),
        },
        default=(),
    )
    attached: tuple[str, ...] = fact(
        "group.AttachedManagedPolicies[].PolicyArn",
        plan="aws_iam_group_policy_attachment + aws_iam_policy_attachment",
        template="ManagedPolicyArns + AWS::IAM::ManagedPolicy",
        parse={
            "plan": members_of("aws_iam_group_policy_attachment.policy_arn", "aws_iam_policy_attachment.policy_arn"),
            "template": ATTACHED,
        },
        default=(),
    )
    tf_parts = {
        "aws_iam_group_policy": "group",
        "aws_iam_group_policy_attachment": "group",
        "aws_iam_policy_attachment": "groups",
    }
    cfn_parts = {
        "AWS::IAM::GroupPolicy": "GroupName",
        "AWS::IAM::Policy": "Groups",
        "AWS::IAM::ManagedPolicy": "Groups",
    }


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
        "role.RolePolicyList",
        plan="inline_policy + aws_iam_role_policy",
        template="Policies + AWS::IAM::RolePolicy + AWS::IAM::Policy",
        parse={
            "api": inline_policies,
            "plan": planned_inline("role"),
            "template": template_inline("AWS::IAM::RolePolicy", "AWS::IAM::Policy"),
        },
        default=(),
    )
    attached: tuple[str, ...] = fact(
        "role.AttachedManagedPolicies[].PolicyArn",
        plan="managed_policy_arns + aws_iam_role_policy_attachment + aws_iam_policy_attachment",
        template="ManagedPolicyArns + AWS::IAM::ManagedPolicy",
        parse={
            "plan": members_of(
                "managed_policy_arns",
                "aws_iam_role_policy_attachment.policy_arn",
                "aws_iam_policy_attachment.policy_arn",
            ),
            "template": ATTACHED,
        },
        default=(),
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
    tf_parts = {
        "aws_iam_role_policy": "role",
        "aws_iam_role_policy_attachment": "role",
        "aws_iam_policy_attachment": "roles",
    }
    cfn_parts = {"AWS::IAM::RolePolicy": "RoleName", "AWS::IAM::Policy": "Roles", "AWS::IAM::ManagedPolicy": "Roles"}
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
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
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
        return self.arn.split(":")[4:5] == ["aws"]


class InstanceProfile(Kind, cfn="AWS::IAM::InstanceProfile", tf="aws_iam_instance_profile", scope="global"):
    """An instance profile: the role that an EC2 instance is given."""

    profile = each("iam.ListInstanceProfiles", "InstanceProfiles")
    labels = tagged("$profile.Arn", "iam:instance-profile")

    id: str = fact("profile.InstanceProfileName", plan="name", template="InstanceProfileName", sample="ecs-instances")
    arn: str = fact("profile.Arn", plan="arn", sample="arn:aws:iam::123456789012:instance-profile/ecs-instances")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    roles: tuple[str, ...] = fact(
        "profile.Roles[].Arn",
        plan="role",
        template="Roles",
        parse={"plan": lambda name: arns([name]), "template": arns},
        default={"plan": ()},
        sample=("arn:aws:iam::123456789012:role/ecs-instances",),
    )
