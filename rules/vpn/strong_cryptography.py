"""vpn_strong_cryptography."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from rules._tunnels import DOWNTIME, OPERATION, modify, tunnel_of
from scanner.kinds.vpn import VPNConnection
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.gap import Gap
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Missing, Note, Rule
from scanner.model.source import CityWebapps, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


TUNNELS = 2
AES: frozenset[str | int] = frozenset({"AES256", "AES256-GCM-16"})
SHA2: frozenset[str | int] = frozenset({"SHA2-256", "SHA2-384", "SHA2-512"})
GROUPS: frozenset[str | int] = frozenset(range(14, 25))
DISCOURAGED = {22, 23, 24}
CHOICES: tuple[tuple[str, str, frozenset[str | int]], ...] = (
    ("IKE versions", "ike", frozenset({"ikev2"})),
    ("phase 1 encryption", "encryption_1", AES),
    ("phase 2 encryption", "encryption_2", AES),
    ("phase 1 integrity", "integrity_1", SHA2),
    ("phase 2 integrity", "integrity_2", SHA2),
    ("phase 1 Diffie-Hellman groups", "groups_1", GROUPS),
    ("phase 2 Diffie-Hellman groups", "groups_2", GROUPS),
)
"""What a tunnel chooses, where it says so, and what may be allowed."""

STRONG = Tunnel(
    address="203.0.113.6",
    ike=("ikev2",),
    encryption_1=("AES256-GCM-16",),
    encryption_2=("AES256-GCM-16",),
    integrity_1=("SHA2-384", "SHA2-512"),
    integrity_2=("SHA2-256",),
    groups_1=(19, 20),
    groups_2=(14,),
)


_AES = ("AES256", "AES256-GCM-16")
_SHA2 = ("SHA2-256", "SHA2-384", "SHA2-512")
_GROUPS = tuple(range(14, 22))
_OPTIONS: tuple[tuple[str, str, tuple[str | int, ...], tuple[str | int, ...]], ...] = (
    ("ike", "IKEVersions", ("ikev2",), ("ikev1",)),
    ("encryption_1", "Phase1EncryptionAlgorithms", _AES, ("AES128", "AES128-GCM-16")),
    ("encryption_2", "Phase2EncryptionAlgorithms", _AES, ("AES128", "AES128-GCM-16")),
    ("integrity_1", "Phase1IntegrityAlgorithms", _SHA2, ("SHA1",)),
    ("integrity_2", "Phase2IntegrityAlgorithms", _SHA2, ("SHA1",)),
    ("groups_1", "Phase1DHGroupNumbers", _GROUPS, (2, 22, 23, 24)),
    ("groups_2", "Phase2DHGroupNumbers", _GROUPS, (2, 5, 22, 23, 24)),
)
"""The fact, the API's name of it, the strong choices, and what AWS allows besides where no list is set."""

_FIT = {name: fit for _, name, fit in CHOICES}

_IN_CODE = {
    "ike_versions": ("ikev2",),
    "phase1_encryption_algorithms": _AES,
    "phase2_encryption_algorithms": _AES,
    "phase1_integrity_algorithms": _SHA2,
    "phase2_integrity_algorithms": _SHA2,
    "phase1_dh_group_numbers": _GROUPS,
    "phase2_dh_group_numbers": _GROUPS,
}


def _values(chosen: Iterable[str | int]) -> list[dict[str, str | int]]:
    return [{"Value": value} for value in chosen]


def _restrict(connection: VPNConnection, part: str) -> Iterator[Write]:
    tunnel, options = tunnel_of(connection, part), {}
    for name, asked, strong, _ in _OPTIONS:
        allowed, fit = getattr(tunnel, name), _FIT[name]
        if not allowed or not fit.issuperset(allowed):
            options[asked] = _values([value for value in allowed if value in fit] or strong)
    yield modify(connection, tunnel, options)


def _allow_as_before(connection: VPNConnection, part: str) -> Iterator[Write]:
    """Set the former lists; AWS takes no empty list, so all that it allows by default is named."""
    tunnel = tunnel_of(connection, part)
    before = {asked: _values(getattr(tunnel, name) or (*strong, *more)) for name, asked, strong, more in _OPTIONS}
    yield modify(connection, tunnel, before)


