"""Forms of what EC2 networks, load balancers and Route 53 answer, in which two spellings of the same are the same.

A value that is not as a form expects stays as it is.
"""

from __future__ import annotations

import re
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

REDIRECT: Mapping[str, str] = {
    "Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}",
}  # fmt: skip
"""What a redirect keeps of a request where it says nothing (API_RedirectActionConfig)."""

INSTANCE = re.compile(r"[0-9a-f]{32}|i-[0-9a-f]{8,17}")
"""How AWS Cloud Map names the record of one task or instance."""


def _listed(given: Any, member: str) -> bool:
    return isinstance(given, list) and all(isinstance(item, Mapping) and member in item for item in given)


def _named(label: str, members: Mapping[str, Any]) -> Labelled:
    made = Labelled(members)
    made.label = label
    return made


def acl_entries(given: Any) -> Any:
    """Give a network ACL's entries by direction and number, `ingress 100`, without those that every ACL ends with."""
    if not _listed(given, "RuleNumber"):
        return given
    return Bag(_entry(item) for item in given if item["RuleNumber"] not in DEFAULT_ENTRIES)


def _entry(item: Mapping[str, Any]) -> Labelled:
    number, ports, icmp = str(item.get("Protocol", "-1")), item.get("PortRange") or {}, item.get("IcmpTypeCode") or {}
    members = {
        "action": item.get("RuleAction"),
        "cidr": item.get("CidrBlock") or item.get("Ipv6CidrBlock"),
        "protocol": PROTOCOLS.get(number, number),
        "from_port": ports.get("From"),
        "to_port": ports.get("To"),
        "icmp_type": icmp.get("Type"),
        "icmp_code": icmp.get("Code"),
    }
    return _named(f"{'egress' if item.get('Egress') else 'ingress'} {item['RuleNumber']}", members)


def route_entries(given: Any) -> Any:
    """Give routes by destination, without those that AWS keeps itself.

    Left out are the VPC's own range, what a gateway propagates, and the routes of gateway endpoints, which are the
    endpoint's.
    """
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        return given
    return Bag(
        _named(route.destination, {"target": route.target, "state": route.state})
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
    if not _listed(given, "OutsideIpAddress"):
        return given
    return Bag(_named(str(item["OutsideIpAddress"]), dict(_tunnel(item))) for item in given)


def _tunnel(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, value) for name, value in item.items() if name not in {*TUNNEL_DEFAULTS, "LogOptions"})
    for name, admitted in TUNNEL_DEFAULTS.items():
        yield name, Bag([choice.get("Value") for choice in item.get(name) or ()] or admitted)
    logs = (item.get("LogOptions") or {}).get("CloudWatchLogOptions") or {}
    yield "LogOptions", {"CloudWatchLogOptions": {"LogEnabled": False, "BgpLogEnabled": False, **logs}}


def vpn_routes(given: Any) -> Any:
    """Give the static routes of a VPN connection: their destinations, without those that are being deleted."""
    if not _listed(given, "DestinationCidrBlock"):
        return given
    return Bag(item["DestinationCidrBlock"] for item in given if item.get("State") not in {"deleting", "deleted"})


def actions(given: Any) -> Any:
    """Give a listener's actions in the order in which they run, each with what AWS fills in where it is left out."""
    if not _listed(given, "Type"):
        return given
    return [_action(item) for item in sorted(given, key=lambda item: item.get("Order", 1))]


def _action(item: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in item.items() if name not in {"Order", "TargetGroupArn", "ForwardConfig"}}
    if isinstance(item.get("RedirectConfig"), Mapping):
        made["RedirectConfig"] = {**REDIRECT, **item["RedirectConfig"]}
    forward = item.get("ForwardConfig") or {}
    groups = forward.get("TargetGroups") or ([item] if item.get("TargetGroupArn") else [])
    if groups:
        alone = len(groups) == 1
        made["TargetGroups"] = Bag(
            _named(str(group.get("TargetGroupArn")), {"weight": 1 if alone else group.get("Weight", 1)})
            for group in groups
        )
    sticky = forward.get("TargetGroupStickinessConfig") or {}
    return {**made, "Stickiness": sticky} if sticky.get("Enabled") else made


