"""The described repositories and their images, down to the manifests and configurations that digests name."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256

from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, numbered, policy, says

IMAGE, INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"
DAYS = 20
"""Findings of images are at the most so many days old."""


def repository_name(place: Place, index: int) -> str:
    """Name a repository."""
    return f"{place.app(index)}/service-{index}"


def _digest(body: bytes) -> str:
    return f"sha256:{sha256(body).hexdigest()}"


def _config(place: Place, index: int, architecture: str) -> bytes:
    user = "app" if place.yes("image-user", index) else ""
    made = {"architecture": architecture, "os": "linux", "config": {"User": user, "Labels": {"app": place.app(index)}}}
    return json.dumps({**made, "created": f"{place.seed}/{place.account}/{index}"}).encode()


def _manifest(place: Place, index: int, architecture: str) -> bytes:
    config = _config(place, index, architecture)
    layer = f"sha256:{place.hex(64, 'layer', index, architecture)}"
    return json.dumps({
        "schemaVersion": 2, "mediaType": IMAGE,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json", "size": len(config), "digest": _digest(config),
        },
        "layers": [{
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": layer,
            "size": 40_000_000 + place.number(900_000_000, "layer", index),
        }],
    }).encode()  # fmt: skip


def _several(index: int) -> bool:
    """Say whether an image is one for several platforms."""
    return index % 12 == 11  # noqa: PLR2004  one of twelve


def _index(place: Place, index: int) -> bytes:
    found = []
    for architecture in ("amd64", "arm64"):
        body = _manifest(place, index, architecture)
        platform = {"os": "linux", "architecture": architecture}
        found.append({"mediaType": IMAGE, "digest": _digest(body), "size": len(body), "platform": platform})
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": found}).encode()


def _named(place: Place, index: int) -> bytes:
    return _index(place, index) if _several(index) else _manifest(place, index, "amd64")


def image_digest(place: Place, index: int) -> str:
    """Give the digest of a repository's image."""
    return str(_digests(place)[index])


def image_uri(place: Place, index: int, *, pinned: bool) -> str:
    """Name a repository's image as a task definition does: by its digest, or by its tag."""
    name = f"{place.account}.dkr.ecr.{place.region}.amazonaws.com/{repository_name(place, index)}"
    return f"{name}@{image_digest(place, index)}" if pinned else f"{name}:1.{index % 7}"


_digests = listing(lambda place: {index: _digest(_named(place, index)) for index in place.mine("repository")})
_numbers = listing(lambda place: {repository_name(place, index): index for index in place.mine("repository")})


@listing
def blobs(place: Place) -> dict[str, bytes]:
    """Give the configurations of all images by their digests."""
    bodies = (
        _config(place, index, architecture) for index in place.mine("repository") for architecture in ("amd64", "arm64")
    )
    return {_digest(body): body for body in bodies}


@listing
def _repositories(place: Place) -> list[Json]:
    found = []
    for index in place.mine("repository"):
        name = repository_name(place, index)
        kms = place.yes("repository-kms", index, share=0.5)
        sealed = {"encryptionType": "KMS", "kmsKey": key_arn(place, index)} if kms else {"encryptionType": "AES256"}
        found.append({
            "repositoryArn": place.arn("ecr", f"repository/{name}"), "registryId": place.account,
            "repositoryName": name, "createdAt": place.ago(600, "repository", index),
            "repositoryUri": f"{place.account}.dkr.ecr.{place.region}.amazonaws.com/{name}",
            "imageTagMutability": "IMMUTABLE" if place.yes("immutable", index) else "MUTABLE",
            "imageScanningConfiguration": {"scanOnPush": place.yes("scans", index)}, "encryptionConfiguration": sealed,
        })  # fmt: skip
    return found


def _tags(place: Place, params: Params) -> Answer:
    index = _numbers(place).get(params["resourceArn"].partition(":repository/")[2])
    return "RepositoryNotFoundException" if index is None else {"tags": place.tags("repository", index)}


def tagged(place: Place) -> list[Json]:
    """Give the tags of the repositories."""
    return [
        {
            "ResourceARN": place.arn("ecr", f"repository/{repository_name(place, index)}"),
            "Tags": place.tags("repository", index),
        }
        for index in place.mine("repository")
    ]


