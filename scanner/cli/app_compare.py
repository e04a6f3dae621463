"""The commands that compare: nights, accounts, code, plans."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import options as opt


def drift(
    since: Annotated[str, typer.Option("--since", help="Scan id, day or moment; else the scan before.")] = "",
    baseline: Annotated[str, typer.Option("--baseline", help="Compare with this approved baseline.")] = "",
    scan: opt.ScanId = "",
    cells: Annotated[str, typer.Option("--cells", help="Compare the accounts of this group with each other.")] = "",
    terraform: Annotated[
        list[str] | None, typer.Option("--terraform", help="State, plan, folder of states or s3://: code beside it.")
    ] = None,
    trail: Annotated[
        list[Path] | None, typer.Option("--trail", help="Exported CloudTrail file or folder: who did it.")
    ] = None,
    show_suppressed: Annotated[bool, typer.Option("--show-suppressed", help="Also what is none, and why.")] = False,
    fail_on: opt.FailOn = opt.Level.HIGH,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="Do not exit 3 for what can no longer be compared.")
    ] = False,
    format: Annotated[opt.DriftFormat, typer.Option("--format", help="Form.")] = opt.DriftFormat.TABLE,
    out: opt.Out = None, config: opt.Config = None, store: opt.Store = "", verbose: opt.Verbose = False,
) -> int:  # fmt: skip
    """Tell what changed, what it touches and who did it: exit 0 nothing, 1 at or above --fail-on, 3 incomplete."""
    from scanner.cli import drifting
    from scanner.cli.wire import Wiring

    asked = drifting.Asked(scan, since, baseline, cells, trail or (), terraform or (), show_suppressed)
    how = drifting.How(format.value, out, fail_on.value, allow_incomplete=allow_incomplete, verbose=verbose)
    return drifting.show_drift(Wiring.find(config, store), asked, how)


def gate(
    plan: Annotated[Path | None, typer.Option("--plan", help="Plan, by `terraform show -json tfplan`.")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="CloudFormation template.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", help="NAME=VALUE of the template; may be repeated.")
    ] = None,
    sources: Annotated[Path | None, typer.Option("--sources", help="Folder of the .tf files: file and line.")] = None,
    scan: opt.OverScan = "",
    baseline: Annotated[str, typer.Option("--baseline", help="Judge a scan against this approved baseline.")] = "",
    account: Annotated[str, typer.Option("--account", help="Account of the file, where it does not say it.")] = "",
    region: Annotated[str, typer.Option("--region", help="Region of the file, where it does not say it.")] = "",
    rule: opt.Rules = None, pack: opt.Packs = None, fail_on: opt.FailOn = opt.Level.HIGH,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="Do not exit 3 for what can no longer be judged.")
    ] = False,
    format: Annotated[opt.GateFormat, typer.Option("--format", help="Form.")] = opt.GateFormat.TEXT,
    out: opt.Out = None, config: opt.Config = None, store: opt.Store = "",
) -> int:  # fmt: skip
    """Stop what a plan or a change makes new or worse: exit 0 nothing, 1 at or above --fail-on, 3 incomplete."""
    from scanner.cli import gating
    from scanner.cli.drifting import How
    from scanner.cli.wire import Wiring

    asked = gating.Judged(
        plan, template, parameter or (), sources, scan, baseline, rule or (), pack or (), account, region
    )  # fmt: skip
    how = How(format.value, out, fail_on.value, allow_incomplete=allow_incomplete)
    return gating.run_gate(Wiring.find(config, store), asked, how)


def whatif(
    rule: opt.Rules = None,
    scan: Annotated[str, typer.Option("--scan", help="Id of the stored scan to begin with.")] = "",
    format: opt.PlainForm = opt.PlainFormat.TABLE, config: opt.Config = None, store: opt.Store = "",
    quiet: opt.Quiet = False,
) -> None:  # fmt: skip
    """Judge the stored scans by today's rule: since when has this been so."""
    from scanner.cli import whatif as asking
    from scanner.cli.wire import Wiring

    as_json = format is opt.PlainFormat.JSON
    asking.whatif(Wiring.find(config, store), rule or (), scan, as_json=as_json, quiet=quiet)
