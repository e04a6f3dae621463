"""ecs_instance_role_least_privilege."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._roles import roles_of
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.iam import InstanceProfile, ManagedPolicy, Role
from scanner.kinds.iam_identities import documents
from scanner.kinds.iam_reading import InlinePolicy, document
from scanner.model.inventory import any_of
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


AGENT = tuple(
    """ec2:DescribeTags ecs:CreateCluster ecs:DeregisterContainerInstance ecs:DiscoverPollEndpoint ecs:Poll
    ecs:RegisterContainerInstance ecs:StartTelemetrySession ecs:UpdateContainerInstancesState ecs:Submit*
    ecs:TagResource ecs:ListTagsForResource ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability
    ecr:GetDownloadUrlForLayer ecr:BatchGetImage logs:CreateLogStream logs:PutLogEvents""".split()
)
"""What the ECS agent needs. Source: AWS managed policy AmazonEC2ContainerServiceforEC2Role, 12 February 2026."""

SSM_CORE = tuple(
    """ssm:DescribeAssociation ssm:GetDeployablePatchSnapshotForInstance ssm:GetDocument ssm:DescribeDocument
    ssm:GetManifest ssm:GetParameter ssm:GetParameters ssm:ListAssociations ssm:ListInstanceAssociations
    ssm:PutInventory ssm:PutComplianceItems ssm:PutConfigurePackageResult ssm:UpdateAssociationStatus
    ssm:UpdateInstanceAssociationStatus ssm:UpdateInstanceInformation ssmmessages:CreateControlChannel
    ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel
    ec2messages:AcknowledgeMessage ec2messages:DeleteMessage ec2messages:FailMessage ec2messages:GetEndpoint
    ec2messages:GetMessages ec2messages:SendReply""".split()
)
"""What Systems Manager needs. Source: AWS managed policy AmazonSSMManagedInstanceCore, 23 May 2019."""

ROLE = "arn:aws:iam::123456789012:role/ecs-instances"
POLICY = "arn:aws:iam::123456789012:policy/extra"
PROFILE = "arn:aws:iam::123456789012:instance-profile/ecs-instances"
HOST = (Other(ContainerInstance), Other(Instance, profile=PROFILE), Other(InstanceProfile))


def _document(*actions: str) -> PolicyDocument:
    """Make a policy for the examples."""
    return document({"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}})


def _policy(name: str, *actions: str) -> InlinePolicy:
    return InlinePolicy(name, _document(*actions))


class InstanceRoleLeastPrivilege(Rule):
    """Container instance roles grant only what the agent needs.

    Every task on an instance that reaches the instance's metadata gets the instance's rights. Whatever they hold beyond
    what the ECS agent and Systems Manager need is a right to ePHI for each container there.

    The rights admitted are those of AWS's policies AmazonEC2ContainerServiceforEC2Role, as of 12 February 2026, and
    AmazonSSMManagedInstanceCore, as of 23 May 2019, and those that the settings add.
    """

    kind = Role
    needs = (ContainerInstance, Instance, InstanceProfile, ManagedPolicy)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)")
    sources = (EcsGuide(57), EcsGuide(53))
    remedy = Runbook(
        "Give what a task needs to the task's own role, and what pulls images and secrets to its execution role.",
        "Attach AmazonEC2ContainerServiceforEC2Role and AmazonSSMManagedInstanceCore to the role.",
        "Take the policies named from the role: aws iam detach-role-policy, aws iam delete-role-policy.",
        effect=Effect(risk="high", downtime="programs that live on the role of the instance are refused"),
    )
    GOOD = (
        Case({"arn": ROLE, "inline": (_policy("agent", "ecs:Poll", "ecs:Submit*", "ecr:BatchGetImage"),)}, others=HOST),
        Case(
            {"arn": ROLE, "attached": (POLICY,)},
            others=[*HOST, Other(ManagedPolicy, arn=POLICY, document=_document("ssm:UpdateInstanceInformation"))],
        ),
        Case(
            {"arn": ROLE, "inline": (_policy("a", "cloudwatch:PutMetricData"),)},
            others=HOST,
            settings={"allowed": ("cloudwatch:PutMetricData",)},
        ),
        Case({"arn": ROLE}, others=HOST),
    )
    BAD = (
        Case({"arn": ROLE, "inline": (_policy("agent", "ecs:Poll"), _policy("data", "s3:GetObject"))}, others=HOST),
        Case({"arn": ROLE, "inline": (_policy("all", "ecs:*"),)}, others=HOST),
        Case({"arn": ROLE, "inline": (_policy("all", "*"),)}, others=HOST, lacking=[ManagedPolicy]),
        Case(
            {"arn": ROLE, "attached": (POLICY,)},
            others=[*HOST, Other(ManagedPolicy, arn=POLICY, document=_document("dynamodb:GetItem"))],
        ),
    )
    SKIP = (
        {"arn": ROLE, "inline": (_policy("all", "*"),)},
        Case({"arn": "arn:aws:iam::123456789012:role/other", "inline": (_policy("all", "*"),)}, others=HOST),
    )
    UNKNOWN = (
        Case({"arn": ROLE}, lacking=[ContainerInstance]),
        Case({"arn": ROLE, "attached": (POLICY,)}, others=HOST),
    )

    class Settings(RuleSettings, frozen=True):
        """What else may be granted."""

        allowed: Annotated[
            tuple[str, ...], msgspec.Meta(description="Actions besides, such as cloudwatch:PutMetricData.")
        ] = ()

    @staticmethod
    def applies(role: Role, world: World) -> bool:
        """Roles of container instances of ECS."""
        return any_of(
            world.candidates_everywhere(ContainerInstance, roles_of, lambda: [role.arn]),
            lambda host: role.arn in roles_of(world, host),
        )

    @staticmethod
    def check(role: Role, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            for name, policy in documents(world, role):
                for grant in policy.grants_outside((*AGENT, *SSM_CORE, *settings.allowed)):
                    yield Fail(f"{name} grants {grant.action}", part=f"{name.rpartition('/')[2]} {grant.action}")
        yield from gaps
