"""ecs_container_no_plaintext_secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.containers import Container, Variable
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.gap import Gap, Unknown
from scanner.model.rule import Fail, Gaps, Rule
from scanner.model.source import EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Outcome


class ContainerNoPlaintextSecrets(Rule):
    """Container environment variables hold no secrets.

    Whoever may describe a task definition reads its environment variables, and so does everyone who sees a console, a
    log or a backup of the configuration. A password or key there opens the ePHI behind it to all of them. The values
    are looked at by secret detectors and never kept; what no detector knows, such as a short password under a harmless
    name, is not found.
    """

    kind = TaskDefinition
    severity = "critical"
    hipaa_proposed = ("164.312(d)", "164.308(a)(5)(ii)(D)", "164.312(a)(2)(i)")
    sources = (EcsGuide(63), WebProposal())
    aliases = (
        "config:ecs-no-environment-secrets",
        "security-hub:ECS.8",
        "prowler:ecs_task_definitions_no_environment_secrets",
        "steampipe:ecs_task_definition_container_environment_no_secret",
    )
    remedy = revision(
        '("{part}" | split(" ")) as [$container, $variable] | (.containerDefinitions[] | select(.name == $container))'
        ' |= (.environment |= map(select(.name != $variable)) | .secrets += [{name: $variable, valueFrom: "SECRET"}])',
        "Count the secret as known to others: make a new one where it is used.",
        "Store the new one: aws secretsmanager create-secret --name NAME --kms-key-id KEY --secret-string"
        " file://secret --region {region}, and let the execution role read it (secretsmanager:GetSecretValue,"
        " kms:Decrypt).",
        last=(
            (
                "Deregister and delete the revisions that hold the old value: aws ecs deregister-task-definition"
                " --task-definition {arn}, then aws ecs delete-task-definitions --task-definitions {arn} --region"
                " {region}"
            ),
        ),
        cost="a secret, 0.40 USD a month",
    )
    GOOD = (
        {"containers": (Container("web"),)},
        {"containers": (Container("web", environment=(Variable("STAGE"), Variable("PORT"))),)},
    )
    BAD = (
        {
            "containers": (
                Container("web", environment=(Variable("STAGE"), Variable("DB_PASSWORD", ("Secret Keyword",)))),
            )
        },
        {
            "containers": (
                Container("web", environment=(Variable("STAGE"),)),
                Container("log", environment=(Variable("KEY", None), Variable("TOKEN", ("AWS Access Key",)))),
            )
        },
    )
    UNKNOWN = ({"containers": (Container("web", environment=(Variable("DB_PASSWORD", None),)),)},)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            for variable in container.environment:
                with gaps:
                    if variable.detectors is None:
                        raise Unknown(
                            Gap(message=f"the value of {variable.name} was not looked at by secret detectors")
                        )
                    if variable.detectors:
                        found = ", ".join(variable.detectors)
                        yield Fail(
                            f"the value of {variable.name} looks like a secret ({found})",
                            part=f"{container.name} {variable.name}",
                        )
        yield from gaps
