"""The commands of `phiward notify`."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli import options as opt
from scanner.cli.page import Program

notify_app = Program(help="Who is told what after a scan: send a test, send what is untold.")


@notify_app.command("test")
def send_test(
    name: Annotated[str, typer.Argument(help="The channel's name in the table notify of config.toml.")],
    config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False,
) -> int:  # fmt: skip
    """Send a test message to one channel; exit 3 if it was not taken."""
    from scanner.cli import notifying
    from scanner.cli.wire import Wiring

    return notifying.send_test(Wiring.find(config, store), name, quiet=quiet)


@notify_app.command("send")
def send(
    scan: opt.ScanId = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be told; send nothing.")] = False,
    config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False,
) -> int:  # fmt: skip
    """Tell each channel what it was not told yet, of the newest scan or of another; exit 3 if it did not arrive."""
    from scanner.cli import notifying
    from scanner.cli.wire import Wiring

    return notifying.send(Wiring.find(config, store), scan, dry=dry_run, quiet=quiet)
