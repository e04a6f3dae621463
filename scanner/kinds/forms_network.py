"""Forms of what EC2 answers of networks and instances, in which two spellings of the same are the same.

A value that is not as a form expects stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scanner.kinds.ec2_network import JOINED
from scanner.kinds.network_reasoning import PROTOCOLS, routes
from scanner.model.canon import Bag, Form, Labelled

DEFAULT_ENTRIES = frozenset({32767, 32768})
"""The numbers of the entries, one for each address family, by which every network ACL ends: deny all."""

TUNNEL_DEFAULTS: Mapping[str, Sequence[Any]] = {
    "IkeVersions": ("ikev1", "ikev2"),
    "Phase1EncryptionAlgorithms": ("AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"),
    "Phase2EncryptionAlgorithms": ("AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"),
    "Phase1IntegrityAlgorithms": ("SHA1", "SHA2-256", "SHA2-384", "SHA2-512"),
    "Phase2IntegrityAlgorithms": ("SHA1", "SHA2-256", "SHA2-384", "SHA2-512"),
    "Phase1DHGroupNumbers": (2, *range(14, 25)),
    "Phase2DHGroupNumbers": (2, 5, *range(14, 25)),
}
"""What a tunnel admits where it names nothing (Site-to-Site VPN User Guide, "Tunnel options")."""


def listed(given: Any, member: str) -> bool:
    """Say whether it is a list of objects that all have a member."""
    return isinstance(given, list) and all(isinstance(item, Mapping) and member in item for item in given)


def named(label: str, members: Mapping[str, Any]) -> Labelled:
    """Make an element that brings its own name."""
    made = Labelled(members)
    made.label = label
    return made


def acl_entries(given: Any) -> Any:
    """Give a network ACL's entries by direction and number, `ingress 100`, without those that every ACL ends with."""
    if not listed(given, "RuleNumber"):
        return given
    return Bag(_entry(item) for item in given if item["RuleNumber"] not in DEFAULT_ENTRIES)


def _entry(item: Mapping[str, Any]) -> Labelled:
    number, ports, icmp = str(item.get("Protocol", "-1")), item.get("PortRange") or {}, item.get("IcmpTypeCode") or {}
    direction = "egress" if item.get("Egress") else "ingress"
    members = {
        "direction": direction,
        "action": item.get("RuleAction"),
        "cidr": item.get("CidrBlock") or item.get("Ipv6CidrBlock"),
        "protocol": PROTOCOLS.get(number, number),
        "from_port": ports.get("From"),
        "to_port": ports.get("To"),
        "icmp_type": icmp.get("Type"),
        "icmp_code": icmp.get("Code"),
    }
    return named(f"{direction} {item['RuleNumber']}", members)


def route_entries(given: Any) -> Any:
    """Give routes by destination, without those that AWS keeps itself.

    Left out are the VPC's own range, what a gateway propagates, and the routes of gateway endpoints, which are the
    endpoint's.
    """
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        return given
    return Bag(
        named(route.destination, {"destination": route.destination, "target": route.target, "state": route.state})
        for route in routes(given)
        if not route.is_local
        and route.origin != "EnableVgwRoutePropagation"
        and not (route.destination.startswith("pl-") and route.target.startswith("vpce-"))
    )


def route_associations(given: Any) -> Any:
    """Give what a route table is associated with, by subnet or gateway, without the ids of the associations."""
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        return given
    held = (item for item in given if (item.get("AssociationState") or {}).get("State", "associated") in JOINED)
    return Bag("main" if item.get("Main") else item.get("SubnetId") or item.get("GatewayId") or "" for item in held)


def tunnels(given: Any) -> Any:
    """Give tunnels by outside address; what a tunnel does not say is what AWS then admits."""
    if not listed(given, "OutsideIpAddress"):
        return given
    return Bag(named(str(item["OutsideIpAddress"]), dict(_tunnel(item))) for item in given)