def _policy(place: Place, index: int) -> Answer:
    if not place.yes("repository-shared", index, share=0.2):
        return "RepositoryPolicyNotFoundException"
    who = "*" if place.yes("repository-open", index, share=0.2) else {"AWS": place.iam("root")}
    stated = {"Sid": "Pull", "Effect": "Allow", "Principal": who, "Action": ["ecr:BatchGetImage"]}
    return {
        "registryId": place.account, "repositoryName": repository_name(place, index), "policyText": policy(stated),
    }  # fmt: skip


def _lifecycle(place: Place, index: int) -> Answer:
    if not place.yes("repository-cleans", index):
        return "LifecyclePolicyNotFoundException"
    selection = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14}
    text = json.dumps({"rules": [{"rulePriority": 1, "selection": selection, "action": {"type": "expire"}}]})
    return {
        "registryId": place.account, "repositoryName": repository_name(place, index), "lifecyclePolicyText": text,
        "lastEvaluatedAt": place.ago(1),
    }  # fmt: skip


def _asked(place: Place, params: Params) -> int | None:
    return _numbers(place).get(params["repositoryName"])


def _platforms(place: Place, index: int) -> dict[str, bytes]:
    bodies = [_named(place, index)]
    if _several(index):
        bodies += [_manifest(place, index, architecture) for architecture in ("amd64", "arm64")]
    return {_digest(body): body for body in bodies}


def _image(place: Place, params: Params) -> Answer:
    index = _asked(place, params)
    if index is None:
        return "RepositoryNotFoundException"
    known, images, failures = _platforms(place, index), [], []
    for asked in params["imageIds"]:
        digest = asked.get("imageDigest") or image_digest(place, index)
        if digest not in known:
            failures.append({"imageId": asked, "failureCode": "ImageNotFound", "failureReason": "not found"})
            continue
        body = known[digest].decode()
        images.append({
            "registryId": place.account, "repositoryName": params["repositoryName"], "imageManifest": body,
            "imageId": {**asked, "imageDigest": digest}, "imageManifestMediaType": json.loads(body)["mediaType"],
        })  # fmt: skip
    return {"images": images, "failures": failures}


def _layer(place: Place, params: Params) -> Answer:
    digest = params["layerDigest"]
    if digest not in blobs(place):
        return "LayersNotFoundException"
    return {"downloadUrl": f"{place.endpoint()}/_blob/{digest}", "layerDigest": digest}


def _scan(place: Place, params: Params) -> Answer:
    index = _asked(place, params)
    if index is None:
        return "RepositoryNotFoundException"
    digest = params["imageId"]["imageDigest"]
    if not place.yes("scanned", index, share=0.85):
        return "ScanNotFoundException"
    counts = {"MEDIUM": place.number(9, "medium", digest), "LOW": place.number(30, "low", digest)}
    if not place.yes("few", digest):
        counts |= {"CRITICAL": place.number(3, "critical", digest), "HIGH": 1 + place.number(9, "high", digest)}
    done = place.ago(DAYS, "scanned", digest)
    findings = [
        {"name": f"CVE-2026-{number:04d}", "severity": severity, "description": "", "uri": "", "attributes": []}
        for severity, count in counts.items() for number in range(count)
    ]  # fmt: skip
    return {
        "registryId": place.account, "repositoryName": params["repositoryName"], "imageId": params["imageId"],
        "imageScanStatus": {"status": "COMPLETE", "description": "done"},
        "imageScanFindings": {
            "imageScanCompletedAt": done, "vulnerabilitySourceUpdatedAt": done - timedelta(hours=1),
            "findings": findings, "findingSeverityCounts": counts,
        },
    }  # fmt: skip


def _scanning(place: Place, _: Params) -> Answer:
    every = [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]
    whole = place.yes("registry-scans", share=0.5)
    return {"registryId": place.account, "scanningConfiguration": {
        "scanType": "BASIC", "rules": every if whole else [],
    }}  # fmt: skip


ANSWERS: dict[str, Speaker] = {
    "ecr.DescribeRepositories": says("repositories", _repositories),
    "ecr.ListTagsForResource": _tags,
    "ecr.GetRepositoryPolicy": numbered(_asked, "RepositoryNotFoundException", _policy),
    "ecr.GetLifecyclePolicy": numbered(_asked, "RepositoryNotFoundException", _lifecycle),
    "ecr.BatchGetImage": _image,
    "ecr.GetDownloadUrlForLayer": _layer,
    "ecr.DescribeImageScanFindings": _scan,
    "ecr.GetRegistryScanningConfiguration": _scanning,
    "ecr.DescribeRegistry": lambda place, _: {
        "registryId": place.account, "replicationConfiguration": {"rules": []},
    },
}  # fmt: skip
