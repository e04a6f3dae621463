"""The command `phiward accept-gap`."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli import options as opt


def accept_gap(
    call: Annotated[str, typer.Argument(help="The call as reports write it, such as kms.ListKeys.")],
    account: Annotated[str, typer.Option("--account", help="The account, by its number or its name.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why it stays unanswered.")] = "",
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it.")] = "",
    until: Annotated[str, typer.Option("--until", help="The last day, such as 2027-03-31.")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the acceptance back.")] = False,
    by: opt.By = "", config: opt.Config = None, store: opt.Store = "",
) -> None:  # fmt: skip
    """Accept until a day that a call stays unanswered in an account: no exit 3 for it; verdicts stay UNKNOWN."""
    from scanner.cli import accepting_gaps
    from scanner.cli.accepting import Words
    from scanner.cli.wire import Wiring

    words = Words(reason, owner, until, by)
    act = accepting_gaps.revoke_gap if revoke else accepting_gaps.accept_gap
    act(Wiring.find(config, store), call, account, words)
