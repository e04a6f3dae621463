"""ec2_instance_managed_by_iac."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._iac import given, states
from rules.ec2._own import own
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.iac import IacState
from scanner.model.inventory import any_of
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import CityWebapps, ClientCells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

STACK_TAG = "aws:cloudformation:stack-id"
ARN = "arn:aws:ec2:us-east-1:123456789012:instance/i-1"


def _of_group_or_stack(instance: Instance) -> bool:
    """Say whether AWS itself says what made the instance: an Auto Scaling group or a stack."""
    return bool(instance.group) or instance.tag(STACK_TAG) is not None


class InstanceManagedByIac(Rule):
    """Instances are managed by infrastructure as code.

    An instance that somebody started by hand is in no code, so that nobody can say how to build it again, and what
    guards ePHI on it hangs on one memory. Members of an Auto Scaling group and instances of a stack are known by AWS;
    others are judged only where a Terraform state was given to the scan.
    """

    kind = Instance
    needs = (IacState,)
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(8)")
    sources = (CityWebapps(), ClientCells())
    remedy = Runbook(
        "Find out what the instance {id} is for, and who started it: aws cloudtrail lookup-events "
        "--lookup-attributes AttributeKey=ResourceName,AttributeValue={id} --region {region}",
        "Write its resource block and take it into the state: terraform import aws_instance.NAME {id}; or replace "
        "it by one that code makes.",
    )
    GOOD = (
        {"group": "web"},
        {"tags": {STACK_TAG: "arn:aws:cloudformation:us-east-1:123456789012:stack/web/1"}},
        Case({"id": "i-1"}, others=[Other(IacState, id="a"), Other(IacState, managed=(ARN,))]),
    )
    BAD = (Case({"id": "i-1"}, others=[Other(IacState, managed=(f"{ARN}2",))]),)
    SKIP = (
        {},
        {"state": "terminated", "group": "web"},
        {"operator": "eks.amazonaws.com", "group": "web"},
    )
    UNKNOWN = (Case({}, lacking=[IacState]),)

    @staticmethod
    def applies(instance: Instance, world: World) -> bool | str:
        """Instances of a group or a stack, and others where a Terraform state was given to the scan."""
        mine = own(instance)
        if mine is not True:
            return mine
        return True if _of_group_or_stack(instance) else given(world)

    @staticmethod
    def check(instance: Instance, world: World) -> Iterator[Fail]:
        arn = instance.resource.arn
        if _of_group_or_stack(instance):
            return
        if not any_of(states(world), lambda state: arn in state.managed):
            yield Fail("it belongs to no Auto Scaling group, to no stack, and to no state that was given")
