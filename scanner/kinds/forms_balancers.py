"""Forms of what load balancers, Route 53 and CloudFront answer, in which two spellings of the same are the same.

A value that is not as a form expects stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from scanner.kinds.forms_network import listed, named
from scanner.model.canon import Bag, Labelled

REDIRECT: Mapping[str, str] = {
    "Protocol": "#{protocol}", "Port": "#{port}", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}",
}  # fmt: skip
"""What a redirect keeps of a request where it says nothing (API_RedirectActionConfig)."""

INSTANCE = re.compile(r"[0-9a-f]{32}|i-[0-9a-f]{8,17}")
"""How AWS Cloud Map names the record of one task or instance."""


def actions(given: Any) -> Any:
    """Give a listener's actions in the order in which they run, each with what AWS fills in where it is left out."""
    if not listed(given, "Type"):
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
            named(str(group.get("TargetGroupArn")), {"weight": 1 if alone else group.get("Weight", 1)})
            for group in groups
        )
    sticky = forward.get("TargetGroupStickinessConfig") or {}
    return {**made, "Stickiness": sticky} if sticky.get("Enabled") else made


def listener_rules(given: Any) -> Any:
    """Give a listener's rules by priority, without the last one, which says the default actions again."""
    if not listed(given, "Priority"):
        return given
    return Bag(
        named(
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
    return named(str(item.get("Field", "")), held)


def further_certificates(given: Any) -> Any:
    """Give the certificates of a listener besides the default one, each once."""
    if not listed(given, "CertificateArn"):
        return given
    default = {item["CertificateArn"] for item in given if item.get("IsDefault")}
    return Bag(dict.fromkeys(item["CertificateArn"] for item in given if item["CertificateArn"] not in default))


def classic_listeners(given: Any) -> Any:
    """Give the listeners of a Classic Load Balancer by protocol and port."""
    if not listed(given, "Listener"):
        return given
    return Bag(_classic(item["Listener"], item.get("PolicyNames")) for item in given)


def _classic(listener: Mapping[str, Any], policies: Any) -> Labelled:
    label = f"{str(listener.get('Protocol', '')).upper()}/{listener.get('LoadBalancerPort')}"
    return named(label, {**listener, "PolicyNames": policies})


def records(given: Any) -> Any:
    """Give a zone's records by name, type and set; those of single tasks and instances come and go with them.

    Source: AWS Cloud Map, which names the record of an instance by the instance's id.
    """
    if not listed(given, "Type"):
        return given
    return Bag(
        named(" ".join(str(item[name]) for name in ("Name", "Type", "SetIdentifier") if item.get(name)), item)
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


BALANCERS: Mapping[str, Callable[[Any], Any]] = {
    function.__name__: function
    for function in (
        actions, listener_rules, further_certificates, classic_listeners, records, without_quantities, there,
    )
}  # fmt: skip
"""The forms by the names that the tables use."""
