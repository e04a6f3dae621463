"""Secrets Manager: secrets, by name and settings, never by value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scanner.kinds.common import tags
from scanner.kinds.planned_reading import present
from scanner.model.call import each
from scanner.model.kind import Const, Kind, fact


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
    rotates: bool = fact(
        "secret.RotationEnabled",
        plan="+ aws_secretsmanager_secret_rotation",
        template="+ AWS::SecretsManager::RotationSchedule",
        parse={"plan": present, "template": present},
        default=False,
        sample=True,
    )
    rotation_days: int = fact(
        "secret.RotationRules.AutomaticallyAfterDays",
        plan="aws_secretsmanager_secret_rotation.rotation_rules[0].automatically_after_days",
        template="AWS::SecretsManager::RotationSchedule.RotationRules.AutomaticallyAfterDays",
        parse={"template": int},
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
    deleted: str = fact(
        "secret.DeletedDate",
        plan=Const(""),
        template=Const(""),
        default={"api": ""},
        sample="",
        doc="Empty: not scheduled for deletion.",
    )
    tf_parts = {"aws_secretsmanager_secret_rotation": "secret_id"}
    cfn_parts = {"AWS::SecretsManager::RotationSchedule": "SecretId"}
    volatile = ("secret.LastAccessedDate", "secret.SecretVersionsToStages")

    @property
    def is_copy(self) -> bool:
        """Whether it is a copy of a secret in another Region, which rotates there."""
        return self.primary_region not in {"", self.region}
