"""What several rules ask: whether an alarm goes off when CloudTrail records certain events.

The way goes from a multi-Region trail to its log group, from there through a metric filter whose pattern matches the
event, and from the filter's metric to an alarm with an action. Source: CIS AWS Foundations Benchmark, monitoring.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rules._alarms import tells
from scanner.kinds.cloudtrail import CoveringTrail, ManagementEvents
from scanner.kinds.cloudwatch import Alarm, CompositeAlarm, Metric
from scanner.kinds.filter_pattern import PatternError, matches
from scanner.kinds.logs import MetricFilter
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import all_of, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other

if TYPE_CHECKING:
    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

Event = Mapping[str, Any]
NEEDS = (CoveringTrail, MetricFilter, Alarm, CompositeAlarm)
"""The kinds that `unheeded` reads."""


def call(name: str, *, source: str = "ec2.amazonaws.com", reads: bool = False, **different: Any) -> Event:
    """Give the event that CloudTrail records of an operation that a role asks for; `different` members replace its."""
    role = {
        "type": "AssumedRole",
        "arn": "arn:aws:sts::123456789012:assumed-role/deploy/ci",
        "accountId": "123456789012",
    }
    return {
        "eventVersion": "1.11",
        "userIdentity": role,
        "eventTime": "2026-11-20T12:00:00Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2",
        "requestID": "1",
        "eventID": "2",
        "readOnly": reads,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "123456789012",
        "eventCategory": "Management",
        **different,
    }


def calls(names: Sequence[str]) -> dict[str, Event]:
    """Give such events of EC2 by the names of their operations."""
    return {name: call(name) for name in names}


ORDINARY = (call("DescribeVpcs", reads=True), call("GetCallerIdentity", source="sts.amazonaws.com", reads=True))
"""Events of no importance: a filter that counts these too counts whatever there is."""


def unheeded(world: World, wanted: Mapping[str, Event], ordinary: Sequence[Event] = ORDINARY) -> Iterator[Outcome]:
    """Say which of the wanted events set off no alarm that has an action."""
    if not any_of(world.all(CoveringTrail), _sends):
        yield Fail("no multi-Region trail that is switched on and records all management events writes to a log group")
        return
    gaps, missed = Gaps(), list[str]()
    for label, event in wanted.items():
        with gaps:
            if not any_of(
                world.all(CoveringTrail),
                lambda trail, event=event: all_of(  # type: ignore[misc]
                    [lambda: _sends(trail), lambda: _alarmed(trail, event, ordinary, world)]
                ),
            ):
                missed.append(label)
    if missed:
        yield Fail(f"no alarm with an action goes off at {', '.join(missed)}")
    yield from gaps


def _sends(trail: CoveringTrail) -> bool:
    """Say whether a trail sends the management events of all Regions to a log group."""
    return all_of(
        [
            lambda: trail.multi_region,
            lambda: trail.logging,
            lambda: bool(trail.log_group),
            lambda: trail.management.read and trail.management.write,
        ]
    )


def _alarmed(trail: CoveringTrail, event: Event, ordinary: Sequence[Event], world: World) -> bool:
    _, _, _, region, account, _, name, *_ = [*trail.log_group.split(":"), ""]
    filters = world.all(MetricFilter, region=region, account=account, log_group=name)
    return any_of(
        filters,
        lambda found: all_of(
            [
                lambda: _counts(found, event, ordinary),
                lambda: any_of(found.metrics, lambda metric: _told(found, metric, world)),
            ]
        ),
    )


def _counts(found: MetricFilter, event: Event, ordinary: Sequence[Event]) -> bool:
    """Say whether a filter counts the event, and not whatever there is.

    Raises:
        Unknown: the meaning of its pattern is not known.
    """
    try:
        said = matches(found.pattern, event)
        everything = any(matches(found.pattern, other) for other in ordinary)
    except PatternError as error:
        message = f"the pattern of the metric filter {found.id}: {error}"
        raise Unknown(Gap("logs.DescribeMetricFilters", message=message)) from error
    if said is None and not everything:
        message = f"whether the pattern of the metric filter {found.id} matches the event is not documented"
        raise Unknown(Gap("logs.DescribeMetricFilters", message=message))
    return bool(said) and not everything


def _told(found: MetricFilter, metric: tuple[str, str], world: World) -> bool:
    alarms = world.all(Alarm, region=found.region, account=found.account)
    return any_of(
        alarms,
        lambda alarm: all_of(
            [
                lambda: any((item.namespace, item.name) == metric for item in alarm.metrics),
                lambda: alarm.math or alarm.comparison.startswith("Greater"),
                lambda: tells(alarm, world),
            ]
        ),
    )


def runbook(pattern: str, name: str) -> Runbook:
    """Give the steps that make such an alarm."""
    return Runbook(
        "Let the multi-Region trail write to a log group: aws cloudtrail update-trail --name TRAIL "
        "--cloud-watch-logs-log-group-arn GROUP_ARN --cloud-watch-logs-role-arn ROLE_ARN",
        f"aws logs put-metric-filter --log-group-name GROUP --filter-name {name} --filter-pattern '{pattern}' "
        f"--metric-transformations metricName={name},metricNamespace=Audit,metricValue=1",
        f"aws cloudwatch put-metric-alarm --alarm-name {name} --namespace Audit --metric-name {name} --statistic Sum "
        "--period 300 --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold "
        "--treat-missing-data notBreaching --alarm-actions TOPIC_ARN, where TOPIC is one that somebody reads",
        effect=Effect(cost="about 0.10 USD a month for the alarm", follows=("cloudtrail_to_cloudwatch",)),
    )


def any_name(names: Sequence[str]) -> str:
    """Give the pattern that matches events of these names."""
    return "{ " + " || ".join(f"($.eventName = {name})" for name in names) + " }"


GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/audit/trail:*"
TRAIL = Other(CoveringTrail, log_group=GROUP)
TOPIC = ("arn:aws:sns:us-east-1:123456789012:on-call",)
ABOVE = "GreaterThanOrEqualToThreshold"


def alarm(**different: Any) -> Other:
    """Give an example's alarm on the metric that examples' filters feed."""
    facts = {"metrics": (Metric("Audit", "RootUsage"),), "comparison": ABOVE, "actions": TOPIC}
    return Other(Alarm, **{**facts, **different})


def watched(*patterns: str) -> Case:
    """Give the example of an account where filters of these patterns feed an alarm."""
    filters = [Other(MetricFilter, id=str(number), pattern=text) for number, text in enumerate(patterns)]
    return Case({}, others=[TRAIL, *filters, alarm()])


def good(pattern: str) -> tuple[Case, ...]:
    """Give the ways in which an account whose filter has this pattern is watched."""
    found = Other(MetricFilter, pattern=pattern)
    silent = alarm(id="counted", actions=())
    told = Other(CompositeAlarm, rule="ALARM(counted)", actions=TOPIC)
    elsewhere = "arn:aws:logs:eu-west-1:123456789012:log-group:/audit/trail:*"
    return (
        watched(pattern),
        Case({}, others=[TRAIL, found, alarm(comparison="", math=True)]),
        Case({}, others=[TRAIL, found, silent, told]),
        Case({}, others=[Other(CoveringTrail, id="b", logging=False), TRAIL, found, alarm()]),
        Case({}, others=[TRAIL, Other(MetricFilter, id="x", pattern="{ $.broken"), found, alarm()]),
        Case(
            {},
            others=[
                Other(CoveringTrail, log_group=elsewhere),
                Other(MetricFilter, region="eu-west-1", pattern=pattern),
                Other(
                    Alarm, region="eu-west-1", metrics=(Metric("Audit", "RootUsage"),), comparison=ABOVE, actions=TOPIC
                ),
            ],
        ),
    )


def bad(pattern: str) -> tuple[Case, ...]:
    """Give the ways in which an account is not watched, though a filter has this pattern."""
    found = Other(MetricFilter, pattern=pattern)
    half = {"read": ManagementEvents(read=True, write=False), "write": ManagementEvents(read=False, write=True)}
    return (
        Case({}),
        Case({}, others=[Other(CoveringTrail, log_group=""), found, alarm()]),
        Case({}, others=[Other(CoveringTrail, log_group=GROUP, multi_region=False), found, alarm()]),
        Case({}, others=[Other(CoveringTrail, log_group=GROUP, logging=False), found, alarm()]),
        *(
            Case({}, others=[Other(CoveringTrail, log_group=GROUP, management=m), found, alarm()])
            for m in half.values()
        ),
        Case({}, others=[TRAIL, alarm()]),
        Case({}, others=[TRAIL, found]),
        Case({}, others=[TRAIL, Other(MetricFilter, pattern=pattern, log_group="/other"), alarm()]),
        Case({}, others=[TRAIL, Other(MetricFilter, pattern=pattern, metrics=(("Audit", "Other"),)), alarm()]),
        Case({}, others=[TRAIL, found, alarm(metrics=(Metric("Other", "RootUsage"),))]),
        Case({}, others=[TRAIL, found, alarm(actions=())]),
        Case({}, others=[TRAIL, found, alarm(actions_enabled=False)]),
        Case({}, others=[TRAIL, found, alarm(comparison="LessThanThreshold")]),
        Case(
            {},
            others=[
                Other(CoveringTrail, log_group=GROUP),
                Other(MetricFilter, region="eu-west-1", pattern=pattern),
                alarm(),
            ],
        ),
        watched(""),
        watched("{ $.eventName = * }"),
        watched("{ $.eventName = NoSuchEvent }"),
    )


def unknown(pattern: str) -> tuple[Case, ...]:
    """Give the examples in which it cannot be told."""
    found = Other(MetricFilter, pattern=pattern)
    foreign = GROUP.replace("123456789012", "999999999999")
    return (
        Case({}, lacking=[CoveringTrail]),
        Case({}, others=[TRAIL], lacking=[MetricFilter]),
        Case({}, others=[TRAIL, found], lacking=[Alarm]),
        Case({}, others=[TRAIL, found, alarm(actions=())], lacking=[CompositeAlarm]),
        Case({}, others=[Other(CoveringTrail, log_group=foreign), found, alarm()]),
        watched("{ $.broken"),
        watched(f"{{ $.no.such.member != x && {pattern.strip('{ }')} }}"),
    )
