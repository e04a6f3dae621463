"""cloudtrail_insights."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.cloudtrail import Trail
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide


class Insights(Rule):
    """CloudTrail Insights is on.

    Insights learns how many calls are usual and tells of the unusual: a burst of deletions, a wave of refused calls. It
    costs by the number of events, and needs a trail that records writing management events.
    """

    kind = Trail
    severity = "low"
    category = "advisory"
    hipaa_proposed = ("164.308(a)(1)(ii)(D)", "164.308(a)(5)(ii)(C)")
    sources = (EcsGuide(59),)
    aliases = ("prowler:cloudtrail_insights_exist", "steampipe:cloudtrail_trail_insight_selectors_and_logging_enabled")
    remedy = Direct(
        "cloudtrail.PutInsightSelectors",
        {
            "TrailName": "{arn}",
            "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}],
        },
        why="Custodian has no action for it.",
        effect=Effect(
            sets={"insights": ("ApiCallRateInsight", "ApiErrorRateInsight")},
            cost="about 0.35 USD for 100,000 management events, for each of the two types",
            undo=(Write("cloudtrail.PutInsightSelectors", {"TrailName": "{arn}", "InsightSelectors": []}),),
            terraform={
                "aws_cloudtrail": {
                    "insight_selector": [
                        {"insight_type": "ApiCallRateInsight"},
                        {"insight_type": "ApiErrorRateInsight"},
                    ]
                }
            },
        ),
    )
    GOOD = ({}, {"insights": ("ApiCallRateInsight",)})
    BAD = ({"insights": ()},)

    @staticmethod
    def check(trail: Trail) -> Iterator[Fail]:
        if not trail.insights:
            yield Fail("Insights is off")
