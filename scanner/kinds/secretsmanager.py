"""Secrets Manager: secrets, by name and settings, never by value."""

from __future__ import annotations

from collections.abc import Mapping

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
    deleted: str = fact("secret.DeletedDate", default={"api": ""}, sample="", doc="Empty: not scheduled for deletion.")
    volatile = ("secret.LastAccessedDate", "secret.SecretVersionsToStages")
