"""secret_automatic_rotation_on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.secret._rotating import ROTATE
from rules.secret._rotation import ours
from scanner.kinds.secretsmanager import Secret
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class AutomaticRotationOn(Rule):
    """Automatic rotation of secrets is on.

    A password that nobody changes serves whoever read it once, for as long as it is valid. Rotation by Secrets Manager
    changes it where it is used and where it is kept at one time, so that no person handles it. A secret that a service
    of AWS made and does not let rotate, a copy from another Region, and one that is to be deleted are not judged.
    """

    kind = Secret
    severity = "medium"
    hipaa = ("164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)", "164.308(a)(5)(ii)(D)")
    aliases = (
        "config:secretsmanager-rotation-enabled-check",
        "security-hub:SecretsManager.1",
        "prowler:secretsmanager_automatic_rotation_enabled",
        "steampipe:secretsmanager_secret_automatic_rotation_enabled",
    )
    related = ("secret_rotation_enabled",)
    remedy = ROTATE

    GOOD = ({}, {"primary_region": "us-east-1"}, {"owner": "rds"})
    BAD = ({"rotates": False}, {"rotates": False, "primary_region": "us-east-1"})
    SKIP = (
        BAD[0] | {"deleted": "2026-11-01T00:00:00Z"},
        BAD[0] | {"primary_region": "eu-west-1"},
        BAD[0] | {"owner": "events", "rotates": False},
    )

    @staticmethod
    def applies(secret: Secret) -> bool | str:
        """Secrets that are not to be deleted, are no copies, and rotate at the account's will."""
        return ours(secret)

    @staticmethod
    def check(secret: Secret) -> Iterator[Fail]:
        if not secret.rotates:
            yield Fail("automatic rotation is off")