class StrongCryptography(Rule):
    """Tunnels allow strong cryptography only.

    ePHI that crosses the internet is only as safe as the weakest proposal that both ends may agree on. Left to itself
    AWS admits IKE version 1, SHA-1 and Diffie-Hellman groups of 1024 bits, so every list must be set. Groups 22 to 24
    are named: RFC 8247 advises against them.
    """

    kind = VPNConnection
    severity = "high"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)", "164.312(e)(2)(i)")
    sources = (CityWebapps(), EcsGuide(59))
    remedy = Direct(
        OPERATION,
        by=_restrict,
        why="Custodian can only tag VPN connections",
        effect=Effect(
            after="The tunnel allows strong choices alone: of each list those that were allowed before, else all. What"
            " the device on the other side offers cannot be seen from here: set it there first.",
            risk="high",
            downtime=f"{DOWNTIME}; it stays down if the device offers none of these choices",
            undo=_allow_as_before,
            terraform={
                "aws_vpn_connection": {
                    f"tunnel{tunnel}_{name}": list(values) for tunnel in (1, 2) for name, values in _IN_CODE.items()
                }
            },
        ),
    )
    GOOD = (
        {"tunnels": (STRONG, STRONG)},
        {"tunnels": (STRONG, replace(STRONG, encryption_1=("AES256",), encryption_2=("AES256", "AES256-GCM-16")))},
        {"tunnels": (replace(STRONG, integrity_1=("SHA2-256",), groups_1=(14, 24)), STRONG)},
    )
    BAD = (
        *({"tunnels": (STRONG, replace(STRONG, **{name: ()}))} for _, name, _ in CHOICES),
        {"tunnels": (replace(STRONG, ike=("ikev1", "ikev2")), STRONG)},
        {"tunnels": (replace(STRONG, encryption_1=("AES128", "AES256")), STRONG)},
        {"tunnels": (replace(STRONG, encryption_2=("AES128-GCM-16",)), STRONG)},
        {"tunnels": (replace(STRONG, integrity_1=("SHA1", "SHA2-256")), STRONG)},
        {"tunnels": (replace(STRONG, integrity_2=("SHA1",)), STRONG)},
        {"tunnels": (replace(STRONG, groups_1=(2, 14)), STRONG)},
        {"tunnels": (replace(STRONG, groups_2=(5,)), STRONG)},
        {"tunnels": (Tunnel("203.0.113.5"),)},
    )
    SKIP = ({"tunnels": (), "state": "deleting"},)
    UNKNOWN = ({"tunnels": ()}, {"tunnels": (STRONG,)}, {})

    @staticmethod
    def applies(connection: VPNConnection) -> bool:
        """VPN connections that are available."""
        return connection.state == "available"

    @staticmethod
    def check(connection: VPNConnection) -> Iterator[Fail | Missing | Note]:
        for tunnel in connection.tunnels:
            weak = [text for what, name, fit in CHOICES for text in _weak(what, getattr(tunnel, name), fit)]
            if weak:
                yield Fail(f"tunnel {tunnel.address} admits {'; '.join(weak)}", f"tunnel {tunnel.address}")
            if {*tunnel.groups_1, *tunnel.groups_2} & DISCOURAGED:
                yield Note(f"tunnel {tunnel.address} admits Diffie-Hellman groups that RFC 8247 advises against")
            if {"AES256"} & {*tunnel.encryption_1, *tunnel.encryption_2}:
                yield Note(f"tunnel {tunnel.address} admits AES-256 in CBC mode; GCM is preferred")
        if len(connection.tunnels) < TUNNELS:
            message = f"AWS reports the options of {len(connection.tunnels)} of {TUNNELS} tunnels"
            yield Missing((Gap("ec2.DescribeVpnConnections", message=message),))


def _weak(what: str, allowed: tuple[str | int, ...], fit: frozenset[str | int]) -> Iterator[str]:
    wrong = [str(choice) for choice in allowed if choice not in fit]
    if not allowed:
        yield f"AWS's default {what}, weak ones among them"
    elif wrong:
        yield f"{what} {', '.join(wrong)}"
