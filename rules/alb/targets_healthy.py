"""alb_targets_healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.elbv2 import TARGETS, Listener, TargetGroup
from scanner.kinds.elbv2_reading import Action, ListenerRule, TargetState
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

FORWARD = Action("forward", target_groups=(TARGETS,))
FIXED = Action("fixed-response")
ILL = TargetState("10.0.1.10", "unhealthy", "Target.Timeout")


def _listener(action: Action, *rules: ListenerRule) -> Other:
    """Make a listener for the examples."""
    return Other(Listener, default_actions=(action,), rules=rules)


SENDS = _listener(FORWARD)


def _sends(listener: Listener, group: TargetGroup) -> bool:
    """Say whether a listener's default action, or a rule of its, sends requests to a group."""

    def sends(action: Action) -> bool:
        return group.id in action.target_groups and group.id not in action.idle

    return any_of(
        [
            lambda: any(sends(action) for action in listener.default_actions),
            lambda: any(sends(action) for rule in _rules(listener) for action in rule.actions),
        ]
    )


def _sent_to(_: World, listener: Listener) -> Iterator[str]:
    """Give the target groups of a listener's actions, by which it is looked up."""
    for action in (*listener.default_actions, *(action for rule in _rules(listener) for action in rule.actions)):
        yield from action.target_groups


def _rules(listener: Listener) -> tuple[ListenerRule, ...]:
    """Give a listener's rules; only those that speak HTTP have any."""
    return listener.rules if listener.protocol in {"HTTP", "HTTPS"} else ()


class TargetsHealthy(Rule):
    """Target groups in use have healthy targets.

    A load balancer that has nobody to send a request to answers it with an error, or sends it to targets that it
    knows to be ill: the system is away for those who need its ePHI. Target groups to which no listener sends
    anything, and those with a weight of 0, wait for a deployment and are not judged; nor are those whose targets
    nobody checks.
    """

    kind = TargetGroup
    severity = "high"
    category = "operations"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (PhiCluster(), EcsGuide(44))
    needs = (Listener,)
    remedy = Runbook(
        "See why: aws elbv2 describe-target-health --target-group-arn {arn} --region {region}",
        "No targets: look at the events of the service, or the activities of the Auto Scaling group, that has them.",
        "Target.Timeout: look at the security groups between the load balancer and the targets, and at the port.",
        "Target.ResponseCodeMismatch: call the health check's path on a target and read the program's log.",
        effect=Effect(risk="low"),
    )
    GOOD = (
        Case({}, others=[SENDS]),
        Case({"targets": (ILL, TargetState("10.0.1.11", "healthy"))}, others=[SENDS]),
        Case({}, others=[SENDS], lacking=[Listener]),
    )
    BAD = (
        Case({"targets": ()}, others=[SENDS]),
        Case({"targets": (ILL,)}, others=[SENDS]),
        Case({"targets": (TargetState("10.0.1.10", "draining"), TargetState("a", "initial"))}, others=[SENDS]),
        Case({"targets": ()}, others=[_listener(FIXED, ListenerRule("1", (FORWARD,)))]),
        Case({"targets": ()}, others=[Other(Listener, id="other", load_balancer="arn:other"), SENDS]),
    )
    SKIP = (
        Case({"targets": (), "load_balancers": ()}, others=[SENDS]),
        Case({"targets": (), "checked": False}, others=[SENDS]),
        Case({"targets": ()}, others=[_listener(FIXED)]),
        Case({"targets": ()}),
        Case({"targets": ()}, others=[Other(Listener, protocol="TCP", default_actions=(FIXED,), rules=Unknown(Gap()))]),
        Case({"targets": ()}, others=[_listener(Action("forward", target_groups=(TARGETS, "b"), idle=(TARGETS,)))]),
        Case({"targets": ()}, others=[_listener(Action("forward", target_groups=("b",)))]),
    )
    UNKNOWN = (Case({}, others=[_listener(FIXED)], lacking=[Listener]), Case({"targets": ()}, lacking=[Listener]))

    @staticmethod
    def applies(group: TargetGroup, world: World) -> bool | str:
        """Target groups to which a listener sends requests, and whose targets' health is checked."""
        if not group.load_balancers:
            return "no load balancer uses it"
        if not group.checked:
            return "the health of its targets is not checked"
        listeners = world.candidates(Listener, _sent_to, lambda: [group.id])
        return any_of(listeners, lambda listener: _sends(listener, group)) or "no listener sends it anything"

    @staticmethod
    def check(group: TargetGroup) -> Iterator[Fail]:
        if not any(target.state == "healthy" for target in group.targets):
            states = sorted({f"{one.state} ({one.reason})" if one.reason else one.state for one in group.targets})
            said = f"none of its {len(group.targets)} targets is healthy: {', '.join(states)}"
            yield Fail(said if group.targets else "it has no targets")
