"""ecr_repository_encrypted_with_cmk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecr import Repository
from scanner.kinds.kms import KmsKey
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"


class RepositoryEncryptedWithCmk(Rule):
    """Repositories are encrypted with a customer managed key.

    Images hold programs, and now and then what should never be in them. Under a key of one's own, who may read them is
    decided apart from who may read the repository, each use is recorded, and access ends with the key. A key of another
    account, and an alias other than AWS's own, can only be the customer's. Encryption is chosen when a repository is
    created and cannot be changed.
    """

    kind = Repository
    needs = (KmsKey,)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(2)(iv)",)
    sources = (EcsGuide(71),)
    aliases = ("config:ecr-repository-cmk-encryption-enabled", "security-hub:ECR.5")
    remedy = Runbook(
        "Create a repository under another name: aws ecr create-repository --repository-name {id}-cmk"
        " --image-tag-mutability IMMUTABLE --encryption-configuration encryptionType=KMS,kmsKey=KEY --region {region}",
        "Copy the images that are in use, by digest: crane copy {account}.dkr.ecr.{region}.amazonaws.com/{id}@DIGEST"
        " {account}.dkr.ecr.{region}.amazonaws.com/{id}-cmk:TAG",
        "Let pipelines push there and task definitions name it; then aws ecr delete-repository --repository-name {id}"
        " --force --region {region}",
        effect=Effect(
            risk="high",
            cost="the KMS key, 1 USD a month, and its requests",
            terraform={
                "aws_ecr_repository": {"encryption_configuration": {"encryption_type": "KMS", "kms_key": "KEY"}}
            },
        ),
    )
    GOOD = (
        Case({"key": KEY}, others=[Other(KmsKey, id="1234abcd", arn=KEY)]),
        Case({"key": KEY, "encryption": "KMS_DSSE"}, others=[Other(KmsKey, id="1234abcd", arn=KEY)]),
        {"key": KEY.replace("123456789012", "999999999999")},
        {"key": "alias/images"},
        Case({"key": "1234abcd"}, others=[Other(KmsKey, id="1234abcd", arn=KEY)]),
    )
    BAD = (
        {"encryption": "AES256", "key": ""},
        Case({"key": KEY}, others=[Other(KmsKey, id="1234abcd", arn=KEY, manager="AWS")]),
        {"key": KEY},
        {"key": "alias/aws/ecr"},
        {"key": ""},
    )
    UNKNOWN = (Case({"key": KEY}, lacking=[KmsKey]),)

    @staticmethod
    def check(repository: Repository, world: World) -> Iterator[Fail]:
        if repository.encryption not in {"KMS", "KMS_DSSE"}:
            yield Fail(f"the encryption is {repository.encryption}, with a key that only AWS knows")
            return
        name = repository.key
        if not name or name.endswith("alias/aws/ecr"):
            yield Fail("the key is AWS's own for ECR, aws/ecr")
        elif "alias/" not in name and name.split(":")[4:5] in ([], [repository.account]):
            key = world.get(KmsKey, name)
            if key is None:
                yield Fail(f"the key {name} does not exist any more")
            elif key.manager != "CUSTOMER":
                yield Fail(f"the key {name} is managed by AWS")
