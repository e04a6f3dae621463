"""The commands of `phiward remediate`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import options as opt
from scanner.cli.page import Program

remediate_app = Program(help="Mend what was found: plan, rehearse, approve, apply, verify, roll back.")


class PlanFormat(StrEnum):
    """The forms that a plan can have."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    PDF = "pdf"
    CUSTODIAN = "custodian"


PlanFile = Annotated[Path | None, typer.Argument(help="The plan's file; else ./remediation.json.", show_default=False)]
Severity = Annotated[opt.Level, typer.Option("--severity", help="Only findings at or above this severity.")]
Limit = Annotated[int, typer.Option("--limit", min=0, help="At most so many steps; 0 for all.")]
ExcludeTag = Annotated[
    list[str] | None,
    typer.Option("--exclude-tag", help="Leave out what bears the tag: key=value, or key; may be repeated."),
]
StepIds = Annotated[list[str] | None, typer.Option("--step", help="Only this step, by its id; may be repeated.")]
Without = Annotated[
    list[str] | None, typer.Option("--without", help="Leave this step out, by its id; may be repeated.")
]
Form = Annotated[PlanFormat, typer.Option("--format", help="Form; markdown is for tickets, custodian a folder.")]
Reason = Annotated[str, typer.Option("--reason", help="Why this may be done, such as a change's number; needed.")]
Until = Annotated[str, typer.Option("--until", help="The last day, such as 2027-03-31; else as config.toml says.")]
Revoke = Annotated[bool, typer.Option("--revoke", help="Take the approval back; a run stops before its next wave.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what an approved plan would do now; change nothing.")]


@remediate_app.command("plan")
def plan(
    scan: opt.ScanId = "", severity: Severity = opt.Level.INFO, rule: opt.Rules = None, account: opt.Accounts = None,
    limit: Limit = 0, exclude_tag: ExcludeTag = None,
    without: Without = None,
    out: Annotated[Path | None, typer.Option("--out", help="The plan's file; else ./remediation.json.")] = None,
    format: opt.PlainForm = opt.PlainFormat.TABLE,
    config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False,
) -> None:  # fmt: skip
    """Plan what would mend a scan's failures; nothing is changed."""
    from scanner.cli.remedies.ground import Chosen
    from scanner.cli.remedies.planning import make_plan
    from scanner.cli.wire import Wiring

    chosen = Chosen(severity.value, rule or (), account or (), limit, exclude_tag or ())
    as_json = format is opt.PlainFormat.JSON
    make_plan(Wiring.find(config, store), scan, chosen, tuple(without or ()), out, as_json=as_json, quiet=quiet)


@remediate_app.command("report")
def report(
    plan: PlanFile = None, format: Form = PlanFormat.TABLE,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; for custodian a folder.")] = None,
    config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False,
) -> None:  # fmt: skip
    """Show a plan, its rehearsal and what was done: for a ticket, as page or PDF, or as policies for Custodian."""
    from scanner.cli.remedies.planning import report as render
    from scanner.cli.wire import Wiring

    render(Wiring.find(config, store), plan, format.value, out, quiet=quiet)


@remediate_app.command("rehearse")
def rehearse(
    plan: PlanFile = None, format: opt.PlainForm = opt.PlainFormat.TABLE,
    config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False,
) -> int:  # fmt: skip
    """Try the plan in a twin of the accounts, in memory: which steps do what they say; exit 1 if one is refuted."""
    from scanner.cli.remedies.carrying import rehearse as perform
    from scanner.cli.wire import Wiring

    return perform(Wiring.find(config, store), plan, as_json=format is opt.PlainFormat.JSON, quiet=quiet)


@remediate_app.command("approve")
def approve(
    plan: PlanFile = None,
    reason: Reason = "", until: Until = "", revoke: Revoke = False,
    by: opt.By = "", config: opt.Config = None, store: opt.Store = "",
) -> None:  # fmt: skip
    """Approve this very plan, which was rehearsed, for some days."""
    from scanner.cli.remedies.carrying import approve as sign
    from scanner.cli.wire import Wiring

    sign(Wiring.find(config, store), plan, reason=reason, until=until, by=by, revoke=revoke)


@remediate_app.command("apply")
def apply(
    plan: PlanFile = None,
    dry_run: DryRun = False,
    severity: Severity = opt.Level.INFO, rule: opt.Rules = None, account: opt.Accounts = None, limit: Limit = 0,
    exclude_tag: ExcludeTag = None, step: StepIds = None,
    wave: Annotated[int, typer.Option("--wave", min=0, help="Steps before each look; else as config.toml says.")] = 0,
    canary: Annotated[bool, typer.Option("--canary/--no-canary", help="One resource of each rule first.")] = True,
    config: opt.Config = None, store: opt.Store = "",
) -> int:  # fmt: skip
    """Carry out an approved plan by the credentials that may write, wave by wave; a killed run is resumed."""
    from scanner.cli.remedies.doing import apply as carry_out
    from scanner.cli.remedies.ground import Chosen
    from scanner.cli.wire import Wiring

    chosen = Chosen(severity.value, rule or (), account or (), limit, exclude_tag or (), step or ())
    return carry_out(Wiring.find(config, store), plan, chosen, dry=dry_run, wave=wave, canary=canary)


@remediate_app.command("verify")
def verify(
    plan: PlanFile = None, format: opt.PlainForm = opt.PlainFormat.TABLE,
    config: opt.Config = None, store: opt.Store = "",
) -> int:  # fmt: skip
    """Collect and judge again what the plan has mended; exit 1 if something fails again or cannot be judged."""
    from scanner.cli.remedies.carrying import verify as judge_again
    from scanner.cli.wire import Wiring

    return judge_again(Wiring.find(config, store), plan, as_json=format is opt.PlainFormat.JSON)


@remediate_app.command("rollback")
def rollback(
    plan: PlanFile = None, rule: opt.Rules = None, account: opt.Accounts = None, step: StepIds = None,
    config: opt.Config = None, store: opt.Store = "",
) -> int:  # fmt: skip
    """Bring back what was there before, for the steps that can be undone, the last one first."""
    from scanner.cli.remedies.doing import rollback as take_back
    from scanner.cli.remedies.ground import Chosen
    from scanner.cli.wire import Wiring

    return take_back(
        Wiring.find(config, store), plan, Chosen(rules=rule or (), accounts=account or (), steps=step or ())
    )
