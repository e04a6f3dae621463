"""ec2_enclave_host_hardening."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules._network import entries_of
from scanner.kinds.addresses import world_of
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import PrefixList, SecurityGroup
from scanner.kinds.network_reasoning import Permission
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings

HOST = {"enclaves": True, "security_groups": ("sg-1",)}
HTTPS = Permission("tcp", 443, 443, "cidr", "10.0.0.0/8")
TO_ALL = Permission("tcp", 443, 443, "cidr", "0.0.0.0/0")
LOWER, UPPER = Permission("tcp", 400, 500, "cidr", "0.0.0.0/1"), Permission("tcp", 443, 600, "cidr", "128.0.0.0/1")
LISTED = Permission("tcp", 443, 443, "prefix-list", "pl-1")
EVERYTHING = Other(PrefixList, id="pl-1", cidrs=("0.0.0.0/0",))


def _half(start: str, protocol: str) -> Permission:
    """A rule for the examples: a half of the internet may use a protocol, tcp on one port."""
    port = 443 if protocol == "tcp" else None
    return Permission(protocol, port, port, "cidr", f"{start}.0.0.0/1")


def _opened(group: SecurityGroup, world: World) -> Iterator[Fail | Missing]:
    """Say which ports the group's rules, taken together, open to the whole internet.

    Wherever several rules together open a port, they do so at the first port of one of them.
    """
    gaps, said = Gaps(), set[str]()
    for first in group.ingress:
        meeting = [rule for rule in group.ingress if rule.covers(first.protocol, first.from_port or 0)]
        with gaps:
            cidrs = [rule.peer for rule in meeting if rule.kind == "cidr"]
            if not world_of(cidrs):
                cidrs += [c for rule in meeting if rule.kind == "prefix-list" for c in entries_of(world, rule.peer)]
            for everybody in world_of(cidrs):
                part = f"{group.id} ingress {first.ports} {everybody}"
                if part not in said:
                    said.add(part)
                    yield Fail(f"{group.id} opens {first.ports} to {everybody}", part)
    yield from gaps


class EnclaveHostHardening(Rule):
    """Nitro Enclave hosts run, are unexposed and have no open vsock proxy.

    An enclave keeps ePHI from its own host, but it speaks to the world only through that host: a proxy there carries
    its requests, to AWS KMS first of all. A host that does not run leaves the work undone, one that the internet
    reaches is attacked first, and a proxy port that a whole network reaches lends the enclave's way out to strangers.
    Rules are read together, so two halves of the internet are the internet.
    """

    kind = Instance
    needs = (SecurityGroup, PrefixList)
    severity = "high"
    hipaa = ("164.312(e)(1)",)
    aliases = (
        "prowler:ec2_confidential_workload_host_not_running",
        "prowler:ec2_confidential_workload_host_unrestricted_ingress",
        "prowler:ec2_confidential_workload_host_vsock_proxy_exposed",
        "cis:v3.0/5.2",
        "cis:v3.0/5.3",
    )
    remedy = Runbook(
        "See the groups and their rules: aws ec2 describe-instance-attribute --instance-id {id} --attribute "
        "groupSet --region {region}, then aws ec2 describe-security-group-rules --filters "
        "Name=group-id,Values=GROUP --region {region}",
        "Take rules that admit 0.0.0.0/0, ::/0 or a range to the vsock proxy's port away: aws ec2 "
        "revoke-security-group-ingress --group-id GROUP --security-group-rule-ids RULE --region {region}",
        "If the host is stopped, start it: aws ec2 start-instances --instance-ids {id} --region {region}; or "
        "terminate it if the enclave is not needed any more.",
        effect=Effect(
            risk="medium",
        ),
    )
    GOOD = (
        Case({**HOST, "state": "pending"}, others=[Other(SecurityGroup)]),
        *(
            Case(HOST, others=[Other(SecurityGroup, ingress=(_half("0", one), _half("128", other)))])
            for one, other in (("icmp", "tcp"), ("50", "51"))
        ),
        Case(HOST, others=[Other(SecurityGroup, ingress=(HTTPS,))]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(LOWER, HTTPS))]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(Permission("tcp", 8000, 8000, "group", "sg-2"),))]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(LISTED,)), Other(PrefixList, id="pl-1")]),
        Case(
            HOST,
            others=[Other(SecurityGroup, ingress=(Permission("udp", 8000, 8000, "cidr", "10.0.0.0/8"),))],
        ),
        Case(
            HOST,
            others=[Other(SecurityGroup, ingress=(Permission("tcp", 8000, 8000, "cidr", "10.0.0.0/8"),))],
            settings={"proxy_ports": (9000,)},
        ),
    )
    BAD = (
        *(
            Case(HOST, others=[Other(SecurityGroup, ingress=(_half("0", one), _half("128", other)))])
            for one, other in (("-1", "tcp"), ("-1", "-1"), ("50", "50"), ("-1", "51"))
        ),
        Case({**HOST, "state": "stopped"}, others=[Other(SecurityGroup)]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(TO_ALL,))]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(Permission("tcp", 443, 443, "cidr", "::/0"),))]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(LOWER, UPPER))]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(Permission("-1", None, None, "cidr", "0.0.0.0/0"),))]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(Permission("icmp", -1, -1, "cidr", "0.0.0.0/0"),))]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(LISTED,)), EVERYTHING]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(Permission("tcp", 8000, 8000, "cidr", "10.0.0.0/8"),))]),
        Case(
            HOST,
            others=[
                Other(SecurityGroup, ingress=(Permission("tcp", 7999, 8001, "prefix-list", "pl-1"),)),
                Other(PrefixList, id="pl-1"),
            ],
        ),
        Case(
            {**HOST, "security_groups": ("sg-1", "sg-2")},
            others=[Other(SecurityGroup), Other(SecurityGroup, id="sg-2", ingress=(TO_ALL,))],
        ),
        Case({**HOST, "state": "stopped"}, lacking=[SecurityGroup]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(TO_ALL, LISTED))], lacking=[PrefixList]),
    )
    SKIP = (
        {"enclaves": False, "state": "stopped"},
        {**HOST, "state": "terminated"},
    )
    UNKNOWN = (
        HOST,
        Case(HOST, lacking=[SecurityGroup]),
        Case(HOST, others=[Other(SecurityGroup, ingress=(LISTED,))], lacking=[PrefixList]),
    )

    class Settings(RuleSettings, frozen=True):
        """Where the vsock proxy listens."""

        proxy_ports: Annotated[
            tuple[int, ...], msgspec.Meta(description="TCP ports by which the vsock proxy can be reached.")
        ] = (8000,)

    @staticmethod
    def applies(instance: Instance) -> bool:
        """Instances with Nitro Enclaves enabled that are not terminated."""
        return instance.enclaves and not instance.gone

    @staticmethod
    def check(instance: Instance, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        if instance.state not in {"running", "pending"}:
            yield Fail(f"the enclave host is {instance.state}", "state")
        gaps = Gaps()
        for name in instance.security_groups:
            with gaps:
                group = world.get(SecurityGroup, name)
                if group is None:
                    raise Unknown(Gap("ec2.DescribeSecurityGroups", message=f"{name} was not seen"))
                yield from _opened(group, world)
                for rule in group.ingress:
                    for port in settings.proxy_ports:
                        if rule.kind != "group" and rule.covers("tcp", port):
                            yield Fail(
                                f"{name} lets {rule.peer} reach the proxy's port {port}",
                                f"{name} proxy tcp/{port} {rule.peer}",
                            )
        yield from gaps
