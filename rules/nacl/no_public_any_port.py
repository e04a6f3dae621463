"""nacl_no_public_any_port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import acl_to_judge
from scanner.kinds.ec2_nacl import NetworkAcl
from scanner.kinds.network_reasoning import LAST_PORT, AclEntry, admitted
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


ALLOW_ALL = AclEntry(100, allows=True, cidr="0.0.0.0/0")
DENY_ALL = AclEntry(32767, allows=False, cidr="0.0.0.0/0")


def tcp(number: int, first: int, last: int, cidr: str = "0.0.0.0/0", protocol: str = "tcp") -> AclEntry:
    """Give an example's entry that lets ports in."""
    return AclEntry(number, allows=True, cidr=cidr, protocol=protocol, first=first, last=last)


class NoPublicAnyPort(Rule):
    """Network ACLs do not open all ports to anywhere.

    A list that lets all of the internet in on every port locks nothing, and one mistake in a security group then opens
    a host with ePHI to all. Entries are read in their order: a deny for all ports before the allow closes it, a deny of
    single ports or of some addresses does not; ranges that together are all ports count as all. Default network ACLs
    as AWS made them are not judged: there the security groups are the only lock by design.
    """

    kind = NetworkAcl
    severity = "high"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.312(e)(1)")
    aliases = (
        "prowler:ec2_networkacl_allow_ingress_any_port",
        "cis:v3.0/5.1",
        "cis:v4.0/5.2",
        "cis:v5.0/5.2",
        "cis:v6.0/6.2",
        "cis:v7.0/6.2",
    )
    related = ("nacl_no_open_admin_ports",)
    remedy = Runbook(
        "List the ports that the subnet's hosts serve, and the ephemeral ports (1024-65535) for answers to them",
        "Let those in by number before the open entry: aws ec2 create-network-acl-entry --network-acl-id {id} "
        "--ingress --rule-number 90 --protocol tcp --port-range From=443,To=443 --cidr-block 0.0.0.0/0 "
        "--rule-action allow --region {region}",
        "Take the open entry away: aws ec2 delete-network-acl-entry --network-acl-id {id} --ingress --rule-number "
        "NUMBER --region {region}",
        effect=Effect(
            risk="high",
            downtime="what uses a port that was not listed is cut off, answers to calls from the subnet included",
        ),
    )
    GOOD = (
        {"inbound": (DENY_ALL,)},
        {"inbound": (tcp(90, 443, 443), tcp(95, 1024, 65535), DENY_ALL)},
        {"inbound": (tcp(90, 2, 65535), DENY_ALL)},
        {"inbound": (tcp(90, 0, 65534), DENY_ALL)},
        {"inbound": (tcp(90, 0, 99), tcp(91, 101, 65535), DENY_ALL)},
        {"inbound": (AclEntry(90, allows=False, cidr="0.0.0.0/0"), ALLOW_ALL)},
        {"inbound": (AclEntry(90, allows=True, cidr="10.0.0.0/8"), DENY_ALL)},
        {"inbound": (AclEntry(90, allows=True, cidr="0.0.0.0/0", protocol="icmp"), DENY_ALL)},
        {
            "inbound": (
                AclEntry(90, allows=False, cidr="0.0.0.0/0", protocol="tcp", first=0, last=65535),
                tcp(95, 0, 65535),
            )
        },
    )
    BAD = (
        {"inbound": (ALLOW_ALL, DENY_ALL)},
        {"inbound": (AclEntry(101, allows=True, cidr="::/0"), DENY_ALL)},
        {"inbound": (tcp(90, 1, 65535), DENY_ALL)},
        {"inbound": (tcp(90, 0, 65535, protocol="udp"), DENY_ALL)},
        {"inbound": (tcp(90, 0, 99), tcp(91, 100, 65535), DENY_ALL)},
        {"inbound": (AclEntry(90, allows=False, cidr="0.0.0.0/0", protocol="tcp", first=22, last=22), ALLOW_ALL)},
        {
            "inbound": (
                AclEntry(90, allows=False, cidr="0.0.0.0/0", protocol="tcp", first=2, last=65535),
                tcp(95, 0, 65535),
            )
        },
        {
            "inbound": (
                AclEntry(90, allows=False, cidr="0.0.0.0/0", protocol="tcp", first=0, last=65534),
                tcp(95, 0, 65535),
            )
        },
        {"inbound": (AclEntry(90, allows=False, cidr="198.51.100.0/24"), ALLOW_ALL)},
        {"inbound": (AclEntry(90, allows=False, cidr="0.0.0.0/0", protocol="tcp", first=0, last=65535), ALLOW_ALL)},
        {"is_default": True, "inbound": (ALLOW_ALL, tcp(120, 443, 443), DENY_ALL)},
    )
    SKIP = (
        {"is_default": True, "inbound": (ALLOW_ALL, DENY_ALL)},
        {"owner": "210987654321", "inbound": (ALLOW_ALL,)},
    )

    @staticmethod
    def applies(acl: NetworkAcl) -> bool | str:
        """Network ACLs that the account owns, unless they are a VPC's default one as AWS made it."""
        return acl_to_judge(acl)

    @staticmethod
    def check(acl: NetworkAcl) -> Iterator[Fail]:
        for world in ("0.0.0.0/0", "::/0"):
            wide = [protocol for protocol in ("tcp", "udp") if _is_wide(acl.inbound, protocol, world)]
            if wide:
                yield Fail(f"all ports ({' and '.join(wide)}) are let in from {world}", f"inbound all {world}")


def _is_wide(entries: tuple[AclEntry, ...], protocol: str, world: str) -> bool:
    """Say whether the world is let in to every port from 1; only denies of all ports are heeded."""
    heeded = [
        entry for entry in entries if entry.allows or all(entry.covers(protocol, port) for port in (1, LAST_PORT))
    ]
    edges = {1, *(entry.last + 1 for entry in heeded if entry.last is not None and entry.last < LAST_PORT)}
    return all(world in admitted(heeded, protocol, port) for port in edges | {LAST_PORT})
