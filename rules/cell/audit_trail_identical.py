"""cell_audit_trail_identical."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.cell._cells import CellSettings, told
from rules.cell._compare import AUDIT
from scanner.engine.parity.plan import kinds_of
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.cloudtrail import CoveringTrail
from scanner.kinds.config import ConfigurationRecorder
from scanner.kinds.ec2_gateways import FlowLog
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


TRAIL = Other(CoveringTrail, account=MODEL, name="alpha-audit")
FLOW = Other(FlowLog, account=MODEL)
RECORDER = Other(ConfigurationRecorder, account=MODEL)


class AuditTrailIdentical(Rule):
    """Every account has the blueprint's audit trail.

    The record of who did what must be as whole in the account of one client as in that of another; where it is not, a
    breach in that account cannot be told. Trails that record the account, flow logs and the recorder of AWS Config are
    compared by their names and settings with those of the group's blueprint account or, where none is named, with what
    most accounts of its group and environment have. What an account has beyond that is no fault here.
    """

    kind = Account
    across = True
    needs = (RegionSettings, *kinds_of(AUDIT))
    severity = "high"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (ClientCells(),)
    remedy = Runbook(
        "Bring what is missing back: apply the code of the blueprint's audit trail to account {account}.",
        "See that it records: aws cloudtrail get-trail-status, aws ec2 describe-flow-logs, aws configservice"
        " describe-configuration-recorder-status",
        "Look in the other accounts' trails and in the bills for who took it away, and when.",
    )
    GOOD = (
        _case(),
        _case(TRAIL, Other(CoveringTrail, name="beta-audit")),
        _case(FLOW, Other(FlowLog)),
        _case(RECORDER, Other(ConfigurationRecorder)),
        _case(Other(CoveringTrail)),
        _with({"allowed": [{"kind": "AWS::EC2::FlowLog", "reason": "R"}]}, FLOW),
    )
    BAD = (
        _case(TRAIL),
        _case(TRAIL, Other(CoveringTrail, name="gamma-audit")),
        _case(TRAIL, Other(CoveringTrail, name="beta-audit", logging=False)),
        _case(FLOW),
        _case(FLOW, Other(FlowLog, traffic="REJECT")),
        _case(FLOW, Other(FlowLog, subject="subnet-1")),
        _case(RECORDER),
        _case(RECORDER, Other(ConfigurationRecorder, recording=False)),
        Case({}, others=[*SAME, TRAIL], settings=CONFIG, lacking=[FlowLog]),
    )
    UNKNOWN = (
        Case({}, settings=CONFIG),
        *(Case({}, others=SAME, settings=CONFIG, lacking=[kind]) for kind in kinds_of(AUDIT)),
    )

    SKIP = (
        Case({}),
        Case({}, settings=CONFIG | {"accounts": {OWN: {"name": "beta", "group": "other"}}}),
        Case({}, settings=CONFIG | {"cells": {"cells": {"blueprint": "beta"}}}),
        Case({}, settings=CONFIG | {"cells": {"cells": {"blueprint": OWN}}}),
    )

    Settings = CellSettings

    @staticmethod
    def applies(account: Account, settings: CellSettings) -> bool | str:
        """Accounts of a group of cells, other than the group's blueprint, that have others to be compared with."""
        return settings.is_member(account.account)

    @staticmethod
    def check(_account: Account, world: World, settings: CellSettings) -> Iterator[Outcome]:
        yield from told(world, AUDIT, settings, {"missing", "other", "tie"})
