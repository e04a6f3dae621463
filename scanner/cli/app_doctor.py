"""The command `phiward doctor`."""

from __future__ import annotations

from scanner.cli import options as opt


def doctor(
    account: opt.Accounts = None, format: opt.PlainForm = opt.PlainFormat.TABLE,
    config: opt.Config = None, store: opt.Store = "",
) -> int:  # fmt: skip
    """Look whether a scan would work here, and say how to mend what would not: exit 1 where something is to mend."""
    from scanner.cli.doctor import run_doctor

    return run_doctor(config, store, account or (), as_json=format is opt.PlainFormat.JSON)