def listener_rules(given: Any) -> Any:
    """Give a listener's rules by priority, without the last one, which says the default actions again."""
    if not _listed(given, "Priority"):
        return given
    return Bag(
        _named(
            f"rule {item['Priority']}",
            {
                "conditions": Bag(_condition(each) for each in item.get("Conditions") or ()),
                "actions": actions(item.get("Actions")),
                "transforms": item.get("Transforms"),
            },
        )
        for item in given
        if not (item.get("IsDefault") or item["Priority"] == "default")
    )


def _condition(item: Mapping[str, Any]) -> Labelled:
    """Leave the values out that a configuration of their own repeats."""
    held = {name: value for name, value in item.items() if name != "Field"}
    if any(name.endswith("Config") for name in held):
        held.pop("Values", None)
    return _named(str(item.get("Field", "")), held)


def further_certificates(given: Any) -> Any:
    """Give the certificates of a listener besides the default one, each once."""
    if not _listed(given, "CertificateArn"):
        return given
    default = {item["CertificateArn"] for item in given if item.get("IsDefault")}
    return Bag(dict.fromkeys(item["CertificateArn"] for item in given if item["CertificateArn"] not in default))


def classic_listeners(given: Any) -> Any:
    """Give the listeners of a Classic Load Balancer by protocol and port."""
    if not _listed(given, "Listener"):
        return given
    return Bag(_classic(item["Listener"], item.get("PolicyNames")) for item in given)


def _classic(listener: Mapping[str, Any], policies: Any) -> Labelled:
    label = f"{str(listener.get('Protocol', '')).upper()}/{listener.get('LoadBalancerPort')}"
    return _named(label, {**listener, "PolicyNames": policies})


def launch_versions(given: Any) -> Any:
    """Give what a launch template says by default, and what its latest version says where that is another."""
    if not _listed(given, "LaunchTemplateData"):
        return given
    held = {item["VersionNumber"]: item for item in given if "VersionNumber" in item}
    default = next((number for number, item in held.items() if item.get("DefaultVersion")), min(held, default=0))
    made = {"default": held[default]["LaunchTemplateData"]} if held else {}
    latest = max(held, default=0)
    return made if latest == default else {**made, "latest": held[latest]["LaunchTemplateData"]}


def traffic_sources(given: Any) -> Any:
    """Give the sources of traffic of a group that are neither target groups nor Classic Load Balancers, named apart."""
    if not _listed(given, "Identifier"):
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


def records(given: Any) -> Any:
    """Give a zone's records by name, type and set; those of single tasks and instances come and go with them.

    Source: AWS Cloud Map, which names the record of an instance by the instance's id.
    """
    if not _listed(given, "Type"):
        return given
    return Bag(
        _named(" ".join(str(item[name]) for name in ("Name", "Type", "SetIdentifier") if item.get(name)), item)
        for item in given
        if not INSTANCE.fullmatch(str(item.get("SetIdentifier", "")))
    )


def without_quantities(given: Any) -> Any:
    """Leave out how many items a list of CloudFront's has, which the list says itself."""
    if isinstance(given, list):
        return [without_quantities(item) for item in given]
    if isinstance(given, Mapping):
        return {name: without_quantities(value) for name, value in given.items() if name != "Quantity"}
    return given


def there(given: Any) -> Any:
    """Say of an answer only that there is one."""
    return True if given else None


NETWORK: Mapping[str, Callable[[Any], Any]] = {
    function.__name__: function
    for function in (
        acl_entries, route_entries, route_associations, tunnels, vpn_routes, actions, listener_rules,
        further_certificates, classic_listeners, launch_versions, traffic_sources, records, without_quantities, there,
    )
}  # fmt: skip
"""The forms by the names that the tables use."""
