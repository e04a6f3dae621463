"""What S3 answers of a bucket's lifecycle, replication, notifications and retention, read by pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

GROUPS = "http://acs.amazonaws.com/groups/"


class AclGrant(msgspec.Struct, frozen=True):
    """A grant of an access control list.

    `grantee` is the canonical user's id, an e-mail address or the group's name (`global/AllUsers`).
    """

    grantee: str
    permission: str

    @property
    def public(self) -> bool:
        """Whether everyone in the world, or everyone with any AWS account, is meant."""
        return self.grantee in {"global/AllUsers", "global/AuthenticatedUsers"}


def grants(items: Sequence[Mapping[str, Any]]) -> tuple[AclGrant, ...]:
    """Read the grants of GetBucketAcl."""
    return tuple(AclGrant(_grantee(item.get("Grantee") or {}), item.get("Permission", "")) for item in items)


def _grantee(who: Mapping[str, str]) -> str:
    return who.get("URI", "").removeprefix(GROUPS) or who.get("ID", "") or who.get("EmailAddress", "")


class Transition(msgspec.Struct, frozen=True):
    """A move to another storage class, some days after an object was made or from a date on."""

    storage_class: str
    days: int | None = None
    date: datetime | None = None


class LifecycleRule(msgspec.Struct, frozen=True):
    """A rule of a lifecycle configuration.

    `prefix` is what the keys begin with (empty: all), `narrowed` says that tags or sizes choose among them. Days count
    from the making of an object; `noncurrent_days` from when another version took its place; `abort_days` from the
    beginning of an upload in parts.
    """

    name: str = ""
    enabled: bool = True
    prefix: str = ""
    narrowed: bool = False
    transitions: tuple[Transition, ...] = ()
    expire_days: int | None = None
    expire_date: datetime | None = None
    noncurrent_days: int | None = None
    abort_days: int | None = None

    @property
    def scope(self) -> str:
        """Say which objects the rule speaks of."""
        below = f"objects under {self.prefix}" if self.prefix else "all objects"
        return f"{below} chosen by tag or size" if self.narrowed else below

    @property
    def label(self) -> str:
        """What to call the rule in a finding."""
        return f'lifecycle rule "{self.name}" ({self.scope})' if self.name else f"a lifecycle rule ({self.scope})"


class BucketReplication(msgspec.Struct, frozen=True):
    """A rule of a replication configuration: the bucket replicated to, by name, and its account where it is told."""

    bucket: str
    enabled: bool = True
    account: str = ""


def lifecycle_rules(items: Sequence[Mapping[str, Any]]) -> tuple[LifecycleRule, ...]:
    """Read the rules of GetBucketLifecycleConfiguration."""
    return tuple(_rule(item) for item in items)


def _rule(item: Mapping[str, Any]) -> LifecycleRule:
    chosen = item.get("Filter") or {}
    both = chosen.get("And") or {}
    prefix = item.get("Prefix") or chosen.get("Prefix") or both.get("Prefix") or ""
    expiration = item.get("Expiration") or {}
    return LifecycleRule(
        name=item.get("ID", ""),
        enabled=item["Status"] == "Enabled",
        prefix=prefix,
        narrowed=bool((set(chosen) | set(both)) - {"And", "Prefix"}),
        transitions=tuple(
            Transition(move["StorageClass"], move.get("Days"), moment(move.get("Date")))
            for move in item.get("Transitions") or ()
        ),
        expire_days=expiration.get("Days"),
        expire_date=moment(expiration.get("Date")),
        noncurrent_days=(item.get("NoncurrentVersionExpiration") or {}).get("NoncurrentDays"),
        abort_days=(item.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation"),
    )


def moment(text: str | None) -> datetime | None:
    """Read a moment; None where there is none."""
    return datetime.fromisoformat(text) if text else None


def replication_rules(items: Sequence[Mapping[str, Any]]) -> tuple[BucketReplication, ...]:
    """Read the rules of GetBucketReplication."""
    return tuple(
        BucketReplication(
            item["Destination"]["Bucket"].rpartition(":")[2],
            enabled=item["Status"] == "Enabled",
            account=item["Destination"].get("Account", ""),
        )
        for item in items
    )


def notified(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what GetBucketNotificationConfiguration says is notified: topics, queues and functions by ARN, EventBridge.

    EventBridge is on where its configuration is there, which is always empty.
    """
    lists = {
        "TopicConfigurations": "TopicArn",
        "QueueConfigurations": "QueueArn",
        "LambdaFunctionConfigurations": "LambdaFunctionArn",
    }
    found = [item[arn] for name, arn in lists.items() for item in answer.get(name) or ()]
    bridge = ["EventBridge"] if answer.get("EventBridgeConfiguration") is not None else []
    return tuple(dict.fromkeys(found + bridge))


def retention(default: Mapping[str, Any]) -> str:
    """Say the default retention of an Object Lock: its mode and how long; empty when it holds nothing."""
    for name in ("Days", "Years"):
        if default.get(name):
            return f"{default.get('Mode', '')} {default[name]} {name.lower()}".strip()
    return ""


def home(region: str) -> str:
    """Read a bucket's location as S3 gives it: EU, of old, is eu-west-1."""
    return {"EU": "eu-west-1"}.get(region, region)
