"""ecs_task_execution_role_least_privilege."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from rules.ecs._references import key_of, resources, sources
from rules.ecs._roles import execution_role_of
from scanner.kinds.containers import Container, LogRouter, SecretReference
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.iam import ManagedPolicy, Role
from scanner.kinds.iam_identities import documents
from scanner.kinds.iam_reading import InlinePolicy, document
from scanner.kinds.kms import KmsKey
from scanner.kinds.s3 import Bucket
from scanner.kinds.secretsmanager import Secret
from scanner.kinds.ssm import Parameter
from scanner.kinds.task_volumes import Volume
from scanner.model.inventory import any_of
from scanner.model.policy import Every, Patterns
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.policy import Grant
    from scanner.model.rule import Outcome


START = tuple(
    """ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage
    ecr:BatchImportUpstreamImage logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents
    s3:GetBucketLocation""".split()
)
"""What pulls images and writes logs on any resource. Source: AWS managed policy AmazonECSTaskExecutionRolePolicy, and
ECS Developer Guide, "Amazon ECS task execution IAM role", as of November 2026."""

READING = Patterns(
    tuple(
        """secretsmanager:GetSecretValue secretsmanager:DescribeSecret ssm:GetParameter ssm:GetParameters
        ssm:GetParameterHistory ssm:DescribeParameters kms:Decrypt s3:GetObject""".split()
    ),
    actions=True,
)
"""What reads secrets, parameters, environment files and what encrypts them: on those that the tasks refer to."""

ROLE = "arn:aws:iam::123456789012:role/web-execution"
SECRETS = "arn:aws:secretsmanager:us-east-1:123456789012:secret"
STORE = "arn:aws:ssm:us-east-1:123456789012:parameter"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FILE = "arn:aws:s3:::settings/web.env"
GET = "secretsmanager:GetSecretValue"
KEPT = Other(Secret, arn=f"{SECRETS}:db-AbCdEf", id=f"{SECRETS}:db-AbCdEf", kms_key=KEY)


def _role(action: str | list[str], resource: str | list[str] = "*", **more: object) -> dict[str, object]:
    """Give an execution role for the examples."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource} | more
    written = document({"Statement": {key: value for key, value in statement.items() if value}})
    return {"arn": ROLE, "id": "web-execution", "inline": (InlinePolicy("start", written),)}


def _task(*secrets: str, **more: Any) -> Other:
    """Give a task definition that takes secrets for the examples."""
    taken = tuple(SecretReference("S", source) for source in secrets)
    return Other(TaskDefinition, **{"containers": (Container("log"), Container("web", secrets=taken))} | more)


def _definitions(role: Role, world: World) -> list[TaskDefinition]:
    candidates = world.candidates_everywhere(TaskDefinition, execution_role_of, lambda: (role.arn, role.id))
    return [item for item in candidates if item.execution_role in (role.arn, role.id)]


def _beyond(grant: Grant, role: Role, world: World) -> Iterator[str]:
    """Name the resources of a statement that reads, which no task definition of the role refers to."""
    reach, service = grant.statement.reach, grant.action.partition(":")[0].lower()
    if reach.negated:
        yield f"all but {', '.join(reach.values)}"
        return
    asked = [item for item in reach.values if Patterns((item,)).touches(Every(service))]
    yield from (item for item in asked if item == "*")
    named = [item for item in asked if item != "*"]
    if not named:
        return
    wanted = [(source, item) for item in _definitions(role, world) for source in sources(item)]
    if service == "kms":
        keys = {key_of(source, item, world) for source, item in wanted} - {""}
        yield from (item for item in named if item.rpartition(":key/")[2] not in keys)
        return
    admitted = Patterns(tuple(pattern for source, item in wanted for pattern in resources(source, item)))
    yield from (item for item in named if not admitted.covers(item))


