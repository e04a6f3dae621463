"""The commands of `phiward schedule`, and `phiward prune`, which one of its jobs is."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli import options as opt
from scanner.cli.page import Program

schedule_app = Program(help="Scans, reports, gates and prunings by the clock: run, list.")


@schedule_app.command("run")
def run(
    once: Annotated[bool, typer.Option("--once", help="Run what is due now and leave: for another clock.")] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Loopback port of health and metrics; 0 a free one.")
    ] = None,
    config: opt.Config = None, store: opt.Store = "",
) -> int:  # fmt: skip
    """Run the jobs of config.toml by the clock until stopped; with --once exit as the gravest job did."""
    from scanner.cli.scheduling import run_schedule
    from scanner.cli.wire import Wiring

    return run_schedule(Wiring.find(config, store), once=once, port=port, store=store)


@schedule_app.command("list")
def list_(format: opt.PlainForm = opt.PlainFormat.TABLE, config: opt.Config = None, store: opt.Store = "") -> None:
    """Show each job: when it is due next, and what became of its last run."""
    from scanner.cli.scheduling import list_schedule
    from scanner.cli.wire import Wiring

    list_schedule(Wiring.find(config, store), as_json=format is opt.PlainFormat.JSON)


@schedule_app.command("tell", hidden=True)
def tell(
    text: Annotated[str, typer.Argument(help="What failed, and how.")], config: opt.Config = None, store: opt.Store = ""
) -> None:
    """Tell the channels of [notify] that a job failed for good."""
    from scanner.cli.scheduling import tell_failure
    from scanner.cli.wire import Wiring

    tell_failure(Wiring.find(config, store), text)


def prune(config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False) -> None:
    """Forget what is older than retention_days in config.toml, by default six years; the seals stay."""
    from scanner.cli.scheduling import prune_store
    from scanner.cli.wire import Wiring

    prune_store(Wiring.find(config, store), quiet=quiet)
