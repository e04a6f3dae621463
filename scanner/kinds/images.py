"""Images: what their names say, what manifests and configurations say, who the root user is; pure functions.

Source: OCI Image Format Specification (image index, manifest, config), Docker Registry API; API_ImageIdentifier of ECR.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

MANIFEST_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
"""The media types that ECR is asked for: images and indexes of images for several platforms."""

_ECR = re.compile(
    r"(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn|\.eu)?|amazonaws\.eu|on\.aws|on\.amazonwebservices\.com\.cn)"
)


class ImageReference(msgspec.Struct, frozen=True):
    """An image's name taken apart; `account` and `region` are empty where the registry is no private ECR registry."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""
    account: str = ""
    region: str = ""

    @property
    def in_ecr(self) -> bool:
        """Whether the image lies in a private ECR registry."""
        return bool(self.account)

    @property
    def text(self) -> str:
        """The name with what decides: the digest where there is one, else the tag."""
        return f"{self.registry}/{self.repository}" + (f"@{self.digest}" if self.digest else f":{self.tag}")


def image_reference(text: str) -> ImageReference:
    """Take an image's name apart, as Docker does: no registry is Docker Hub, no tag and no digest is `latest`."""
    name, _, digest = text.strip().partition("@")
    head, slash, rest = name.partition("/")
    has_registry = bool(slash) and ("." in head or ":" in head or head == "localhost")
    registry, path = (head, rest) if has_registry else ("docker.io", name)
    repository, colon, tag = path.rpartition(":")
    if not colon:
        repository, tag = path, ""
    found = _ECR.fullmatch(registry)
    return ImageReference(
        registry,
        repository,
        tag or ("" if digest else "latest"),
        digest,
        *(found.groups() if found else ("", "")),
    )


def ecr_references(images: Iterable[str]) -> tuple[str, ...]:
    """Name those of the images that lie in private ECR registries, in one spelling, each once."""
    found = (image_reference(image) for image in images)
    return tuple(dict.fromkeys(image.text for image in found if image.in_ecr))


def reference_document(text: str) -> dict[str, str]:
    """Make the document of an image that something refers to."""
    image = image_reference(text)
    return {
        "reference": image.text,
        "registry": image.registry,
        "account": image.account,
        "region": image.region,
        "repository": image.repository,
        "tag": image.tag,
        "digest": image.digest,
    }


def image_ids(document: Mapping[str, str]) -> list[dict[str, str]]:
    """Name the image to BatchGetImage: by its digest where there is one, else by its tag."""
    return [{"imageDigest": document["digest"]} if document["digest"] else {"imageTag": document["tag"]}]


def platform_id(architecture: str) -> Callable[[Mapping[str, Any]], list[dict[str, str]]]:
    """Give the function that names, of an index that BatchGetImage answered, the Linux image for an architecture.

    An index that has none names itself again, which then is seen to be no image.
    """

    def name(answer: Mapping[str, Any]) -> list[dict[str, str]]:
        index = answer["images"][0]
        for item in _object(index["imageManifest"]).get("manifests", ()):
            platform = item.get("platform") or {}
            if platform.get("os") == "linux" and platform.get("architecture") == architecture:
                return [{"imageDigest": str(item["digest"])}]
        return [{"imageDigest": str(index["imageId"]["imageDigest"])}]

    return name


def config_digest(manifest: str) -> str:
    """Give the digest of the configuration that an image's manifest names.

    Raises:
        ValueError: the text is no image's manifest.
    """
    config = _object(manifest).get("config")
    if not isinstance(config, Mapping) or "digest" not in config:
        message = "the manifest names no configuration"
        raise ValueError(message)
    return str(config["digest"])


def image_sizes(manifest: str) -> tuple[int, ...]:
    """Add up the bytes of what an image's manifest names: its configuration and its layers; nothing for an index.

    Raises:
        ValueError: the text is no manifest.
    """
    document = _object(manifest)
    if "layers" not in document:
        return ()
    parts = [document.get("config") or {}, *document["layers"]]
    return (sum(int(part.get("size", 0)) for part in parts),)


class ImageConfig(msgspec.Struct, frozen=True):
    """What an image's configuration says of the user and the platform; no user is the empty text, and that is root."""

    user: str = ""
    os: str = "linux"
    architecture: str = "amd64"


