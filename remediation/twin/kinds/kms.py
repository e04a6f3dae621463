"""KMS keys and their aliases."""

from __future__ import annotations

import json

from remediation.twin.later import elsewhere
from remediation.twin.registry import builds, finishes
from remediation.twin.site import Site, doc, fitting, has
from remediation.twin.tagging import pairs
from scanner.model.resource import Resource

_NOT_ASKED = ("CustomerMasterKeySpec", "Tags", "CustomKeyStoreId", "XksKeyId")
_SOONEST = 7
"""The shortest time, in days, after which KMS deletes a key."""


@builds("AWS::KMS::Key")
def key(site: Site, resource: Resource) -> None:
    """Make the key; one that AWS manages is made by moto when its alias is asked for."""
    meta = doc(resource, "meta")
    alias = doc(resource, "alias").get("AliasName", "")
    if meta["KeyManager"] == "AWS":
        made = site.call(resource, "kms.DescribeKey", KeyId=alias)["KeyMetadata"]
    elif _original(resource) != resource.region:
        return
    else:
        given = fitting("kms.CreateKey", meta, *_NOT_ASKED)
        tags = pairs(resource, "TagKey", "TagValue") or None
        made = site.call(resource, "kms.CreateKey", **given, Tags=tags)["KeyMetadata"]
    site.pair(meta["Arn"], made["Arn"])


def _original(resource: Resource) -> str:
    """Name the Region of the key of which this one is a replica, or its own."""
    several = doc(resource, "meta").get("MultiRegionConfiguration") or {}
    return str((several.get("PrimaryKey") or {}).get("Region") or resource.region)


@finishes("AWS::KMS::Key")
def settings(site: Site, resource: Resource) -> None:
    """Set aliases, rotation, policy and state."""
    meta = doc(resource, "meta")
    if meta["KeyManager"] == "AWS":
        return
    name = meta["KeyId"]
    if _original(resource) != resource.region:
        _replicate(site, resource)
    if alias := doc(resource, "alias"):
        site.call(resource, "kms.CreateAlias", AliasName=alias["AliasName"], TargetKeyId=name)
    turn = doc(resource, "turn")
    if turn.get("KeyRotationEnabled"):
        site.call(resource, "kms.EnableKeyRotation", KeyId=name, RotationPeriodInDays=turn.get("RotationPeriodInDays"))
    if has(resource, "pol"):
        site.call(resource, "kms.PutKeyPolicy", KeyId=name, PolicyName="default", Policy=text(doc(resource, "pol")))
    if meta["KeyState"] == "Disabled":
        site.call(resource, "kms.DisableKey", KeyId=name)
    elif meta["KeyState"] == "PendingDeletion":
        site.call(resource, "kms.ScheduleKeyDeletion", KeyId=name, PendingWindowInDays=_SOONEST)


def _replicate(site: Site, resource: Resource) -> None:
    """Make the key as a replica; where its original was not built, that is made too: the two share what they are."""
    meta = doc(resource, "meta")
    there = elsewhere(resource, resource.account, _original(resource))
    original = meta["MultiRegionConfiguration"]["PrimaryKey"]["Arn"]
    if site.pairs.made(original) == original:
        made = site.call(there, "kms.CreateKey", **fitting("kms.CreateKey", meta, *_NOT_ASKED))["KeyMetadata"]
        site.pair(original, made["Arn"])
    tags = pairs(resource, "TagKey", "TagValue") or None
    site.call(there, "kms.ReplicateKey", KeyId=meta["KeyId"], ReplicaRegion=resource.region, Tags=tags)


def text(policy: object) -> str:
    """Give a policy as the text that services take."""
    return policy if isinstance(policy, str) else json.dumps(policy)
