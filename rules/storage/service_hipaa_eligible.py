"""storage_service_hipaa_eligible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.engine.eligible import is_listed, listed_as_of
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.config import ConfigurationRecorder, DiscoveredType
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

HERE = (Other(RegionSettings), Other(ConfigurationRecorder))
LIGHTSAIL = Other(DiscoveredType, id="AWS::Lightsail::Disk")


def _recorded(world: World, region: str) -> None:
    """See that AWS Config tells of every type in a Region.

    Raises:
        Unknown: it does not.
    """
    recorder = world.first(ConfigurationRecorder, region=region, service="")
    if recorder is None or not recorder.recording or recorder.left_out:
        message = f"AWS Config does not record every type in {region}, so which services are used there is not known"
        raise Unknown(Gap("config.GetDiscoveredResourceCounts", message=message, state=GapState.NOT_COLLECTED))


class ServiceHipaaEligible(Rule):
    """Every service in use is HIPAA eligible.

    The business associate agreement with AWS covers ePHI in eligible services only. Which services an account uses is
    told by AWS Config, where its recorder takes all types; in a Region where it does not, this stays unknown. The list
    of eligible services is AWS's, by its date; a service that it does not name may have been added since, so that
    somebody must look at AWS's page, and enter the answer in the settings. Services that hold no data of patients are
    left out, by the settings.
    """

    kind = Account
    needs = (RegionSettings, ConfigurationRecorder, DiscoveredType)
    severity = "high"
    hipaa_proposed = ("164.308(b)(1)", "164.308(b)(3)")
    sources = (PhiCluster(), EcsGuide(64))
    remedy = Runbook(
        "Look up the service on AWS's page of HIPAA eligible services; if it is there, enter it under eligible of this"
        " rule in config.toml, with the date in a comment.",
        "If it is not: see whether ePHI is in it, in account {account}, and move that to a service that is eligible.",
        "Keep it out from then on: a service control policy that denies the service in accounts with PHI.",
    )

    class Settings(RuleSettings, frozen=True):
        """What is known of services beyond AWS's list, by their names in types: `IAM` of AWS::IAM::Role."""

        eligible: Annotated[
            tuple[str, ...], msgspec.Meta(description="Services that AWS's page names since the list was made.")
        ] = ()
        not_eligible: Annotated[
            tuple[str, ...], msgspec.Meta(description="Services that AWS's page does not name, as somebody has seen.")
        ] = ()
        without_data: Annotated[
            tuple[str, ...], msgspec.Meta(description="Services that hold settings only, and no data of patients.")
        ] = ("AccessAnalyzer", "IAM", "ResourceExplorer2", "ResourceGroups", "SSO")

    GOOD = (
        Case({}, others=[*HERE, Other(DiscoveredType), Other(DiscoveredType, id="AWS::IAM::Role")]),
        Case({}, others=[*HERE, LIGHTSAIL], settings={"eligible": ("Lightsail",)}),
        Case({}, others=[*HERE, LIGHTSAIL], settings={"without_data": ("Lightsail",)}),
        Case({}, others=[*HERE, Other(DiscoveredType)], settings={"not_eligible": ("Lightsail",)}),
    )
    BAD = (
        Case({}, others=[*HERE, LIGHTSAIL], settings={"not_eligible": ("Lightsail",)}),
        Case({}, others=[*HERE, Other(DiscoveredType)], settings={"not_eligible": ("S3",)}),
        Case({}, others=[LIGHTSAIL], settings={"not_eligible": ("Lightsail",)}),
        Case({}, others=[LIGHTSAIL], settings={"not_eligible": ("Lightsail",)}, lacking=[DiscoveredType]),
    )
    UNKNOWN = (
        Case({}, others=[*HERE, LIGHTSAIL]),
        Case({}, others=[*HERE, LIGHTSAIL], settings={"not_eligible": ("Rekognition",), "eligible": ("Polly",)}),
        Case({}, others=[Other(RegionSettings)]),
        Case({}, others=[Other(RegionSettings), Other(ConfigurationRecorder, recording=False)]),
        Case({}, others=[Other(RegionSettings), Other(ConfigurationRecorder, left_out=("*",))]),
        Case({}, others=[Other(RegionSettings), Other(ConfigurationRecorder, service="x.amazonaws.com")]),
        Case({}, others=HERE, lacking=[DiscoveredType]),
        Case({}, others=HERE, lacking=[RegionSettings]),
    )

    @staticmethod
    def check(_account: Account, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        used: set[str] = set()
        with gaps:
            for one in world.everywhere(DiscoveredType):
                service = one.id.split("::")[1]
                if service not in settings.eligible and service not in settings.without_data:
                    used |= {service}
        with gaps:
            for region in world.everywhere(RegionSettings):
                with gaps:
                    _recorded(world, region.region)
        for service in sorted(used):
            if service in settings.not_eligible:
                yield Fail(f"{service} is in use and is not eligible", part=service)
            elif not is_listed(f"AWS::{service}::*"):
                said = f"{service} is not in AWS's list of {listed_as_of()}: check AWS's page of eligible services"
                yield Missing((Gap(message=said, state=GapState.NOT_COLLECTED),))
        yield from gaps
