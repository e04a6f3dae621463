"""cloudtrail_any_trail_logging."""

from __future__ import annotations

from collections.abc import Iterator

from rules._trails import Search, any_trail, is_on, reaches
from rules.cloudtrail._mended import EVERYWHERE
from scanner.kinds.account import RegionSettings
from scanner.kinds.cloudtrail import CoveringTrail, Trail
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Other, Rule


class AnyTrailLogging(Rule):
    """At least one trail is on and logging.

    A Region that no trail records is where an intruder works unseen. Each Region is judged: some trail that is on,
    the account's own or the organization's, must record it. What the trail records is judged by other rules. A trail of
    the organization that records one Region only is seen in the home Region alone.
    """

    kind = RegionSettings
    needs = (CoveringTrail, Trail)
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(A)",
        "164.308(a)(1)(ii)(D)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(5)(ii)(C)",
        "164.308(a)(6)(ii)",
        "164.312(b)",
        "164.312(e)(2)(i)",
    )
    aliases = (
        "config:cloudtrail-enabled",
        "security-hub:CloudTrail.3",
        "steampipe:cloudtrail_trail_enabled",
        "steampipe:cloudtrail_trail_enabled_account",
    )
    related = ("cloudtrail_multi_region_enabled",)
    remedy = EVERYWHERE
    GOOD = (
        Case({}, others=[Other(CoveringTrail)]),
        Case({}, others=[Other(CoveringTrail, home="eu-west-1")]),
        Case({}, others=[Other(CoveringTrail, multi_region=False)]),
        Case({}, others=[Other(Trail, multi_region=False)]),
        Case({}, others=[Other(Trail, logging=False), Other(Trail, id="b", arn="b")]),
    )
    BAD = (
        {},
        Case({}, others=[Other(CoveringTrail, logging=False)]),
        Case({}, others=[Other(CoveringTrail, multi_region=False, home="eu-west-1")]),
        Case({}, others=[Other(Trail, logging=False)]),
        Case({}, others=[Other(Trail, multi_region=False, region="eu-west-1")]),
    )
    UNKNOWN = (Case({}, lacking=[CoveringTrail]), Case({}, lacking=[Trail]))

    @staticmethod
    def check(region: RegionSettings, world: World) -> Iterator[Fail]:
        search = Search(is_on, reaches(region.region))
        if not any_trail(world, search):
            yield Fail(search.why)
