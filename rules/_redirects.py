"""The remedy of listeners for HTTP: they send their clients on to the HTTPS listener of the same load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._balancers import named, only_redirects
from rules._former import former
from scanner.kinds.elbv2 import Listener
from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.elbv2 import LoadBalancer
    from scanner.model.remedy import Around


def _listeners(balancer: LoadBalancer, part: str, around: Around | None) -> tuple[Listener, int]:
    """Give the HTTP listener that a part names and the port to send its clients to.

    Raises:
        NotByMachine: there is no HTTPS listener, or more than the default action is to be changed.
        Unknown: the listeners, or the rules of this one, could not be seen.
    """
    if around is None:
        raise NotByMachine("the listeners of the load balancer are not at hand")
    every = list(around.world.all(Listener, load_balancer=balancer.id))
    found = next((item for item in every if f"listener {item.protocol}/{item.port}" == part), None)
    if found is None or found.protocol != "HTTP" or only_redirects(found.default_actions):
        raise NotByMachine(f"{part or 'the load balancer'} has no default action on HTTP that could redirect instead")
    for rule in found.rules:
        if rule.priority != "default" and not only_redirects(rule.actions):
            raise NotByMachine(f"rule {rule.priority} of {part} is {named(rule.actions)}: HTTPS may not serve the same")
    ports = sorted(item.port for item in every if item.protocol == "HTTPS" and not _goes_back(item))
    if not ports:
        raise NotByMachine("the load balancer has no HTTPS listener to send clients to")
    return found, 443 if 443 in ports else ports[0]


def _goes_back(listener: Listener) -> bool:
    return any(item.type == "redirect" and item.protocol == "HTTP" for item in listener.default_actions)


def _redirect(balancer: LoadBalancer, part: str, around: Around | None = None) -> Iterator[Write]:
    listener, port = _listeners(balancer, part, around)
    action = {"Protocol": "HTTPS", "Port": str(port), "StatusCode": "HTTP_301"}
    yield _acting(listener, [{"Type": "redirect", "RedirectConfig": action}])


def _as_before(balancer: LoadBalancer, part: str, around: Around | None = None) -> Iterator[Write]:
    listener, _ = _listeners(balancer, part, around)
    yield _acting(listener, (former(listener, "listener") or {}).get("DefaultActions", []))


def _acting(listener: Listener, actions: list[dict[str, Any]]) -> Write:
    return Write("elbv2.ModifyListener", {"ListenerArn": listener.arn, "DefaultActions": actions})


REDIRECTING = Direct(
    "elbv2.ModifyListener",
    by=_redirect,
    across=True,
    why="Custodian changes port, protocol, policy and certificate of listeners, never what they do.",
    effect=Effect(
        after="the HTTP listener answers every request with a redirect (301) to the HTTPS listener",
        risk="medium",
        downtime="clients that do not follow redirects, or send data over HTTP, fail until they use HTTPS",
        undo=_as_before,
        terraform={
            "aws_lb_listener": {
                "default_action": {
                    "type": "redirect",
                    "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"},
                }
            }
        },
    ),
)
"""Of rules on load balancers that need `Listener` and whose part is `listener PROTOCOL/PORT`."""
