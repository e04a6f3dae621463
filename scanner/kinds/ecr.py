"""ECR: repositories, the images in use, and each platform's image with the user it runs as."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scanner.kinds.common import tagged, tags
from scanner.kinds.images import (
    MANIFEST_TYPES,
    ImageConfig,
    ImageScan,
    config_digest,
    image_config,
    image_ids,
    image_scan,
    image_sizes,
    platform_id,
    read_config,
    reference_document,
)
from scanner.kinds.merges import IMAGES
from scanner.model.call import applied, download, each, refs, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument
from scanner.model.secret import Secret


def _exclusions(given: Any) -> tuple[str, ...]:
    return tuple(str(item["filter"]) for item in given)


def _template_exclusions(given: Any) -> tuple[str, ...]:
    return tuple(str(item["ImageTagMutabilityExclusionFilterValue"]) for item in given)


class Repository(Kind, cfn="AWS::ECR::Repository", tf="aws_ecr_repository"):
    """A private repository of container images."""

    repository = each("ecr.DescribeRepositories", "repositories")
    tagging = tagged("$repository.repositoryArn", "ecr:repository")
    statements = then(
        "ecr.GetRepositoryPolicy",
        "policyText",
        absent=["RepositoryPolicyNotFoundException"],
        registryId="$repository.registryId",
        repositoryName="$repository.repositoryName",
    )
    lifecycle_rules = then(
        "ecr.GetLifecyclePolicy",
        "lifecyclePolicyText",
        absent=["LifecyclePolicyNotFoundException"],
        registryId="$repository.registryId",
        repositoryName="$repository.repositoryName",
    )

    id: str = fact("repository.repositoryName", plan="name", template="RepositoryName", sample="web")
    arn: str = fact("repository.repositoryArn", plan="arn")
    tags: Mapping[str, str] = fact("tagging.Tags", plan="tags", template="Tags", parse=tags(), default={})
    registry: str = fact("repository.registryId", plan="registry_id", sample="123456789012")
    mutability: str = fact(
        "repository.imageTagMutability",
        plan="image_tag_mutability",
        template="ImageTagMutability",
        default={"plan": "MUTABLE", "template": "MUTABLE"},
        sample="IMMUTABLE",
    )
    exclusions: tuple[str, ...] = fact(
        "repository.imageTagMutabilityExclusionFilters",
        plan="image_tag_mutability_exclusion_filter",
        template="ImageTagMutabilityExclusionFilters",
        parse={"api": _exclusions, "plan": _exclusions, "template": _template_exclusions},
        default=(),
        doc="Wildcard filters of the tags that the mutability does not hold for.",
    )
    scan_on_push: bool = fact(
        "repository.imageScanningConfiguration.scanOnPush",
        plan="image_scanning_configuration[0].scan_on_push",
        template="ImageScanningConfiguration.ScanOnPush",
        default=False,
        sample=True,
    )
    encryption: str = fact(
        "repository.encryptionConfiguration.encryptionType",
        plan="encryption_configuration[0].encryption_type",
        template="EncryptionConfiguration.EncryptionType",
        default={"plan": "AES256", "template": "AES256"},
        sample="KMS",
    )
    key: str = fact(
        "repository.encryptionConfiguration.kmsKey",
        plan="encryption_configuration[0].kms_key",
        template="EncryptionConfiguration.KmsKey",
        default={"api": "", "template": ""},
        sample="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )
    policy: PolicyDocument | None = fact(
        "statements",
        plan="aws_ecr_repository_policy.policy",
        template="RepositoryPolicyText",
        parse=PolicyDocument.parse,
        default=None,
    )
    lifecycle: Mapping[str, Any] | None = fact(
        "lifecycle_rules",
        plan="aws_ecr_lifecycle_policy.policy",
        template="LifecyclePolicy.LifecyclePolicyText",
        parse=json.loads,
        default=None,
    )
    tf_parts = {"aws_ecr_repository_policy": "repository", "aws_ecr_lifecycle_policy": "repository"}
    volatile = ("repository.createdAt",)


INDEXES = (
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)
_ONE = " and ".join(f"{{0}}.images[0].imageManifestMediaType != '{name}'" for name in INDEXES) + " and {0}.images"
_MANY = "manifest.images[0].imageManifestMediaType in " + ",".join(f"'{name}'" for name in INDEXES)


def _manifest(ids: Any, when: str = "") -> Any:
    return then(
        "ecr.BatchGetImage",
        expect="images",
        when=when,
        merge=IMAGES,
        region="$named.region",
        registryId="$named.account",
        repositoryName="$named.repository",
        imageIds=ids,
        acceptedMediaTypes=list(MANIFEST_TYPES),
    )


def _config(of: str) -> Any:
    layer = applied(config_digest, f"${of}.images[0].imageManifest")
    return download(
        "ecr.GetDownloadUrlForLayer",
        "downloadUrl",
        digest=layer,
        when=_ONE.format(of),
        region="$named.region",
        parse=image_config,
        registryId="$named.account",
        repositoryName="$named.repository",
        layerDigest=layer,
    )


def _scan(of: str) -> Any:
    return then(
        "ecr.DescribeImageScanFindings",
        expect="imageScanStatus",
        when=_ONE.format(of),
        absent=["ScanNotFoundException"],
        region="$named.region",
        registryId="$named.account",
        repositoryName="$named.repository",
        imageId={"imageDigest": f"${of}.images[0].imageId.imageDigest"},
        maxResults=1000,
    )


SCANNED = ImageScan("COMPLETE", datetime(2026, 11, 20, tzinfo=UTC))


class Image(Kind, cfn="AWS::ECR::Image"):
    """An image in a private registry that a task or a task definition names; its id is that name, by digest or tag.

    A manifest stands for one image or, as an index, for one of each platform; of these the two architectures that ECS
    runs on Linux are read.
    """

    named = refs("Task.images", "TaskDefinition.images", parse=reference_document)
    manifest = _manifest(applied(image_ids, "$named"))
    config = _config("manifest")
    x86_manifest = _manifest(applied(platform_id("amd64"), "$manifest"), _MANY)
    x86_config = _config("x86_manifest")
    arm_manifest = _manifest(applied(platform_id("arm64"), "$manifest"), _MANY)
    arm_config = _config("arm_manifest")
    scan = _scan("manifest")
    x86_scanned = _scan("x86_manifest")
    arm_scanned = _scan("arm_manifest")
    secrets = {
        name: tuple(Secret(f"imageScanFindings.{holes}", detect=False) for holes in ("findings", "enhancedFindings"))
        for name in ("scan", "x86_scanned", "arm_scanned")
    }

    id: str = fact("named.reference", sample="123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.0.0")
    tags: Mapping[str, str] = fact(Const({}))
    registry: str = fact("named.account", sample="123456789012")
    repository: str = fact("named.repository", sample="web")
    image_tag: str = fact("named.tag", sample="1.0.0")
    digest: str = fact("manifest.images[0].imageId.imageDigest", sample="sha256:0a1b2c3d")
    sizes: tuple[int, ...] = fact(
        "manifest.images[0].imageManifest",
        parse=image_sizes,
        sample=(200_000_000,),
        doc="The bytes of the configuration and the layers, compressed as they lie in the registry; none for an index.",
    )
    x86_sizes: tuple[int, ...] = fact("x86_manifest.images[0].imageManifest", parse=image_sizes, default=())
    arm_sizes: tuple[int, ...] = fact("arm_manifest.images[0].imageManifest", parse=image_sizes, default=())
    own: ImageConfig | None = fact(
        "config", parse=read_config, default=None, sample=ImageConfig("app"), doc="None where the manifest is an index."
    )
    x86: ImageConfig | None = fact(
        "x86_config", parse=read_config, default=None, doc="Of an index: the image for X86_64."
    )
    arm: ImageConfig | None = fact(
        "arm_config", parse=read_config, default=None, doc="Of an index: the image for ARM64."
    )
    own_scan: ImageScan | None = fact(
        "scan", parse=image_scan, default={"api": None}, sample=SCANNED, doc="None where it was never scanned."
    )
    x86_scan: ImageScan | None = fact("x86_scanned", parse=image_scan, default={"api": None}, sample=SCANNED)
    arm_scan: ImageScan | None = fact("arm_scanned", parse=image_scan, default={"api": None}, sample=SCANNED)
    volatile = tuple(
        f"{name}.imageScanFindings.{noise}"
        for name in ("scan", "x86_scanned", "arm_scanned")
        for noise in ("imageScanCompletedAt", "vulnerabilitySourceUpdatedAt", "findings", "enhancedFindings")
    )