class TaskExecutionRoleLeastPrivilege(Rule):
    """Execution roles grant only what the task's start needs.

    The execution role holds the keys to the task's secrets. What it grants beyond pulling images, writing logs and
    reading just what the tasks refer to opens other systems' ePHI to whoever may start a task with it. A pattern that
    covers more than the secret named (such as name-*, where name-?????? would do) counts as more.

    The rights admitted are those of AWS's documentation as of November 2026, and those that the settings add.
    """

    kind = Role
    needs = (Bucket, KmsKey, ManagedPolicy, Parameter, Secret, TaskDefinition)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)")
    sources = (EcsGuide(53), EcsGuide(56), EcsGuide(64))
    remedy = Runbook(
        "Attach AmazonECSTaskExecutionRolePolicy to the role, or the same actions on the repositories and log groups"
        " that the tasks use.",
        "Grant reading on the ARN of each secret and parameter that the tasks name, and kms:Decrypt on their keys.",
        "Give what the task's program needs to the task role, and take the statements named from the role:"
        " aws iam put-role-policy --role-name {name}.",
        effect=Effect(risk="high", downtime="tasks do not start where the role lacks what they fetch"),
    )
    GOOD = (
        Case(_role(["ecr:BatchGetImage", "logs:PutLogEvents", "logs:CreateLogStream"]), others=[_task()]),
        Case({"arn": ROLE}, others=[_task(execution_role="web-execution"), Other(TaskDefinition)]),
        Case(_role(GET, f"{SECRETS}:db-AbCdEf"), others=[_task(f"{SECRETS}:db-AbCdEf:password::")]),
        Case(_role(GET, f"{SECRETS}:db-??????"), others=[_task(f"{SECRETS}:db-AbCdEf")]),
        Case(_role(GET, f"{SECRETS}:db-??????"), others=[_task(f"{SECRETS}:db")]),
        Case(_role("ssm:GetParameters", f"{STORE}/db"), others=[_task("/db:3")]),
        Case(_role("ssm:GetParameters", f"{STORE}/db"), others=[_task(f"{STORE}/db")]),
        Case(_role(GET, f"{SECRETS}:db-??????"), others=[_task("/aws/reference/secretsmanager/db")]),
        Case(_role("s3:GetObject", FILE), others=[_task(containers=(Container("a", environment_files=(FILE,)),))]),
        Case(
            _role("s3:GetObject", FILE),
            others=[_task(containers=(Container("r", router=LogRouter("fluentbit", FILE)),))],
        ),
        Case(
            _role(GET, [f"{SECRETS}:db-AbCdEf", f"{SECRETS}:fsx-AbCdEf"]),
            others=[
                _task(
                    containers=(Container("a", credentials=f"{SECRETS}:db-AbCdEf"),),
                    volumes=(Volume("v", fsx_credentials=f"{SECRETS}:fsx-AbCdEf"),),
                )
            ],
        ),
        Case(
            _role([GET, "kms:Decrypt"], [f"{SECRETS}:db-AbCdEf", KEY]),
            others=[_task(f"{SECRETS}:db-AbCdEf"), KEPT],
        ),
        Case(
            _role("kms:Decrypt", KEY),
            others=[
                _task("/db"),
                Other(Parameter, arn=f"{STORE}/db", kms_key="alias/db"),
                Other(KmsKey, alias_name="alias/db"),
            ],
        ),
        Case(
            _role("kms:Decrypt", KEY),
            others=[
                _task(containers=(Container("a", environment_files=(FILE,)),)),
                Other(Bucket, id="settings", kms_key=KEY),
            ],
        ),
        Case(_role("cloudwatch:PutMetricData"), others=[_task()], settings={"allowed": ("cloudwatch:PutMetricData",)}),
    )
    BAD = (
        Case(_role("dynamodb:GetItem"), others=[_task()]),
        Case(_role("secretsmanager:PutSecretValue", f"{SECRETS}:db-AbCdEf"), others=[_task(f"{SECRETS}:db-AbCdEf")]),
        Case(_role("ecr:*"), others=[_task()], lacking=[ManagedPolicy]),
        Case(_role("", NotAction="iam:*"), others=[_task()]),
        Case(_role(GET), others=[_task(f"{SECRETS}:db-AbCdEf")]),
        Case(_role(GET, f"{SECRETS}:db-*"), others=[_task(f"{SECRETS}:db-AbCdEf")]),
        Case(_role(GET, [f"{SECRETS}:db-AbCdEf", f"{SECRETS}:x-AbCdEf"]), others=[_task(f"{SECRETS}:db-AbCdEf")]),
        Case(_role(GET, "", NotResource=f"{SECRETS}:db-AbCdEf"), others=[_task(f"{SECRETS}:db-AbCdEf")]),
        Case(_role("ssm:GetParameters", f"{STORE}/db"), others=[_task("/other", execution_role="web-execution")]),
        Case(_role("ssm:GetParameters", f"{STORE}/*"), others=[_task("/db")]),
        Case(
            _role("ssm:GetParameters", f"{STORE}/db"),
            others=[_task(), Other(TaskDefinition, execution_role="x", containers=_task("/db").facts["containers"])],
        ),
        Case(
            _role("s3:GetObject", FILE + "*"), others=[_task(containers=(Container("a", environment_files=(FILE,)),))]
        ),
        Case(_role("kms:Decrypt"), others=[_task(f"{SECRETS}:db-AbCdEf"), KEPT]),
        Case(_role("kms:Decrypt", KEY.replace("1234abcd", "9999abcd")), others=[_task(f"{SECRETS}:db-AbCdEf"), KEPT]),
        Case(
            _role("kms:Decrypt", KEY),
            others=[_task("/db"), Other(Parameter, arn=f"{STORE}/db", kms_key="alias/aws/ssm")],
        ),
        Case(_role("kms:Decrypt", KEY), others=[_task()]),
    )
    SKIP = (
        _role("*"),
        Case(_role("*"), others=[Other(TaskDefinition, execution_role="x", task_role=ROLE)]),
    )
    UNKNOWN = (
        Case(_role("*"), lacking=[TaskDefinition]),
        Case({"arn": ROLE, "attached": ("arn:aws:iam::123456789012:policy/x",)}, others=[_task()]),
        Case(_role("kms:Decrypt", KEY), others=[_task(f"{SECRETS}:db-AbCdEf")]),
        Case(_role("kms:Decrypt", KEY), others=[_task("/db")]),
        Case(
            _role("kms:Decrypt", KEY),
            others=[_task("/db"), Other(Parameter, arn=f"{STORE}/db", kms_key="alias/db")],
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """What else may be granted."""

        allowed: Annotated[
            tuple[str, ...], msgspec.Meta(description="Actions besides, such as ecr:CreateRepository.")
        ] = ()

    @staticmethod
    def applies(role: Role, world: World) -> bool:
        """Roles that a task definition names as its execution role."""
        return any_of(
            world.candidates_everywhere(TaskDefinition, execution_role_of, lambda: (role.arn, role.id)),
            lambda item: item.execution_role in (role.arn, role.id),
        )

    @staticmethod
    def check(role: Role, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            for name, policy in documents(world, role):
                for grant in policy.grants_outside((*START, *settings.allowed)):
                    part = f"{name.rpartition('/')[2]} {grant.action}"
                    if not READING.covers(grant.action):
                        yield Fail(f"{name} grants {grant.action}", part=part)
                        continue
                    with gaps:
                        for resource in _beyond(grant, role, world):
                            yield Fail(
                                f"{name} grants {grant.action} on {resource}, to which no task definition refers",
                                part=f"{part} {resource}",
                            )
        yield from gaps
