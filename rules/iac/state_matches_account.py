"""iac_state_matches_account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._iac import given, states
from scanner.kinds.account import Account
from scanner.kinds.iac import IacState
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import CityWebapps, ClientCells, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


class StateMatchesAccount(Rule):
    """The account matches the infrastructure-as-code state.

    What was changed by hand is in nobody's review: the next run of the code undoes it, or nobody knows why it holds.
    An account that stands as its code says can be rebuilt elsewhere when ePHI must be reached from another place. It
    speaks only where a state was given to the scan.
    """

    kind = Account
    needs = (IacState,)
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(8)", "164.308(a)(1)(ii)(D)")
    sources = (CityWebapps(), ClientCells(), WebProposal())
    remedy = Runbook(
        "Run terraform plan on the state and read each difference: who made it and whether it was meant.",
        "Bring what was meant into the code; let terraform apply undo the rest.",
    )
    GOOD = (Case({}, others=[Other(IacState)]),)
    BAD = (
        Case({}, others=[Other(IacState, missing=("aws_flow_log.vpc",))]),
        Case({}, others=[Other(IacState), Other(IacState, id="b", changed=("aws_s3_bucket.phi: versioning",))]),
    )
    SKIP = ({},)
    UNKNOWN = (Case({}, lacking=[IacState]),)

    @staticmethod
    def applies(_account: Account, world: World) -> bool | str:
        """Accounts for which a Terraform state or a stack was given to the scan."""
        return given(world)

    @staticmethod
    def check(_account: Account, world: World) -> Iterator[Fail]:
        for state in states(world):
            for address in state.missing:
                yield Fail(f"{address} of {state.id} is not in the account", f"missing {address}")
            for place in state.changed:
                yield Fail(f"{place} is not as {state.id} says", f"changed {place}")
