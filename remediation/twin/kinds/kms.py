"""KMS keys."""

from __future__ import annotations

from remediation.twin.registry import builds, finishes
from remediation.twin.site import Site, doc, fitting
from scanner.model.resource import Resource


@builds("AWS::KMS::Key")
def key(site: Site, resource: Resource) -> None:
    """Make the key and its aliases; one that AWS manages is made by moto when its alias is asked for."""
    meta = doc(resource, "meta")
    made = site.call(resource, "kms.CreateKey", **fitting("kms.CreateKey", meta))["KeyMetadata"]
    site.pair(meta["Arn"], made["Arn"])


@finishes("AWS::KMS::Key")
def settings(site: Site, resource: Resource) -> None:
    """Set rotation, policy and state."""
