"""guardduty_detector_enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.guardduty._detectors import detector_that_is_on
from rules.guardduty._watched import WATCH
from scanner.kinds.account import RegionSettings
from scanner.kinds.guardduty import Detector
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

CENTRAL = {"central_account": "111122223333"}


class DetectorEnabled(Rule):
    """GuardDuty is on in every Region.

    GuardDuty reads the account's own records for the traces of an intruder: stolen credentials, a machine that speaks
    with a command server. An intruder who sees that one Region is not watched works there. Every Region that is looked
    at is judged, whether it is used or not. Where a central account is set, the detector must stand under it, so that
    findings reach those who answer for them.
    """

    kind = RegionSettings
    needs = (Detector,)
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(A)",
        "164.308(a)(1)(ii)(D)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(5)(ii)(C)",
        "164.308(a)(6)(i)",
        "164.308(a)(6)(ii)",
        "164.308(a)(8)",
        "164.312(b)",
        "164.312(e)(2)(i)",
    )
    aliases = (
        "config:guardduty-enabled-centralized",
        "security-hub:GuardDuty.1",
        "prowler:guardduty_is_enabled",
        "steampipe:guardduty_enabled",
    )
    related = ("guardduty_enabled",)
    remedy = WATCH

    class Settings(RuleSettings, frozen=True):
        """Under whose eyes detectors stand."""

        central_account: Annotated[
            str,
            msgspec.Meta(
                description="The account that administers GuardDuty; empty: any, or none.", pattern=r"^(\d{12})?$"
            ),
        ] = ""

    GOOD = (
        Case({}, others=[Other(Detector)]),
        Case({}, others=[Other(Detector, administrator="111122223333")], settings=CENTRAL),
        Case({}, others=[Other(Detector)], settings={"central_account": "123456789012"}),
    )
    BAD = (
        {},
        Case({}, others=[Other(Detector, on=False)]),
        Case({}, others=[Other(Detector, region="eu-west-1")]),
        Case({}, others=[Other(Detector)], settings=CENTRAL),
        Case({}, others=[Other(Detector, administrator="999999999999")], settings=CENTRAL),
    )
    UNKNOWN = (Case({}, lacking=[Detector]),)

    @staticmethod
    def check(region: RegionSettings, world: World, settings: Settings) -> Iterator[Fail]:
        detector = detector_that_is_on(world)
        if detector is None:
            yield Fail("no detector is on")
        elif (
            settings.central_account not in {"", region.account} and detector.administrator != settings.central_account
        ):
            under = detector.administrator or "no other account"
            yield Fail(f"the detector stands under {under}, not under {settings.central_account}")
