"""cloudwatch_alarm_has_action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._alarms import feeds_composite
from scanner.kinds.cloudwatch import Alarm, CompositeAlarm
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


TOPIC = ("arn:aws:sns:us-east-1:123456789012:on-call",)
A = {"id": "a", "arn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"}


class AlarmHasAction(Rule):
    """Alarms have an action for the ALARM state.

    An alarm without an action turns red where nobody looks: whatever it watches of the systems that hold ePHI fails
    unheard. An alarm that a composite alarm with an action reckons with is heard through that one. Whether the actions
    are switched on, and whether somebody reads their target, are other questions.
    """

    kind = Alarm
    needs = (CompositeAlarm,)
    severity = "high"
    category = "operations"
    hipaa = ("164.308(a)(6)(i)", "164.312(b)")
    aliases = (
        "config:cloudwatch-alarm-action-check",
        "security-hub:CloudWatch.15",
        "prowler:cloudwatch_alarm_actions_alarm_state_configured",
        "steampipe:cloudwatch_alarm_action_enabled",
    )
    related = ("vpn_tunnel_alarm",)
    remedy = Runbook(
        "Choose or create an SNS topic that somebody on call reads.",
        "In the alarm {name} add the topic as an action for the ALARM state: by the source code that made it, or in the"
        " console of CloudWatch, Alarms, {name}, Edit, Configure actions.",
        "Try it: aws cloudwatch set-alarm-state --alarm-name {name} --state-value ALARM --state-reason drill",
        "Delete the alarm where nobody needs to hear of it.",
        effect=Effect(terraform={"aws_cloudwatch_metric_alarm": {"alarm_actions": ["TOPIC"]}}),
    )
    GOOD = (
        {"actions": TOPIC},
        Case({"actions": TOPIC}, lacking=[CompositeAlarm]),
        Case(A, others=[Other(CompositeAlarm, rule="ALARM(a)", actions=TOPIC)]),
        Case(A, others=[Other(CompositeAlarm, rule="ALARM(b) AND NOT ALARM('a')", actions=TOPIC)]),
        Case(A, others=[Other(CompositeAlarm, rule=f'OK("{A["arn"]}")', actions=TOPIC)]),
        Case(
            A,
            others=[
                Other(CompositeAlarm, id="one", rule="ALARM(a)", actions=()),
                Other(CompositeAlarm, id="two", rule="ALARM(one)", actions=TOPIC),
            ],
        ),
        Case(A, others=[Other(CompositeAlarm, rule="ALARM(a)", actions=TOPIC)], lacking=[CompositeAlarm]),
    )
    BAD = (
        A,
        Case(A, others=[Other(CompositeAlarm, rule="ALARM(a)", actions=())]),
        Case(A, others=[Other(CompositeAlarm, rule="ALARM(b)", actions=TOPIC)]),
        Case(
            A,
            others=[
                Other(CompositeAlarm, id="one", rule="ALARM(a) OR ALARM(two)", actions=()),
                Other(CompositeAlarm, id="two", rule="ALARM(one)", actions=()),
            ],
        ),
    )
    UNKNOWN = (Case(A, lacking=[CompositeAlarm]),)

    @staticmethod
    def check(alarm: Alarm, world: World) -> Iterator[Fail]:
        if not any_of([lambda: bool(alarm.actions), lambda: feeds_composite((alarm.id, alarm.arn), world)]):
            yield Fail("nothing is done and nobody is told when it goes off")
