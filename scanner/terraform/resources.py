"""Makes resources of what was read: which kind, by which id and ARN, in which account and Region."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scanner.model.gap import Unknown
from scanner.model.kind import PLAIN
from scanner.model.planned import DOCUMENT, token
from scanner.model.resource import Resource, Source, seen
from scanner.terraform.entries import Folded, Place
from scanner.terraform.providers import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model.kind import Kind
    from scanner.terraform.entries import Entry
    from scanner.terraform.fold import Fold
    from scanner.terraform.types import Types

_ARN = re.compile(r"arn:(aws[\w-]*):[\w-]*:([\w-]*):(\d{12}):")
_ZONE = re.compile(r"([a-z]{2}(?:-[a-z]+)+-\d)[a-z]?")


def made(fold: Fold, types: Types, place: Place) -> Folded:
    """Make the resources of a world whose parts are folded."""
    found = Folded()
    for entry in fold.parents:
        resource = _resource(entry, fold.docs[entry.address], types.kinds[entry.type], place)
        found.resources.append((entry, resource))
        found.of[entry.address] = resource
    for part, parents in fold.owners.items():
        if part not in found.of and len(set(parents)) == 1:
            found.of[part] = found.of[parents[0]]
    return found


def _resource(entry: Entry, doc: dict[str, Any], kind: type[Kind], place: Place) -> Resource:
    arn = _text(doc, "arn") or _fact_path(kind, doc, "arn")
    partition, region, account = _where(arn)
    region = region or _region(doc) or place.regions.get(entry.provider, "") or place.region
    account = account or place.accounts.get(entry.provider, "") or place.account
    resource = Resource(
        kind.cfn, "", partition=partition or partition_of(region), account=account,
        region="global" if kind.scope == "global" else region, sections={DOCUMENT: seen(doc)}, source=Source.PLAN,
    )  # fmt: skip
    own = token(entry.address)
    resource.id = _fact(resource, kind, "id") or _text(doc, "id") or own
    said = _fact(resource, kind, "arn") or _text(doc, "arn")
    resource.arn = said or _formatted(resource, kind, own) or (own if resource.id == own else resource.id)
    resource.tags = _tags(resource, kind)
    named = _fact(resource, kind, "name") if "name" in kind.facts else (resource.tags or {}).get("Name", "")
    resource.name = named or resource.id
    resource.identity = next((text for name in kind.identity if (text := _fact(resource, kind, name))), resource.id)
    return resource


def _fact(resource: Resource, kind: type[Kind], name: str) -> str:
    value = _read(resource, kind, name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _read(resource: Resource, kind: type[Kind], name: str) -> Any:
    declared = kind.facts.get(name)
    if declared is None:
        return None
    try:
        return PLAIN.read(resource, declared)
    except Unknown:
        return None
    finally:
        resource.facts.clear()


def _tags(resource: Resource, kind: type[Kind]) -> dict[str, str] | None:
    tags = _read(resource, kind, "tags")
    return dict(tags) if isinstance(tags, dict) else None


def _fact_path(kind: type[Kind], doc: dict[str, Any], name: str) -> str:
    declared = kind.facts.get(name)
    return _text(doc, declared.plan) if declared is not None and isinstance(declared.plan, str) else ""


def _formatted(resource: Resource, kind: type[Kind], own: str) -> str:
    """Give the ARN that follows from the id; empty where the id, the account or the Region is not known."""
    if not kind.arn_format or resource.id == own:
        return ""
    known = {
        "partition": resource.partition, "account": resource.account, "region": resource.region, "id": resource.id,
    }  # fmt: skip
    if any(f"{{{name}}}" in kind.arn_format and not value for name, value in known.items()):
        return ""
    return kind.arn_format.format(**known)


def _where(arn: str) -> tuple[str, str, str]:
    match = _ARN.match(arn)
    return (match[1], match[2], match[3]) if match else ("", "", "")


def _region(doc: dict[str, Any]) -> str:
    zone = _ZONE.fullmatch(_text(doc, "region") or _text(doc, "availability_zone"))
    return zone[1] if zone else ""


def _text(doc: dict[str, Any], name: str) -> str:
    value = doc.get(name)
    return value if isinstance(value, str) else ""


def learned(place: Place, entries: Iterable[Entry]) -> Place:
    """Learn account and Region of each provider configuration from the resources that say theirs, where all agree."""
    accounts: dict[str, set[str]] = defaultdict(set)
    regions: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        _, region, account = _where(_text(entry.doc, "arn"))
        accounts[entry.provider] |= {account} - {""}
        regions[entry.provider] |= {region or _region(entry.doc)} - {""}
    return replace(place, accounts={**_only(accounts), **place.accounts}, regions={**_only(regions), **place.regions})


def _only(found: dict[str, set[str]]) -> dict[str, str]:
    return {key: next(iter(values)) for key, values in found.items() if len(values) == 1}
