"""environment_parity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from rules.cell._cells import CellSettings, outcomes
from rules.cell._compare import EVERYTHING
from scanner.engine.parity.plan import Cell, Place, kinds_of, planned
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.ecs_services import Service
from scanner.kinds.logs import LogGroup
from scanner.kinds.s3 import Bucket
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Other, Rule
from scanner.model.source import WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

OWN, MODEL = "123456789012", "111111111111"
CONFIG = {
    "accounts": {
        OWN: {"name": "web-test", "group": "web", "environment": "test"},
        MODEL: {"name": "web-prod", "group": "web", "environment": "prod"},
        "222222222222": {"group": "other", "environment": "prod"},
    }
}
SAME = (Other(RegionSettings), Other(RegionSettings, account=MODEL), Other(Account, account=MODEL))


def _case(*others: Other, **settings: Any) -> Case:
    return Case({}, others=[*SAME, *others], settings=CONFIG | settings)


def _bucket(mine: str = "claims-test", **facts: Any) -> tuple[Other, Other]:
    return Other(Bucket, id=mine, **facts), Other(Bucket, id="claims-prod", account=MODEL)


def _logs(days: int) -> tuple[Other, Other]:
    return Other(LogGroup, retention_days=days), Other(LogGroup, account=MODEL)


LESS = {"web": {"allowed": [{"fact": "retention_days", "direction": "at_most", "reason": "R"}]}}


def _reference(account: str, settings: Any) -> str:
    """Give the account of the reference environment in an account's group, the first by its id; empty: none."""
    group = settings.accounts.get(account, Place()).group
    return min(
        (
            other
            for other, place in settings.accounts.items()
            if place.group == group and place.environment == settings.reference
        ),
        default="",
    )


class Parity(Rule):
    """Environments differ only in sizes and counts.

    What was tried in a test environment that is built otherwise was not tried. Each account is compared with that of
    its group's reference environment: the resources by their names, their chief settings, and the settings of account
    and Regions. The ids, names and environments of the accounts stand for one another; the number of tasks, and what
    the settings name, may differ. Differences that the group's table allows are told as notes: a retention that is at
    most that of the reference, for one. An account that was not scanned stands in by its newest complete snapshot.
    """

    kind = Account
    across = True
    needs = (*kinds_of(EVERYTHING),)
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(8)")
    sources = (WebProposal(),)
    remedy = Runbook(
        "Look whether the difference is meant; if so, enter the facts that may differ under may_differ of this rule.",
        "If not, apply the same code with that environment's variables to account {account}.",
        "Let the pipeline do so for every environment in turn, so that none is forgotten.",
    )

    class Settings(CellSettings, frozen=True):
        """What environments are compared with, and what may differ."""

        reference: Annotated[str, msgspec.Meta(description="The environment that the others are to match.")] = "prod"
        may_differ: Annotated[
            tuple[str, ...], msgspec.Meta(description="Facts that may differ, such as sizes and counts.")
        ] = ("desired",)

    GOOD = (
        _case(),
        _case(*_bucket()),
        _case(Other(Service, desired=1), Other(Service, account=MODEL)),
        _case(*_bucket(versioning="Suspended"), may_differ=("versioning",)),
        _case(*_logs(30), cells=LESS),
    )
    BAD = (
        Case({"root_mfa": False}, others=SAME, settings=CONFIG),
        _case(_bucket()[0]),
        _case(_bucket()[1]),
        _case(*_bucket("claims-dev")),
        _case(*_logs(30)),
        _case(*_logs(3650), cells=LESS),
        _case(*_bucket(versioning="Suspended")),
        _case(Other(Service, desired=1), Other(Service, account=MODEL), may_differ=()),
    )
    SKIP = (
        Case({}),
        Case({}, settings=CONFIG | {"reference": "test"}),
        Case({}, settings=CONFIG | {"reference": "live"}),
        Case({}, settings={"accounts": {OWN: {"group": "web"}, MODEL: {"group": "web", "environment": "prod"}}}),
        Case({}, settings={"accounts": {OWN: {"environment": "test"}, MODEL: {"group": "web", "environment": "prod"}}}),
    )
    UNKNOWN = (
        Case({}, settings=CONFIG),
        Case({}, others=SAME, settings=CONFIG, lacking=[Bucket]),
    )

    @staticmethod
    def applies(account: Account, settings: Settings) -> bool | str:
        """Accounts of an environment whose group has an account of the reference environment."""
        own = settings.accounts.get(account.account, Place())
        if not own.environment:
            return "config.toml gives the account no environment"
        if own.environment == settings.reference:
            return f"the account is of the environment {settings.reference}, with which others are compared"
        return bool(_reference(account.account, settings)) or f"no account of {settings.reference} is in its group"

    @staticmethod
    def check(account: Account, world: World, settings: Settings) -> Iterator[Outcome]:
        own = settings.accounts[account.account]
        cell = settings.cells.get(own.group, Cell())
        model = _reference(account.account, settings)
        plan = planned(cell, settings.accounts, {model, account.account}, EVERYTHING, blueprint=model)
        plan = replace(plan, differ=frozenset(settings.may_differ))
        yield from outcomes(world, plan, {"missing", "more", "other"})
