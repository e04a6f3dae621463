"""cloudtrail_multi_region_trail."""

from __future__ import annotations

from collections.abc import Iterator

from rules._trails import Search, is_on, reaches_everywhere, records_management
from rules.cloudtrail._mended import EVERYWHERE
from scanner.kinds.account import Account
from scanner.kinds.cloudtrail import CoveringTrail, ManagementEvents
from scanner.model.inventory import World, any_of
from scanner.model.rule import Case, Fail, Other, Rule


class MultiRegionTrail(Rule):
    """A multi-Region trail records read and write management events.

    Without a record of who changed and who looked up what, in every Region, no breach of ePHI can be bounded or proved.
    The account is judged, so that one without any trail fails too; a trail of the organization counts for each of its
    accounts. Whether the trail has delivered lately is judged by a rule of its own.
    """

    kind = Account
    needs = (CoveringTrail,)
    severity = "high"
    hipaa = ("164.308(a)(1)(ii)(D)", "164.308(a)(3)(ii)(A)", "164.308(a)(6)(ii)", "164.312(b)", "164.312(e)(2)(i)")
    aliases = (
        "config:multi-region-cloudtrail-enabled",
        "security-hub:CloudTrail.1",
        "prowler:cloudtrail_multi_region_enabled_logging_management_events",
        "prowler:cloudtrail_multi_region_enabled",
        "steampipe:cloudtrail_multi_region_read_write_enabled",
        "steampipe:cloudtrail_multi_region_trail_enabled",
        "cis:v3.0/3.1",
        "cis:v4.0/3.1",
        "cis:v5.0/3.1",
        "cis:v6.0/4.1",
        "cis:v7.0/4.1",
    )
    related = ("cloudtrail_multi_region_enabled",)
    remedy = EVERYWHERE
    READS = ManagementEvents(read=True, write=False)
    WRITES = ManagementEvents(read=False, write=True)
    GOOD = (
        Case({}, others=[Other(CoveringTrail)]),
        Case({}, others=[Other(CoveringTrail, logging=False), Other(CoveringTrail, id="b", arn="b")]),
    )
    BAD = (
        {},
        Case({}, others=[Other(CoveringTrail, multi_region=False)]),
        Case({}, others=[Other(CoveringTrail, logging=False)]),
        Case({}, others=[Other(CoveringTrail, management=READS)]),
        Case({}, others=[Other(CoveringTrail, management=WRITES)]),
        Case(
            {},
            others=[Other(CoveringTrail, management=READS), Other(CoveringTrail, id="b", arn="b", management=WRITES)],
        ),
    )
    UNKNOWN = (
        Case({}, lacking=[CoveringTrail]),
        Case({}, others=[Other(CoveringTrail, logging=False)], lacking=[CoveringTrail]),
    )

    @staticmethod
    def check(account: Account, world: World) -> Iterator[Fail]:
        search = Search(reaches_everywhere, is_on, records_management)
        if not any_of(world.all(CoveringTrail), search):
            yield Fail(search.why)
