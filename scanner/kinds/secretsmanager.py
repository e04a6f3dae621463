"""Secrets Manager: secrets, by name and settings, never by value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scanner.kinds.common import tags
from scanner.model.call import each
from scanner.model.kind import Kind, fact


class Secret(Kind, cfn="AWS::SecretsManager::Secret", tf="aws_secretsmanager_secret"):
    """A secret: its name, key and rotation."""

    secret = each("secretsmanager.ListSecrets", "SecretList", IncludePlannedDeletion=True)

    id: str = fact(
        "secret.ARN", plan="arn", sample="arn:aws:secretsmanager:us-east-1:123456789012:secret:claims/database-AbCdEf"
    )
    arn: str = fact(
        "secret.ARN", plan="arn", sample="arn:aws:secretsmanager:us-east-1:123456789012:secret:claims/database-AbCdEf"
    )
    name: str = fact("secret.Name", plan="name", template="Name", sample="claims/database")
    tags: Mapping[str, str] = fact("secret.Tags", plan="tags", template="Tags", parse=tags(), default={})
    kms_key: str = fact(
        "secret.KmsKeyId", plan="kms_key_id", template="KmsKeyId", default="", doc="Empty: the key aws/secretsmanager."
    )
    rotates: bool = fact("secret.RotationEnabled", default={"api": False}, sample=True)
    rotation_days: int = fact(
        "secret.RotationRules.AutomaticallyAfterDays",
        sample=30,
        doc="Days between rotations; AWS reckons them from the schedule after each rotation.",
    )
    created: datetime = fact("secret.CreatedDate")
    rotated: datetime | None = fact(
        "secret.LastRotatedDate", default={"api": None}, doc="None: never rotated by Secrets Manager."
    )
    used: datetime | None = fact(
        "secret.LastAccessedDate", default={"api": None}, doc="The day of the last reading; None: never read."
    )
    owner: str = fact(
        "secret.OwningService",
        default={"api": "", "plan": "", "template": ""},
        doc="The service of AWS that made the secret and keeps it; empty: nobody but the account.",
    )
    primary_region: str = fact(
        "secret.PrimaryRegion",
        default={"api": "", "plan": "", "template": ""},
        doc="Where the original of a replicated secret is; empty: it is not replicated.",
    )
    deleted: str = fact("secret.DeletedDate", default={"api": ""}, sample="", doc="Empty: not scheduled for deletion.")
    volatile = ("secret.LastAccessedDate", "secret.SecretVersionsToStages")

    @property
    def is_copy(self) -> bool:
        """Whether it is a copy of a secret in another Region, which rotates there."""
        return self.primary_region not in {"", self.region}
