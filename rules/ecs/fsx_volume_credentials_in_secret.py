"""ecs_fsx_volume_credentials_in_secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import VOLUME, revision
from rules.ecs._secrets import unprotected
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ssm import Parameter
from scanner.kinds.task_volumes import Volume
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ad-AbCdEf"  # noqa: S105  a name, not a password
STORED = "arn:aws:ssm:us-east-1:123456789012:parameter/ad"


def _mounted(credentials: str) -> dict[str, object]:
    """Give a task definition with an FSx volume for the examples."""
    return {"volumes": (Volume("scratch"), Volume("records", fsx="fs-1", fsx_credentials=credentials))}


class FsxVolumeCredentialsInSecret(Rule):
    """FSx volume credentials are kept in a managed secret.

    An FSx for Windows volume is mounted as a user of Active Directory. Whoever has that user's password reads the ePHI
    on the file system from anywhere that reaches it. In Secrets Manager, or in a parameter of type SecureString, it is
    encrypted, and its use recorded; a parameter of another type holds it in the clear.
    """

    kind = TaskDefinition
    needs = (Parameter,)
    severity = "medium"
    hipaa_proposed = ("164.308(a)(5)(ii)(D)", "164.312(d)")
    sources = (EcsGuide(42), EcsGuide(43))
    remedy = revision(
        VOLUME + '.fsxWindowsFileServerVolumeConfiguration.authorizationConfig.credentialsParameter = "SECRET"',
        "Store the user's name and password: aws secretsmanager create-secret --name NAME --kms-key-id KEY"
        " --secret-string file://secret --region {region}, and let the execution role read it.",
        last=("Change the password where it was written down before.",),
        terraform={
            "volume": {
                "fsx_windows_file_server_volume_configuration": {
                    "authorization_config": {"credentials_parameter": "SECRET"}
                }
            }
        },
    )
    GOOD = (
        _mounted(SECRET),
        Case(_mounted(STORED), others=[Other(Parameter, id="/ad", arn=STORED)]),
    )
    BAD = (
        _mounted(""),
        _mounted("ad"),
        Case(_mounted("/ad"), others=[Other(Parameter, id="/ad", arn=STORED)]),
        _mounted("arn:aws:s3:::claims/ad.json"),
        Case(_mounted(STORED), others=[Other(Parameter, id="/ad", arn=STORED, type="String")]),
    )
    SKIP = ({"volumes": (Volume("scratch"),)}, {"volumes": ()})
    UNKNOWN = (Case(_mounted(STORED), lacking=[Parameter]),)

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions with an FSx for Windows File Server volume."""
        return any(volume.fsx for volume in definition.volumes)

    @staticmethod
    def check(definition: TaskDefinition, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        for volume in definition.volumes:
            if not volume.fsx:
                continue
            with gaps:
                if not volume.fsx_credentials.startswith("arn:"):
                    yield Fail("no secret or parameter is named by its ARN for the credentials", part=volume.name)
                    continue
                reason = unprotected(volume.fsx_credentials, world)
                if reason:
                    yield Fail(reason, part=volume.name)
        yield from gaps
