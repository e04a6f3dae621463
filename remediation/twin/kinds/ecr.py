"""ECR: repositories, and the images that tasks and task definitions name."""

from __future__ import annotations

import json
from typing import Any

from remediation.twin.later import elsewhere
from remediation.twin.registry import builds
from remediation.twin.site import Site, UnbuiltError, doc, fitting, has
from remediation.twin.tagging import pairs
from scanner.kinds.images import config_digest
from scanner.model.resource import Resource

_PARTS = (("x86_manifest", "x86_config"), ("arm_manifest", "arm_config"), ("manifest", "config"))
"""The images of an index before the index itself: its manifest names them by their digests."""


@builds("AWS::ECR::Repository")
def repository(site: Site, resource: Resource) -> None:
    """Make the repository with its policies."""
    box = doc(resource, "repository")
    name = {"repositoryName": box["repositoryName"]}
    wanted = fitting("ecr.CreateRepository", box, "tags")
    made = site.call(resource, "ecr.CreateRepository", **wanted, tags=pairs(resource) or None)["repository"]
    site.pair(box["repositoryArn"], made["repositoryArn"])
    for section, operation, member in (
        ("statements", "ecr.SetRepositoryPolicy", "policyText"),
        ("lifecycle_rules", "ecr.PutLifecyclePolicy", "lifecyclePolicyText"),
    ):
        if doc(resource, section):
            site.call(resource, operation, **name, **{member: doc(resource, section)})


@builds("AWS::ECR::Image")
def image(site: Site, resource: Resource) -> None:
    """Push the image: a configuration that says of user and platform what the original says, and the manifest.

    The configuration's bytes were never kept, so its digest is another, and so are the digests of what names it.

    Raises:
        UnbuiltError: the image is not in the registry, or was not read.
    """
    named = doc(resource, "named")
    if not doc(resource, "manifest").get("images"):
        raise UnbuiltError("ecr.PutImage: the image is not in the registry, or its manifest was not read")
    there = elsewhere(resource, named["account"], named["region"])
    for manifest, config in _PARTS:
        for each in doc(resource, manifest).get("images", ()) if has(resource, manifest) else ():
            _push(site, there, each, doc(resource, config) if has(resource, config) else None)


def _push(site: Site, at: Resource, given: dict[str, Any], config: dict[str, str] | None) -> None:
    text, name = given["imageManifest"], given["repositoryName"]
    if config:
        digest = config_digest(text)
        layer = ("layer", f"{at.account} {at.region} {name} {digest}")
        if layer not in site.made:
            site.made[layer] = {"layerDigest": _upload(site, at, name, _blob(config, digest))}
            site.pair(digest, site.made[layer]["layerDigest"])
    tag = given["imageId"].get("imageTag")
    pushed = site.made.setdefault(("image", f"{at.account} {at.region} {name} {given['imageId']['imageDigest']}"), {})
    if tag in pushed:
        return
    pushed[tag] = True
    made = site.call(
        at, "ecr.PutImage", repositoryName=name, imageManifest=text, imageTag=tag,
        imageManifestMediaType=given.get("imageManifestMediaType"),
    )["image"]  # fmt: skip
    site.pair(given["imageId"]["imageDigest"], made["imageId"]["imageDigest"])


def _blob(config: dict[str, str], digest: str) -> bytes:
    """Write an image's configuration; the comment keeps apart those that say the same."""
    said = {"architecture": config["architecture"], "os": config["os"], "config": {"User": config["user"]}}
    return json.dumps({**said, "comment": f"stands for {digest}"}).encode()


def _upload(site: Site, at: Resource, name: str, body: bytes) -> str:
    upload = site.call(at, "ecr.InitiateLayerUpload", repositoryName=name)["uploadId"]
    part = {"repositoryName": name, "uploadId": upload}
    site.call(at, "ecr.UploadLayerPart", **part, partFirstByte=0, partLastByte=len(body) - 1, layerPartBlob=body)
    done = site.call(at, "ecr.CompleteLayerUpload", **part, layerDigests=[_digest(body)])
    answer: str = done["layerDigest"]
    return answer


def _digest(body: bytes) -> str:
    import hashlib

    return "sha256:" + hashlib.sha256(body).hexdigest()
