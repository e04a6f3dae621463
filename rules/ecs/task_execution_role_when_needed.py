"""ecs_task_execution_role_when_needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.containers import Container, SecretReference
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.task_volumes import Volume
from scanner.model.rule import Fail, Gaps, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Outcome


SECRET = (SecretReference("DB", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"),)
CREDENTIALS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf"
FILE = ("arn:aws:s3:::claims-settings/web.env",)


def _needs(definition: TaskDefinition, gaps: Gaps) -> Iterator[str]:
    """Say what of a task definition needs an execution role."""
    with gaps:
        if "FARGATE" in definition.requires:
            yield "Fargate pulls its images and writes its logs"
    with gaps:
        for container in definition.containers:
            if container.secrets:
                yield f"{container.name} takes secrets"
            if container.credentials:
                yield f"{container.name} comes from a registry that asks for credentials"
            if container.environment_files:
                yield f"{container.name} takes environment files"
    with gaps:
        for volume in definition.volumes:
            if volume.fsx_credentials:
                yield f"the volume {volume.name} is mounted with credentials"


class TaskExecutionRoleWhenNeeded(Rule):
    """Tasks that need an execution role have one.

    What is fetched before a task's program starts (images, secrets, settings, log streams) is fetched with the
    execution role. Without one the task does not start, or takes the rights for it from the instance, which then has
    to have the rights of all tasks. A task on Fargate should have one whatever its images and logs are.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.308(a)(4)(ii)(B)",)
    sources = (EcsGuide(56),)
    remedy = revision(
        '.executionRoleArn = "ROLE"',
        "Make a role that ecs-tasks.amazonaws.com may assume: aws iam create-role --role-name NAME"
        " --assume-role-policy-document file://trust.json",
        "Let it pull and log: aws iam attach-role-policy --role-name NAME --policy-arn"
        " arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy, and read just the secrets that the"
        " task names.",
        terraform={"execution_role_arn": "ROLE"},
    )
    GOOD = (
        {},
        {"requires": ("EC2",), "containers": (Container("web", secrets=SECRET),)},
        {"requires": ("EC2",), "execution_role": "", "containers": (Container("web"),), "volumes": (Volume("a"),)},
        {"requires": (), "execution_role": "", "containers": ()},
    )
    BAD = (
        {"execution_role": ""},
        {"execution_role": "", "requires": ("EC2", "FARGATE")},
        {"execution_role": "", "requires": ("EC2",), "containers": (Container("log"), Container("w", secrets=SECRET))},
        {"execution_role": "", "requires": ("EC2",), "containers": (Container("web", credentials=CREDENTIALS),)},
        {"execution_role": "", "requires": ("EC2",), "containers": (Container("web", environment_files=FILE),)},
        {
            "execution_role": "",
            "requires": ("EC2",),
            "volumes": (Volume("records", fsx="fs-1", fsx_credentials=CREDENTIALS),),
        },
    )

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Outcome]:
        gaps = Gaps()
        needs = list(_needs(definition, gaps))
        if needs and not definition.execution_role:
            yield Fail(f"there is no execution role, but {'; '.join(needs)}")
        elif not needs and gaps.found and not definition.execution_role:
            yield from gaps
