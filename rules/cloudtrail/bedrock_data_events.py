"""cloudtrail_bedrock_data_events."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

import msgspec

from rules._trails import Search, any_trail, is_on, reaches, records_data
from scanner.kinds.account import RegionSettings
from scanner.kinds.cloudtrail import CoveringTrail, Trail
from scanner.kinds.cloudtrail_data import DataEvents
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings

TYPES = ("AWS::Bedrock::AgentAlias", "AWS::Bedrock::KnowledgeBase", "AWS::Bedrock::Model")
ALL = tuple(DataEvents(name) for name in TYPES)


def _case(*events: DataEvents, kind: type[CoveringTrail | Trail] = CoveringTrail, **facts: Any) -> Case:
    return Case({}, others=[Other(kind, data=events, **facts)])


class BedrockDataEvents(Rule):
    """Trail records Bedrock activity.

    What is asked of a model, an agent or a knowledge base may hold ePHI, and so may the answer. Data events say who
    asked and when; the log of model invocations says what. Each Region is judged: a trail that is on must record all
    data events of these types there, or Bedrock must log the text of invocations itself.
    """

    kind = RegionSettings
    needs = (CoveringTrail, Trail)
    severity = "medium"
    hipaa = ("164.308(a)(1)(ii)(D)", "164.312(b)")
    aliases = ("prowler:cloudtrail_bedrock_logging_enabled",)
    remedy = Runbook(
        "Decide whether the text of requests and answers, which may hold ePHI, is kept, or only who asked and when.",
        "For who asked, add selectors for data events of the Bedrock types to a trail: aws cloudtrail"
        " put-event-selectors --trail-name TRAIL --advanced-event-selectors file://selectors.json, which replaces"
        " those that stand",
        "For the text, choose an encrypted log group or bucket: aws bedrock put-model-invocation-logging-configuration"
        " --region {region} --logging-config file://logging.json",
        effect=Effect(cost="data events, about 0.10 USD for 100,000; storage of what is logged"),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        types: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="The types of resource whose data events a trail must record.", min_length=1),
        ] = TYPES

    GOOD = (
        {"model_logs": ("/bedrock/invocations",)},
        Case({"model_logs": ("/bedrock/invocations",)}, lacking=[CoveringTrail, Trail]),
        _case(*ALL),
        _case(*ALL, kind=Trail),
        _case(*ALL, multi_region=False),
        _case(*ALL, home="eu-west-1"),
        Case({}, others=[Other(CoveringTrail, data=ALL[:1])], settings={"types": TYPES[:1]}),
    )
    BAD = (
        {},
        *(_case(*(item for item in ALL if item.type != name)) for name in TYPES),
        _case(*ALL[:2], DataEvents(TYPES[2], write=False)),
        _case(*ALL[:2], DataEvents(TYPES[2], narrowed=("eventName",))),
        _case(*ALL[:2], DataEvents(TYPES[2], within=("arn:aws:bedrock:us-east-1::foundation-model/one",))),
        _case(*ALL, logging=False),
        _case(*ALL, multi_region=False, home="eu-west-1"),
    )
    UNKNOWN = (Case({}, lacking=[CoveringTrail]), Case({}, lacking=[Trail]))

    @staticmethod
    def check(region: RegionSettings, world: World, settings: Settings) -> Iterator[Fail]:
        search = Search(is_on, reaches(region.region), *(records_data(name, "") for name in settings.types))
        if not any_of((lambda: bool(region.model_logs), partial(any_trail, world, search))):
            yield Fail(f"invocations of models are not logged, and {search.why}")