def _tunnel(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in item.items() if name not in {*TUNNEL_DEFAULTS, "LogOptions"})
    for name, admitted in TUNNEL_DEFAULTS.items():
        yield name, Bag([choice.get("Value") for choice in item.get(name) or ()] or admitted)
    logs = (item.get("LogOptions") or {}).get("CloudWatchLogOptions") or {}
    yield "LogOptions", {"CloudWatchLogOptions": {"LogEnabled": False, "BgpLogEnabled": False, **logs}}


def vpn_routes(given: Any) -> Any:
    """Give the static routes of a VPN connection: their destinations, without those that are being deleted."""
    if not listed(given, "DestinationCidrBlock"):
        return given
    return Bag(item["DestinationCidrBlock"] for item in given if item.get("State") not in {"deleting", "deleted"})


def launch_versions(given: Any) -> Any:
    """Give what a launch template says by default, and what its latest version says where that is another."""
    if not listed(given, "LaunchTemplateData"):
        return given
    held = {item["VersionNumber"]: item for item in given if "VersionNumber" in item}
    default = next((number for number, item in held.items() if item.get("DefaultVersion")), min(held, default=0))
    made = {"default": held[default]["LaunchTemplateData"]} if held else {}
    latest = max(held, default=0)
    return made if latest == default else {**made, "latest": held[latest]["LaunchTemplateData"]}


def instance_interfaces(given: Any) -> Any:
    """Give an instance's interfaces by their place on it, without those that a service attached for its tasks.

    Of the first one the instance itself says the groups. `public` says that further addresses are public.
    """
    if not listed(given, "Attachment"):
        return given
    own = (item for item in given if not _of_service(item))
    return Bag(_interface(item) for item in own)


def _of_service(item: Mapping[str, Any]) -> bool:
    managed = (item.get("Operator") or {}).get("Managed")
    return bool(managed) or str(item.get("Description", "")).startswith(("arn:aws", "aws-K8S-"))


def _interface(item: Mapping[str, Any]) -> Labelled:
    place, addresses = item["Attachment"].get("DeviceIndex", 0), item.get("PrivateIpAddresses") or ()
    further = [each for each in addresses if place or not each.get("Primary")]
    left_out = OF_INSTANCE if not place else frozenset({"Association"})
    members = {name: value for name, value in item.items() if name not in left_out}
    if any(each.get("Association") for each in further):
        members["public"] = True
    return named(f"interface {place}", members)


OF_INSTANCE = frozenset({"Association", "Groups", "SourceDestCheck", "SubnetId", "VpcId", "PrivateIpAddress"})
"""What an instance says of itself and of its first interface."""


def transit_routes(given: Any) -> Any:
    """Give the static routes of a transit gateway's table by destination, with the attachments that they lead to."""
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        return given
    return Bag(
        named(
            str(item.get("DestinationCidrBlock") or item.get("PrefixListId") or ""),
            {
                "to": Bag(
                    end.get("TransitGatewayAttachmentId", "") for end in item.get("TransitGatewayAttachments") or ()
                )
            },
        )
        for item in given
        if item.get("Type") != "propagated"
    )


def traffic_sources(given: Any) -> Any:
    """Give the sources of traffic of a group that are neither target groups nor Classic Load Balancers, named apart."""
    if not listed(given, "Identifier"):
        return given
    return Bag(item["Identifier"] for item in given if item.get("Type") not in {"elb", "elbv2"})


def endpoint_policy(policy: Form) -> Form:
    """Give the form of an endpoint's policy: the one that allows everything to everybody is as good as none."""

    def form(given: Any) -> Any:
        made = policy(given)
        said = made.get("Statement") if isinstance(made, Mapping) else None
        if not isinstance(said, list) or len(said) != 1 or not isinstance(said[0], Mapping):
            return made
        bare = {name: value for name, value in said[0].items() if name != "Sid"}
        return None if bare in (FULL_ACCESS, {**FULL_ACCESS, "Principal": "*"}) else made

    return form


FULL_ACCESS = {"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["*"], "Resource": ["*"]}


NETWORK: Mapping[str, Callable[[Any], Any]] = {
    function.__name__: function
    for function in (
        acl_entries, route_entries, route_associations, tunnels, vpn_routes, launch_versions, traffic_sources,
        instance_interfaces, transit_routes,
    )
}  # fmt: skip
"""The forms by the names that the tables use."""
