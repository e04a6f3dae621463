"""What several builders share: waiting until all else is there, and seeing whether ids were chosen since."""

from __future__ import annotations

from typing import Any

from remediation.twin.site import Site
from scanner.model.resource import Resource


def waits(site: Site, resource: Resource) -> None:
    """Do nothing yet: it is made when all else is there, or moto makes it along with another."""


def renamed(site: Site, value: Any) -> bool:
    """Say whether a document speaks of ids for which moto chose others, as far as they are known by now."""
    return bool(site.pairs.made(value) != value)


def elsewhere(resource: Resource, account: str, region: str) -> Resource:
    """Give a place to call from in another account or Region."""
    return Resource(resource.kind, resource.id, account=account, region=region, partition=resource.partition)
