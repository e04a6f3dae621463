"""cell_matches_blueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.cell._cells import CellSettings, told
from rules.cell._compare import EVERYTHING
from scanner.engine.parity.plan import kinds_of
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.config import ConfigurationRecorder
from scanner.kinds.ec2_network import VPC
from scanner.kinds.ecs import Cluster
from scanner.kinds.ecs_services import Service
from scanner.kinds.s3 import Bucket
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Other, Rule
from scanner.model.source import ClientCells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

OWN, MODEL = "123456789012", "111111111111"
CONFIG = {
    "cells": {"cells": {"blueprint": "alpha"}},
    "accounts": {OWN: {"name": "beta", "group": "cells"}, MODEL: {"name": "alpha", "group": "cells"}},
}
SAME = (Other(RegionSettings), Other(RegionSettings, account=MODEL), Other(Account, account=MODEL))


def _case(*others: Other, **facts: Any) -> Case:
    return Case(facts, others=[*SAME, *others], settings=CONFIG)


def _with(cell: dict[str, Any], *others: Other) -> Case:
    cells = {"cells": {"cells": {"blueprint": "alpha", **cell}}}
    return Case({}, others=[*SAME, *others], settings=CONFIG | cells)


def _bucket(mine: str = "beta", theirs: str = "alpha", **facts: Any) -> tuple[Other, Other]:
    return Other(Bucket, id=f"{mine}-claims", **facts), Other(Bucket, id=f"{theirs}-claims", account=MODEL)


CLUSTER = {"id": "arn:aws:ecs:us-east-1:123456789012:cluster/phi", "name": "phi"}


class MatchesBlueprint(Rule):
    """Each account matches the blueprint of its cell group.

    One client's account that drifted from the others is where the next change breaks, and where ePHI is guarded
    otherwise than everybody believes. Each account of a group is compared with the group's blueprint account or, where
    none is named, with what most accounts of its group and environment have: the resources by their names, their chief
    settings, and the settings of account and Regions. The accounts' own ids, names and values stand for one another.
    Sizes of addresses, ids that AWS gives, and what the group's parameters name, are not compared; differences that are
    allowed there are told as notes. An account that was not scanned stands in by its newest complete snapshot.
    """

    kind = Account
    across = True
    needs = (*kinds_of(EVERYTHING),)
    severity = "high"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(8)")
    sources = (ClientCells(),)
    remedy = Runbook(
        "Look whether the difference is meant; if so, enter it and why under cells.GROUP.allowed in config.toml.",
        "If not, apply the code of the blueprint to account {account}, and see the finding go.",
        "Where the blueprint is behind: change it first, then the others.",
    )
    GOOD = (
        _case(),
        _case(*_bucket()),
        _with({"blueprint": ""}, *_bucket()),
        _with({"values": {OWN: {"client": "b1"}, "alpha": {"client": "a1"}}}, *_bucket("b1", "a1")),
        _case(*_bucket(OWN, MODEL)),
        _case(*_bucket("betas", "betas")),
        _with({"parameters": ("versioning",)}, *_bucket(versioning="Suspended")),
        _with({"allowed": [{"fact": "versioning", "reason": "R"}]}, *_bucket(versioning="Suspended")),
        _with({"allowed": [{"kind": "AWS::S3::Bucket", "reason": "R"}]}, *_bucket("gamma")),
        _with({"allowed": [{"name": "*-claims", "reason": "R"}]}, _bucket()[0]),
        _with({"blueprint": MODEL}, *_bucket()),
        _case(Other(VPC, is_default=True)),
        _case(Other(VPC, owner=MODEL)),
        _case(Other(VPC, id="vpc-1"), Other(VPC, id="vpc-2", account=MODEL, owner="")),
        _case(Other(Cluster, status="INACTIVE")),
        _case(Other(ConfigurationRecorder, service="x.amazonaws.com")),
    )
    BAD = (
        _case(root_mfa=False),
        _with({"blueprint": ""}, *_bucket(versioning="Suspended")),
        _case(*_bucket("b1", "a1")),
        _case(_bucket()[0]),
        _case(_bucket()[1]),
        _case(*_bucket("alphabeta")),
        _case(*_bucket(versioning="Suspended")),
        _with({"allowed": [{"fact": "locked", "reason": "R"}]}, *_bucket(versioning="Suspended")),
        _with({"allowed": [{"kind": "AWS::EC2::VPC", "reason": "R"}]}, *_bucket(versioning="Suspended")),
        _with({"allowed": [{"name": "other", "reason": "R"}]}, *_bucket(versioning="Suspended")),
        _case(Other(VPC)),
        _case(Other(VPC, account=MODEL, owner=MODEL), Other(VPC, id="vpc-1"), Other(VPC, id="vpc-2")),
        _case(Other(Service)),
        Case({"root_mfa": False}, others=SAME, settings=CONFIG, lacking=[Bucket]),
    )
    UNKNOWN = (
        Case({}, settings=CONFIG),
        Case({}, others=SAME, settings=CONFIG, lacking=[Bucket]),
        Case({}, others=[*SAME, *_bucket()], settings=CONFIG, lacking=[Bucket]),
        _with({"blueprint": "nobody"}),
    )

    SKIP = (
        Case({}),
        Case({}, settings=CONFIG | {"accounts": {OWN: {"name": "beta", "group": "other"}}}),
        Case({}, settings=CONFIG | {"cells": {"cells": {"blueprint": "beta"}}}),
        Case({}, settings=CONFIG | {"cells": {"cells": {"blueprint": OWN}}}),
        Case({}, settings={"cells": {"cells": {}}, "accounts": {OWN: {"name": "beta", "group": "cells"}}}),
    )

    Settings = CellSettings

    @staticmethod
    def applies(account: Account, settings: CellSettings) -> bool | str:
        """Accounts of a group of cells, other than the group's blueprint, that have others to be compared with."""
        return settings.is_member(account.account)

    @staticmethod
    def check(_account: Account, world: World, settings: CellSettings) -> Iterator[Outcome]:
        yield from told(world, EVERYTHING, settings, {"missing", "more", "other", "tie"})
