"""What several rules ask of load balancers: an attribute, and whether a listener does nothing but redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Custodian, Effect, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.ecs_services import Service
    from scanner.kinds.elbv2 import Listener, LoadBalancer, TargetGroup
    from scanner.kinds.elbv2_reading import Action
    from scanner.model.inventory import World
    from scanner.model.remedy import Risk
    from scanner.model.rule import Gaps


def balancers_of(_: World, group: TargetGroup) -> tuple[str, ...]:
    """Give the load balancers of a target group, by which it is looked up."""
    return group.load_balancers


def groups_of(_: World, service: Service) -> tuple[str, ...]:
    """Give the target groups of an ECS service, by which it is looked up."""
    return service.target_groups


def attribute(subject: LoadBalancer | TargetGroup, name: str) -> str:
    """Give an attribute's value.

    Raises:
        Unknown: the answer does not name it.
    """
    found = subject.attributes.get(name)
    if found is None:
        raise Unknown(Gap(subject.resource.kind, message=f"the attributes do not name {name}"))
    return found


def only_redirects(actions: tuple[Action, ...]) -> bool:
    """Say whether actions send every request on to HTTPS and do nothing else."""
    return bool(actions) and all(action.redirects_to_https for action in actions)


def not_redirecting(listener: Listener, gaps: Gaps) -> Iterator[str]:
    """Say which actions of a listener do something else than redirect to HTTPS."""
    with gaps:
        if not only_redirects(listener.default_actions):
            yield f"the default action is {named(listener.default_actions)}"
    with gaps:
        for rule in listener.rules:
            if rule.priority != "default" and not only_redirects(rule.actions):
                yield f"rule {rule.priority} is {named(rule.actions)}"


def named(actions: tuple[Action, ...]) -> str:
    """Name actions in words."""
    said = [f"{item.type} to {item.protocol}" if item.type == "redirect" else item.type for item in actions]
    return ", ".join(said) or "nothing"


def with_attribute(name: str, value: str, was: str, argument: tuple[str, object], risk: Risk) -> Custodian:
    """Make the remedy that sets an attribute of a load balancer; `argument` is Terraform's, with its value."""
    former = {"LoadBalancerArn": "{arn}", "Attributes": [{"Key": name, "Value": was}]}
    return Custodian(
        "app-elb",
        {"type": "modify-attributes", "attributes": {name: value}},
        filters=[{"type": "attributes", "key": name, "value": False if was == "false" else was}],
        effect=Effect(
            sets={"attributes": {name: value}},
            risk=risk,
            undo=[Write("elbv2.ModifyLoadBalancerAttributes", former)],
            terraform={"aws_lb": dict([argument])},
        ),
    )
