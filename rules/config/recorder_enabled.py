"""config_recorder_enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.config._recorded import RECORD
from rules.config._recorders import faults
from scanner.kinds.account import RegionSettings
from scanner.kinds.config import ConfigurationRecorder, DeliveryChannel
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import ClientCells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

ON = Other(ConfigurationRecorder)
CHANNEL = Other(DeliveryChannel)


class RecorderEnabled(Rule):
    """AWS Config records all resource types and delivers.

    Which settings a system with ePHI had last month, and when they changed, AWS Config tells if it was recording. A
    recorder that is off, that leaves types out, or whose deliveries fail, has holes that are seen only when the record
    is wanted. Every Region that is looked at is judged. A recorder that a service of AWS keeps for itself does not
    count.
    """

    kind = RegionSettings
    needs = (ConfigurationRecorder, DeliveryChannel)
    severity = "medium"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (ClientCells(),)
    remedy = RECORD

    class Settings(RuleSettings, frozen=True):
        """What need not be recorded."""

        may_leave_out: Annotated[
            tuple[str, ...], msgspec.Meta(description="Types that the recorder may leave out, such as AWS::IAM::User.")
        ] = ()

    GOOD = (
        Case({}, others=[ON, CHANNEL]),
        Case({}, others=[Other(ConfigurationRecorder, last_status="pending"), CHANNEL]),
        Case(
            {},
            others=[Other(ConfigurationRecorder, left_out=("AWS::IAM::User",)), CHANNEL],
            settings={"may_leave_out": ("AWS::IAM::User",)},
        ),
    )
    BAD = (
        {},
        Case({}, others=[CHANNEL]),
        Case({}, others=[Other(ConfigurationRecorder, region="eu-west-1"), CHANNEL]),
        Case({}, others=[Other(ConfigurationRecorder, service="observabilityadmin.amazonaws.com"), CHANNEL]),
        Case({}, others=[Other(ConfigurationRecorder, recording=False), CHANNEL]),
        Case({}, others=[Other(ConfigurationRecorder, left_out=("*",)), CHANNEL]),
        Case({}, others=[Other(ConfigurationRecorder, left_out=("AWS::IAM::User",)), CHANNEL]),
        Case({}, others=[Other(ConfigurationRecorder, last_status="failure"), CHANNEL]),
        Case({}, others=[ON]),
        Case({}, others=[ON, Other(DeliveryChannel, failures=("configHistoryDeliveryInfo: NoSuchBucket",))]),
        Case({}, others=[Other(ConfigurationRecorder, recording=False)], lacking=[DeliveryChannel]),
    )
    UNKNOWN = (
        Case({}, others=[CHANNEL], lacking=[ConfigurationRecorder]),
        Case({}, others=[ON], lacking=[DeliveryChannel]),
    )

    @staticmethod
    def check(_region: RegionSettings, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            recorder = world.first(ConfigurationRecorder, service="")
            if recorder is None:
                yield Fail("no recorder of the account's own", part="recorder")
                return
            with gaps:
                for said in faults(recorder, settings.may_leave_out):
                    yield Fail(said, part=said.partition(":")[0])
            with gaps:
                if recorder.last_status == "failure":
                    yield Fail("the recorder's last delivery failed", part="last delivery")
        with gaps:
            channel = world.first(DeliveryChannel)
            if channel is None:
                yield Fail("no delivery channel", part="channel")
            elif channel.failures:
                yield Fail(f"the channel to {channel.bucket} fails: {'; '.join(channel.failures)}", part="channel")
        yield from gaps
