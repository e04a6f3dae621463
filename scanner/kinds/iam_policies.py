"""IAM: wherever identity policies stand, as one kind: managed policies, and what is embedded in an identity."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tagged, tags
from scanner.kinds.iam import SERVICE_LINKED
from scanner.kinds.iam_planned import template_policy
from scanner.kinds.iam_reading import InlinePolicy, default_version, inline_policies
from scanner.model.call import each
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument


class IdentityPolicies(Kind, cfn="AWS::IAM::Policy", scope="global"):
    """What holds identity policies: a user, group or role with those embedded in it, or a managed policy by itself."""

    user = each("iam.GetAccountAuthorizationDetails", "UserDetailList")
    group = each("iam.GetAccountAuthorizationDetails", "GroupDetailList")
    role = each("iam.GetAccountAuthorizationDetails", "RoleDetailList")
    policy = each("iam.GetAccountAuthorizationDetails", "Policies")
    labels = tagged("$policy.Arn", "iam:policy", when="policy.Arn")

    id: str = fact("user.Arn | group.Arn | role.Arn | policy.Arn", sample="arn:aws:iam::123456789012:role/claims-task")
    arn: str = fact("user.Arn | group.Arn | role.Arn | policy.Arn", sample="arn:aws:iam::123456789012:role/claims-task")
    name: str = fact(
        "user.UserName | group.GroupName | role.RoleName | policy.PolicyName",
        template="PolicyName",
        sample="claims-task",
    )
    tags: Mapping[str, str] = fact("user.Tags | role.Tags | labels.Tags", template=Const({}), parse=tags(), default={})
    path: str = fact("user.Path | group.Path | role.Path | policy.Path", template=Const("/"), sample="/")
    inline: tuple[InlinePolicy, ...] = fact(
        "user.UserPolicyList | group.GroupPolicyList | role.RolePolicyList",
        template="PolicyName + PolicyDocument",
        parse={"api": inline_policies, "template": template_policy},
        default=(),
    )
    managed: PolicyDocument | None = fact(
        "policy.PolicyVersionList", template=Const(None), parse=default_version, default=None
    )
    volatile = ("role.RoleLastUsed", "policy.AttachmentCount", "policy.PermissionsBoundaryUsageCount")

    @property
    def is_managed(self) -> bool:
        """Whether this is a managed policy."""
        return ":policy/" in self.arn

    @property
    def owner(self) -> str:
        """Why nobody in the account can change it: the service or AWS that owns it; empty where somebody can."""
        if self.arn.split(":")[4:5] == ["aws"]:
            return "AWS owns this policy"
        return "an AWS service owns this role" if self.path.startswith(SERVICE_LINKED) else ""
