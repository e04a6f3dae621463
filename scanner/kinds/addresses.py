"""Addresses: pure reasoning over CIDRs, for kinds and rules.

Sources: IANA special-purpose address registries (RFC 6890), IPv6 global unicast (RFC 4291).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
WORLD_V4, WORLD_V6 = "0.0.0.0/0", "::/0"

_NOT_ROUTED_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
_GLOBAL_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")


@lru_cache(maxsize=1 << 14)
def network(text: str) -> Network:
    """Read a CIDR; host bits are dropped, as AWS does.

    Raises:
        ValueError: the text is no CIDR.
    """
    return ipaddress.ip_network(text, strict=False)


def world_of(cidrs: Iterable[str]) -> tuple[str, ...]:
    """Name `0.0.0.0/0` and `::/0` where the CIDRs together cover every address that the internet routes.

    So `0.0.0.0/1` and `128.0.0.0/1` are the world, and so is everything but the private ranges.
    """
    return _world_of(tuple(cidrs))


@lru_cache(maxsize=1 << 12)
def _world_of(cidrs: tuple[str, ...]) -> tuple[str, ...]:
    networks = [network(text) for text in cidrs]
    v4 = [item for item in networks if item.version == 4]  # noqa: PLR2004  the version of IP
    v6 = [item for item in networks if item.version == 6]  # noqa: PLR2004  the version of IP
    found = []
    if v4 and _cover([*v4, *_NOT_ROUTED_V4], ipaddress.IPv4Network(WORLD_V4)):
        found.append(WORLD_V4)
    if v6 and _cover(v6, _GLOBAL_UNICAST_V6):
        found.append(WORLD_V6)
    return tuple(found)


def _cover(networks: Iterable[Network], whole: Network) -> bool:
    """Say whether networks of one version together hold every address of another."""
    last = int(whole.broadcast_address)
    reached = int(whole.network_address)
    for first, end in sorted((int(item.network_address), int(item.broadcast_address)) for item in networks):
        if first > reached:
            break
        reached = max(reached, end + 1)
    return reached > last


def overlaps(one: str, other: str) -> bool:
    """Say whether two CIDRs share an address."""
    first, second = network(one), network(other)
    return first.version == second.version and first.overlaps(second)


def lies_in(inner: str, outer: str) -> bool:
    """Say whether all of a CIDR lies within another."""
    one, whole = network(inner), network(outer)
    return one.version == whole.version and one.subnet_of(whole)  # type: ignore[arg-type]
