"""ecs_environment_file_bucket_protected."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from rules._buckets import BLOCK_SETTINGS
from scanner.kinds.account import Account
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.iam import ManagedPolicy, Role
from scanner.kinds.iam_identities import documents
from scanner.kinds.iam_reading import InlinePolicy, document
from scanner.kinds.s3 import Bucket
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.policy import PolicyDocument, Principal
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


FILE = "arn:aws:s3:::claims-settings/web.env"
WEB = {"containers": (Container("log"), Container("web", environment_files=(FILE,)))}
ROLE = "arn:aws:iam::123456789012:role/web-execution"
OPEN: dict[str, Any] = dict.fromkeys(BLOCK_SETTINGS, False)


def _statement(effect: str, action: str, resource: object, **more: object) -> dict[str, object]:
    return {"Effect": effect, "Action": action, "Resource": resource} | more


TLS = _statement(
    "Deny",
    "s3:*",
    ["arn:aws:s3:::claims-settings", "arn:aws:s3:::claims-settings/*"],
    Principal="*",
    Condition={"Bool": {"aws:SecureTransport": "false"}},
)
READ = _statement("Allow", "s3:GetObject", "arn:aws:s3:::claims-settings/*")
SHARED = READ | {"Principal": {"AWS": ROLE}}


def _bucket(*statements: dict[str, object], **facts: Any) -> Other:
    """Give a bucket for the examples."""
    policy = document({"Statement": list(statements)}) if statements else None
    return Other(Bucket, **{"id": "claims-settings", "policy": policy} | facts)


def _role(*statements: dict[str, object]) -> Other:
    """Give the execution role for the examples."""
    inline = tuple(InlinePolicy(f"p{number}", document({"Statement": one})) for number, one in enumerate(statements))
    return Other(Role, id="web-execution", arn=ROLE, inline=inline)


SOUND = (_bucket(TLS), _role(READ), Other(Account))


def _account_has(world: World, name: str) -> bool:
    return bool(getattr(world.only(Account), name))


def _open_ways(bucket: Bucket, world: World) -> list[str]:
    """Name the settings against public access that are on neither for the bucket nor for the account."""
    return [
        label
        for name, label in BLOCK_SETTINGS.items()
        if not any_of((partial(getattr, bucket, name), partial(_account_has, world, name)))
    ]


def _may_read(definition: TaskDefinition, file: str, bucket: Bucket, world: World) -> bool:
    """Whether the execution role may read the file, by its own policies or by the bucket's.

    Raises:
        Unknown: a policy could not be read, or the role was not seen.
    """
    if not definition.execution_role:
        return False
    role = world.get(Role, definition.execution_role)
    if role is None:
        return False
    if bucket.policy is not None and any(
        Principal("AWS", role.arn) in one.principals.items and not one.principals.negated
        for one in bucket.policy.allows("s3:GetObject", file)
        if one.principals is not None
    ):
        return True
    every = [statement for _, policy in documents(world, role) for statement in policy.statements]
    return bool(PolicyDocument(tuple(every)).allows("s3:GetObject", file))


def _faults(definition: TaskDefinition, file: str, world: World, gaps: Gaps) -> Iterator[tuple[str, str]]:
    """Say what is wrong with the bucket of an environment file, each with what it concerns."""
    name, _, key = file.partition(":::")[2].partition("/")
    if file.split(":")[2:3] != ["s3"] or not key:
        yield f"{file} names no object in S3", "source"
        return
    bucket = world.get(Bucket, name)
    if bucket is None:
        raise Unknown(Gap("s3.ListBuckets", message=f"the bucket {name} lies in another account or does not exist"))
    with gaps:
        if not bucket.encryption:
            yield f"the bucket {name} has no default encryption", "encryption"
    with gaps:
        ways = _open_ways(bucket, world)
        if ways:
            yield f"the bucket {name} does not block public access ({', '.join(ways)})", "public access"
    with gaps:
        arn = f"arn:{bucket.partition}:s3:::{name}"
        if bucket.policy is None or bucket.policy.denies_insecure_transport((arn, f"{arn}/*")):
            yield f"the bucket {name} lets plain HTTP pass", "TLS"
    with gaps:
        if not _may_read(definition, file, bucket, world):
            yield f"the execution role {definition.execution_role or '(none)'} may not read {file}", "read"


class EnvironmentFileBucketProtected(Rule):
    """Environment files come from an encrypted, private bucket.

    An environment file is a text with the task's settings, often with the way to the ePHI and the keys to it. It is as
    safe as the bucket it lies in: encrypted, closed to the public, reached by TLS alone, and readable for the execution
    role, without which the task does not start. Limits on the role by a permissions boundary or the organization are
    not looked at; a bucket of another account cannot be.
    """

    kind = TaskDefinition
    needs = (Account, Bucket, ManagedPolicy, Role)
    severity = "high"
    hipaa_proposed = ("164.312(a)(2)(iv)", "164.312(e)(1)")
    sources = (EcsGuide(63), EcsGuide(64))
    remedy = Runbook(
        "Take secrets out of the file: store them in AWS Secrets Manager and name them in the container's secrets.",
        "Mend the bucket: default encryption, the four settings against public access, and a policy that denies"
        " requests where aws:SecureTransport is false.",
        "Grant the execution role s3:GetObject on the file and s3:GetBucketLocation on the bucket.",
        effect=Effect(risk="medium", downtime="tasks do not start where their role may not read the file any more"),
    )
    GOOD = (
        Case(WEB, others=SOUND),
        Case(WEB, others=[_bucket(TLS, **OPEN), _role(READ), Other(Account)]),
        Case(WEB, others=[_bucket(TLS), _role(READ), Other(Account, **OPEN)]),
        Case(WEB | {"execution_role": "web-execution"}, others=SOUND),
        Case(WEB, others=[_bucket(TLS, SHARED), _role(), Other(Account)]),
    )
    BAD = (
        Case(WEB, others=[_bucket(TLS, encryption=""), _role(READ), Other(Account)]),
        Case(WEB, others=[_bucket(TLS, block_public_policy=False), _role(READ), Other(Account, **OPEN)]),
        Case(WEB, others=[_bucket(), _role(READ), Other(Account)]),
        Case(WEB, others=[_bucket(SHARED), _role(READ), Other(Account)]),
        Case(WEB, others=[_bucket(TLS | {"Resource": "arn:aws:s3:::claims-settings"}), _role(READ), Other(Account)]),
        Case(WEB, others=[_bucket(TLS | {"Resource": "arn:aws:s3:::claims-settings/*"}), _role(READ), Other(Account)]),
        Case(WEB, others=[_bucket(TLS), _role(), Other(Account)]),
        Case(WEB, others=[_bucket(TLS), _role(READ | {"Resource": "arn:aws:s3:::other/*"}), Other(Account)]),
        Case(WEB, others=[_bucket(TLS), _role(READ, READ | {"Effect": "Deny"}), Other(Account)]),
        Case(WEB, others=[_bucket(TLS), Other(Account)]),
        Case(WEB | {"execution_role": ""}, others=[_bucket(TLS, SHARED), Other(Account)], lacking=[Role]),
        Case(
            WEB,
            others=[_bucket(TLS, SHARED | {"Principal": {"AWS": f"{ROLE}-2"}}), _role(), Other(Account)],
        ),
        Case(WEB, others=[_bucket(TLS, SHARED | {"Action": "s3:PutObject"}), _role(), Other(Account)]),
        Case({"containers": (Container("web", environment_files=("arn:aws:s3:::claims-settings",)),)}, others=SOUND),
        Case({"containers": (Container("web", environment_files=("arn:aws:ssm:::claims/x",)),)}, others=SOUND),
    )
    SKIP = ({"containers": (Container("web"),)}, {"containers": ()})
    UNKNOWN = (
        Case(WEB, others=[_role(READ), Other(Account)]),
        Case(WEB, others=[_bucket(TLS), Other(Account)], lacking=[Role]),
        Case(WEB, others=[_bucket(TLS, **OPEN), _role(READ)]),
    )

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions whose containers take environment files."""
        return any(container.environment_files for container in definition.containers)

    @staticmethod
    def check(definition: TaskDefinition, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            for file in container.environment_files:
                with gaps:
                    for fault, what in _faults(definition, file, world, gaps):
                        yield Fail(fault, part=f"{container.name} {file.partition(':::')[2] or file} {what}")
        yield from gaps
