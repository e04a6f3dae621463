"""vpn_tunnel_alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._alarms import tells
from scanner.kinds.cloudwatch import Alarm, CompositeAlarm, Metric
from scanner.kinds.vpn import Telemetry, VPNConnection
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World, all_of, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Missing, Note, Other, Rule
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


TUNNELS = 2
TUNNEL_STATE = ("AWS/VPN", "TunnelState")
TOPIC = ("arn:aws:sns:us-east-1:123456789012:on-call",)
WHOLE = Metric(*TUNNEL_STATE, (("VpnId", "vpn-1"),))
ONE = Metric(*TUNNEL_STATE, (("TunnelIpAddress", "203.0.113.5"),))
TWO = Metric(*TUNNEL_STATE, (("TunnelIpAddress", "203.0.113.6"),))
V = {"id": "vpn-1", "telemetry": (Telemetry("203.0.113.5"), Telemetry("203.0.113.6"))}


def alarm(*metrics: Metric, **facts: Any) -> Other:
    """Give an example's alarm on metrics."""
    return Other(Alarm, metrics=metrics, **{"id": "a", "actions": TOPIC, **facts})


class TunnelAlarm(Rule):
    """Tunnel state has an alarm with a target.

    When a tunnel falls, somebody must hear of it before the second one does. An alarm counts if it goes off when
    TunnelState falls to zero and its actions are on and name a target; it may watch the connection, or each tunnel
    apart. An alarm without a target of its own counts where a composite alarm with one goes off with it. That
    somebody reads the target is not known.
    """

    kind = VPNConnection
    needs = (Alarm, CompositeAlarm)
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(6)(ii)", "164.308(a)(1)(ii)(D)")
    sources = (CityWebapps(),)
    remedy = Runbook(
        "Choose or create an SNS topic that somebody on call reads: aws sns list-topics --region {region}",
        "aws cloudwatch put-metric-alarm --alarm-name vpn-{id} --namespace AWS/VPN --metric-name TunnelState "
        "--dimensions Name=VpnId,Value={id} --statistic Minimum --period 300 --evaluation-periods 1 --threshold 1 "
        "--comparison-operator LessThanThreshold --treat-missing-data breaching --alarm-actions TOPIC --region "
        "{region}",
        "Try it: aws cloudwatch set-alarm-state --alarm-name vpn-{id} --state-value ALARM --state-reason drill "
        "--region {region}",
        effect=Effect(
            cost="an alarm, 0.10 USD a month",
            terraform={
                "aws_cloudwatch_metric_alarm": {
                    "namespace": "AWS/VPN",
                    "metric_name": "TunnelState",
                    "dimensions": {"VpnId": "{id}"},
                    "statistic": "Minimum",
                    "period": 300,
                    "evaluation_periods": 1,
                    "threshold": 1,
                    "comparison_operator": "LessThanThreshold",
                    "treat_missing_data": "breaching",
                }
            },
        ),
    )
    GOOD = (
        Case(V, others=[alarm(WHOLE)]),
        Case(V, others=[alarm(ONE), alarm(TWO)]),
        Case(V, others=[alarm(ONE, TWO, math=True)]),
        Case(V, others=[alarm(WHOLE, comparison="LessThanOrEqualToThreshold", threshold=0.0)]),
        Case(V, others=[alarm(WHOLE, comparison="LessThanLowerThreshold", threshold=None)]),
        Case(
            V, others=[alarm(WHOLE, id="down", actions=()), Other(CompositeAlarm, rule='ALARM("down")', actions=TOPIC)]
        ),
        Case(
            V,
            others=[
                alarm(WHOLE, id="down", actions=()),
                Other(CompositeAlarm, rule="ALARM(other) OR ALARM(down)", actions=TOPIC),
            ],
        ),
        Case(V, others=[alarm(WHOLE)], lacking=[Alarm, CompositeAlarm]),
        Case({"id": "vpn-1", "telemetry": ()}, others=[alarm(WHOLE)]),
    )
    BAD = (
        V,
        Case(V, others=[alarm(ONE)]),
        Case(V, others=[alarm(WHOLE, actions_enabled=False)]),
        Case(V, others=[alarm(WHOLE, actions=())]),
        Case(V, others=[alarm(WHOLE, comparison="GreaterThanOrEqualToThreshold")]),
        Case(V, others=[alarm(WHOLE, threshold=0.0)]),
        Case(V, others=[alarm(WHOLE, threshold=None)]),
        Case(
            V,
            others=[
                alarm(WHOLE, id="down", actions=()),
                Other(CompositeAlarm, rule="ALARM(a) AND (ALARM(b) OR ALARM(down) OR ALARM(c))", actions=TOPIC),
            ],
        ),
        Case(V, others=[alarm(WHOLE, comparison="LessThanOrEqualToThreshold", threshold=-1.0)]),
        Case(V, others=[alarm(Metric("AWS/VPN", "TunnelState", (("VpnId", "vpn-2"),)))]),
        Case(V, others=[alarm(Metric("AWS/VPN", "TunnelDataIn", (("VpnId", "vpn-1"),)))]),
        Case(V, others=[alarm(Metric("Custom", "TunnelState", (("VpnId", "vpn-1"),)))]),
        Case(
            V,
            others=[
                alarm(WHOLE, id="down", actions=()),
                Other(CompositeAlarm, rule="ALARM(down) AND ALARM(other)", actions=TOPIC),
            ],
        ),
        Case(V, others=[alarm(WHOLE, id="down", actions=()), Other(CompositeAlarm, rule="ALARM(down)", actions=())]),
        Case(
            V,
            others=[
                alarm(WHOLE, id="down", actions=()),
                Other(CompositeAlarm, rule="ALARM(down)", actions=TOPIC, actions_enabled=False),
            ],
        ),
        Case(V, others=[alarm(WHOLE, id="down", actions=()), Other(CompositeAlarm, rule="ALARM(up)", actions=TOPIC)]),
    )
    SKIP = ({"state": "deleted"},)
    UNKNOWN = (
        Case(V, lacking=[Alarm]),
        Case(V, others=[alarm(ONE)], lacking=[Alarm]),
        Case(V, others=[alarm(WHOLE, actions=())], lacking=[CompositeAlarm]),
        {"id": "vpn-1", "telemetry": (Telemetry("203.0.113.5"),)},
    )

    @staticmethod
    def applies(connection: VPNConnection) -> bool:
        """VPN connections that are available."""
        return connection.state == "available"

    @staticmethod
    def check(connection: VPNConnection, world: World) -> Iterator[Fail | Missing | Note]:
        notes: list[str] = []

        def guarded(dimension: str, value: str) -> bool:
            return any_of(world.all(Alarm), lambda alarm: _guards(alarm, dimension, value, world, notes))

        def each_tunnel() -> bool:
            addresses = [tunnel.address for tunnel in connection.telemetry]
            if len(addresses) < TUNNELS:
                raise Unknown(Gap("ec2.DescribeVpnConnections", message="AWS does not report both tunnels"))
            return all_of(addresses, lambda address: guarded("TunnelIpAddress", address))

        if not any_of([lambda: guarded("VpnId", connection.id), each_tunnel]):
            yield Fail("no alarm with a target goes off when a tunnel of the connection falls")
        yield from map(Note, dict.fromkeys(notes))


def _guards(alarm: Alarm, dimension: str, value: str, world: World, notes: list[str]) -> bool:
    watched = [metric for metric in alarm.metrics if (metric.namespace, metric.name) == TUNNEL_STATE]
    if not any(metric.dimension(dimension) == value for metric in watched):
        return False

    guards = all_of([lambda: _falls(alarm), lambda: tells(alarm, world)])
    if guards and alarm.math:
        notes.append(f"alarm {alarm.id} reckons with TunnelState; its expression was not followed")
    if guards and dimension == "VpnId" and alarm.statistic == "Maximum":
        notes.append(f"alarm {alarm.id} takes the maximum of both tunnels: it goes off when the last one falls")
    return guards


def _falls(alarm: Alarm) -> bool:
    """Say whether the alarm goes off at zero; of metric math and of anomaly bands that is taken as meant."""
    if alarm.math or alarm.comparison.startswith("LessThanLower"):
        return True
    if alarm.threshold is None:
        return False
    return (alarm.comparison == "LessThanThreshold" and alarm.threshold > 0) or (
        alarm.comparison == "LessThanOrEqualToThreshold" and alarm.threshold >= 0
    )
