"""config_recorder_service_role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.config._recorded import RECORD
from rules.config._recorders import faults
from scanner.kinds.account import RegionSettings
from scanner.kinds.config import ConfigurationRecorder
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

ROLE = ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


class RecorderServiceRole(Rule):
    """AWS Config records all resources, with the service-linked role.

    The service-linked role always holds the permissions that AWS Config needs to see every type of resource; a role of
    one's own falls behind as types are added, and what it may not read goes unrecorded without a word. Every Region
    that is looked at is judged. That the recorder delivers is judged by another rule.
    """

    kind = RegionSettings
    needs = (ConfigurationRecorder,)
    severity = "medium"
    hipaa = ("164.308(a)(1)(ii)(A)",)
    aliases = (
        "security-hub:Config.1",
        "prowler:config_recorder_using_aws_service_role",
        "prowler:config_recorder_all_regions_enabled",
        "steampipe:config_enabled_all_regions",
        "cis:v3.0/3.3",
        "cis:v4.0/3.3",
        "cis:v5.0/3.3",
        "cis:v6.0/4.3",
        "cis:v7.0/4.3",
    )
    related = ("config_recorder_enabled",)
    remedy = RECORD

    class Settings(RuleSettings, frozen=True):
        """What need not be recorded."""

        may_leave_out: Annotated[
            tuple[str, ...], msgspec.Meta(description="Types that the recorder may leave out, such as AWS::IAM::User.")
        ] = ()

    GOOD = (
        Case({}, others=[Other(ConfigurationRecorder)]),
        Case({}, others=[Other(ConfigurationRecorder, last_status="failure")]),
        Case(
            {},
            others=[Other(ConfigurationRecorder, left_out=("AWS::IAM::User",))],
            settings={"may_leave_out": ("AWS::IAM::User",)},
        ),
    )
    BAD = (
        {},
        Case({}, others=[Other(ConfigurationRecorder, service="observabilityadmin.amazonaws.com")]),
        Case({}, others=[Other(ConfigurationRecorder, recording=False)]),
        Case({}, others=[Other(ConfigurationRecorder, left_out=("*",))]),
        Case({}, others=[Other(ConfigurationRecorder, left_out=("AWS::IAM::User",))]),
        Case({}, others=[Other(ConfigurationRecorder, role="arn:aws:iam::123456789012:role/config")]),
        Case({}, others=[Other(ConfigurationRecorder, role="")]),
    )
    UNKNOWN = (Case({}, lacking=[ConfigurationRecorder]),)

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
                if not recorder.role.endswith(ROLE):
                    yield Fail(f"the recorder's role is {recorder.role or 'not named'}", part="role")
        yield from gaps
