"""ecs_container_secrets_from_managed_store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from rules.ecs._secrets import unprotected
from scanner.kinds.containers import Container, SecretReference
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ssm import Parameter
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


MANAGED = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf:password::"
STORE = "arn:aws:ssm:us-east-1:123456789012:parameter"


class ContainerSecretsFromManagedStore(Rule):
    """Container secrets come from Secrets Manager or SecureString parameters.

    A parameter of type String lies unencrypted in Parameter Store: whoever may read parameters reads the password to
    the ePHI. Secrets Manager and SecureString parameters are encrypted with a key whose use is recorded. A parameter
    that does not exist keeps the task from starting. Parameters that another account shares are not looked up.
    """

    kind = TaskDefinition
    needs = (Parameter,)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(2)(iv)", "164.308(a)(5)(ii)(D)", "164.312(d)")
    sources = (EcsGuide(63), EcsGuide(64), WebProposal())
    remedy = revision(
        '("{part}" | split(" ")) as [$container, $variable] | (.containerDefinitions[] | select(.name =='
        ' $container).secrets[] | select(.name == $variable)).valueFrom = "SECRET"',
        "Store the value: aws secretsmanager create-secret --name NAME --kms-key-id KEY --secret-string file://secret"
        " --region {region}, or aws ssm put-parameter --type SecureString --key-id KEY --name NAME --value VALUE"
        " --region {region}",
        "Let the task's execution role read it, and decrypt with the key.",
        last=(
            (
                "Delete the parameter of type String with its history (aws ssm delete-parameter --name OLD --region"
                " {region}), and change the password that it held."
            ),
        ),
        cost="a secret, 0.40 USD a month",
    )
    GOOD = (
        {"containers": (Container("web", secrets=(SecretReference("DB", MANAGED),)),)},
        {
            "containers": (
                Container("web"),
                Container("log", secrets=(SecretReference("K", f"{STORE}/aws/reference/secretsmanager/k"),)),
            )
        },
        Case(
            {"containers": (Container("web", secrets=(SecretReference("DB", "/db"),)),)},
            others=[Other(Parameter, id="/db", arn=f"{STORE}/db")],
        ),
        Case(
            {"containers": (Container("web", secrets=(SecretReference("DB", "db:3"),)),)},
            others=[Other(Parameter, id="db", arn=f"{STORE}/db")],
        ),
        Case(
            {"containers": (Container("web", secrets=(SecretReference("DB", f"{STORE}/db"),)),)},
            others=[Other(Parameter, id="/db", arn=f"{STORE}/db")],
        ),
    )
    BAD = (
        Case(
            {"containers": (Container("web", secrets=(SecretReference("K", MANAGED), SecretReference("DB", "/db"))),)},
            others=[Other(Parameter, id="/db", arn=f"{STORE}/db", type="String")],
        ),
        Case(
            {"containers": (Container("web", secrets=(SecretReference("DB", f"{STORE}/db"),)),)},
            others=[Other(Parameter, id="/db", arn=f"{STORE}/db", type="StringList")],
        ),
        {"containers": (Container("web", secrets=(SecretReference("DB", "/gone"),)),)},
        {"containers": (Container("web", secrets=(SecretReference("DB", "arn:aws:s3:::bucket/env"),)),)},
    )
    SKIP = ({"containers": (Container("web"),)},)
    UNKNOWN = (
        Case({"containers": (Container("web", secrets=(SecretReference("DB", "/db"),)),)}, lacking=[Parameter]),
        {"containers": (Container("web", secrets=(SecretReference("DB", STORE.replace("1234", "9999") + "/db"),)),)},
    )

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions whose containers take secrets."""
        return any(container.secrets for container in definition.containers)

    @staticmethod
    def check(definition: TaskDefinition, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            for secret in container.secrets:
                with gaps:
                    reason = unprotected(secret.source, world)
                    if reason:
                        yield Fail(f"{secret.name}: {reason}", part=f"{container.name} {secret.name}")
        yield from gaps
