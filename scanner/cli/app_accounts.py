"""The commands of `phiward accounts`."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli import options as opt
from scanner.cli.page import Program

accounts_app = Program(help="The accounts that a scan looks at, and what holds for each.")


@accounts_app.command("list")
def accounts_list(
    format: opt.PlainForm = opt.PlainFormat.TABLE, config: opt.Config = None,
) -> None:  # fmt: skip
    """List the accounts of config.toml and of the organization: who is looked at and by which role, who is left out."""
    from scanner.cli.accounts_shown import list_accounts
    from scanner.cli.wire import Wiring

    list_accounts(Wiring.find(config), as_json=format is opt.PlainFormat.JSON)


@accounts_app.command("show")
def accounts_show(
    account: Annotated[str, typer.Argument(help="Account id, or its name.")],
    format: opt.PlainForm = opt.PlainFormat.TABLE, config: opt.Config = None,
) -> None:  # fmt: skip
    """Show all that holds for one account, and the table of config.toml that says it."""
    from scanner.cli.accounts_shown import show_account
    from scanner.cli.wire import Wiring

    show_account(Wiring.find(config), account, as_json=format is opt.PlainFormat.JSON)