def read_config(document: Mapping[str, str]) -> ImageConfig:
    """Read what `image_config` kept."""
    return ImageConfig(document["user"], document["os"], document["architecture"])


def image_config(document: Any) -> dict[str, str]:
    """Keep of an image's configuration the user and the platform, and nothing else (its environment may hold secrets).

    Raises:
        ValueError: it is no configuration of an image.
    """
    if not isinstance(document, Mapping):
        message = "the image's configuration is no JSON object"
        raise ValueError(message)  # noqa: TRY004  what was downloaded is a value, not a type of ours
    inner = document.get("config")
    user = inner.get("User") if isinstance(inner, Mapping) else ""
    return {
        "user": str(user or ""),
        "os": str(document.get("os") or ""),
        "architecture": str(document.get("architecture") or ""),
    }


def _object(given: str) -> Mapping[str, Any]:
    document = json.loads(given)
    if not isinstance(document, Mapping):
        message = "no JSON object"
        raise ValueError(message)  # noqa: TRY004  what the answer holds is a value, not a type of ours
    return document


def is_root(user: str) -> bool:
    """Whether a container's user is root: by name, by number, with whatever group, or none given at all.

    Source: Dockerfile reference, USER; API_ContainerDefinition, user.
    """
    name = user.strip().partition(":")[0].strip()
    return name in {"", "root"} or (name.lstrip("+").isdecimal() and int(name) == 0)


def fixed_by(mutability: str, exclusions: Iterable[str], tag: str) -> bool:
    """Whether a repository keeps this tag on one image for good.

    `exclusions` are the wildcard filters (`*` for any text) of the tags that the mutability does not hold for.
    Source: API_PutImageTagMutability.
    """
    excluded = any(tag_matches(pattern, tag) for pattern in exclusions)
    if mutability == "IMMUTABLE":
        return True
    if mutability == "IMMUTABLE_WITH_EXCLUSION":
        return not excluded
    return mutability == "MUTABLE_WITH_EXCLUSION" and excluded


class ImageScan(msgspec.Struct, frozen=True):
    """What a scan of an image came to: its state, when the last one ended, and how many findings of each grade."""

    status: str
    completed: datetime | None = None
    critical: int = 0
    high: int = 0


def image_scan(answer: Mapping[str, Any]) -> ImageScan:
    """Read what DescribeImageScanFindings says of an image; a severity that is not counted has no finding."""
    found = answer.get("imageScanFindings") or {}
    counts = found.get("findingSeverityCounts") or {}
    told = found.get("imageScanCompletedAt")
    ended = datetime.fromisoformat(told) if told else None
    return ImageScan(
        answer["imageScanStatus"]["status"],
        ended.replace(tzinfo=ended.tzinfo or UTC) if ended else None,
        int(counts.get("CRITICAL", 0)),
        int(counts.get("HIGH", 0)),
    )


class ScanRule(msgspec.Struct, frozen=True):
    """A registry's rule on scanning: how often, and wildcard filters of the repositories' names."""

    frequency: str
    filters: tuple[str, ...] = ()


def scan_rules(given: Iterable[Mapping[str, Any]]) -> tuple[ScanRule, ...]:
    """Read the rules of a registry's scanning configuration."""
    return tuple(
        ScanRule(item["scanFrequency"], tuple(found["filter"] for found in item["repositoryFilters"])) for item in given
    )


class ReplicationRule(msgspec.Struct, frozen=True):
    """A registry's rule on replication: destinations `region account`, and prefixes of the repositories' names."""

    destinations: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def covers(self, repository: str) -> bool:
        """Say whether images of a repository are replicated; without a prefix all are."""
        return not self.prefixes or repository.startswith(self.prefixes)


def replication_rules(given: Iterable[Mapping[str, Any]]) -> tuple[ReplicationRule, ...]:
    """Read the rules of a registry's replication configuration."""
    return tuple(
        ReplicationRule(
            tuple(f"{place['region']} {place['registryId']}" for place in item["destinations"]),
            tuple(found["filter"] for found in item.get("repositoryFilters") or ()),
        )
        for item in given
    )


def tag_matches(pattern: str, tag: str) -> bool:
    """Whether a filter of ECR, in which `*` stands for any text, meets the tag or repository."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), tag) is not None
