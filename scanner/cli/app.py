"""The commands; each is short and hands over to the module that does it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import app_accept, app_accounts, app_compare, app_doctor, app_notify, app_remediate, app_schedule
from scanner.cli import options as opt
from scanner.cli.page import Program

app = Program(name="phiward", help="Watches AWS accounts that hold protected health information.")
rules_app = Program(help="The rules: list them, show one.")
app.add_typer(rules_app, name="rules")
baseline_app = Program(help="Approved scans to compare with: approve, show, prune.")
app.add_typer(baseline_app, name="baseline")
app.add_typer(app_remediate.remediate_app, name="remediate")
app.add_typer(app_schedule.schedule_app, name="schedule")
app.add_typer(app_accounts.accounts_app, name="accounts")
app.add_typer(app_notify.notify_app, name="notify")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"phiward {version('phiward')}")
        raise typer.Exit


@app.callback()
def _main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Watch AWS accounts that hold protected health information."""


@app.command()
def init(
    out: Annotated[Path, typer.Option("--out", help="Where to write.")] = Path("config.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace the file that is there.")] = False,
) -> None:
    """Look at who and where we are, and write a commented config.toml and the minimal IAM policy."""
    from scanner.cli.starting import write_config

    write_config(out, force=force)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for store and reports.")] = Path("demo-out"),
    nights: Annotated[int, typer.Option("--nights", min=1, max=15, help="Nights to scan.")] = 3,
    serve: Annotated[bool, typer.Option("--serve", help="Keep the AWS of the demo up for other commands.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Its port; 0 takes a free one.")] = 0,
    quiet: opt.Quiet = False,
) -> None:
    """Fill an AWS of our own on loopback with six accounts, scan it night after night, and write the reports."""
    from scanner.cli.demo import run_demo

    run_demo(out, nights=nights, serve=serve, port=port, quiet=quiet)


@app.command()
def scan(
    account: opt.Accounts = None, region: opt.Regions = None, kind: opt.Kinds = None, rule: opt.Rules = None,
    pack: opt.Packs = None, fail_on: opt.FailOn = opt.Level.HIGH, engine: opt.Engine = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the interrupted scan as it was asked.")] = False,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="Do not exit 3 for what could not be assessed.")
    ] = False,
    format: Annotated[opt.PlainFormat, typer.Option("--format", help="Form of the answer.")] = opt.PlainFormat.TABLE,
    config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False, verbose: opt.Verbose = False,
    incremental: opt.Incremental = None, id: Annotated[str, typer.Option("--id", hidden=True)] = "",
) -> int:  # fmt: skip
    """Enumerate, judge and keep: exit 0 clean, 1 new violation, 2 misuse, 3 incomplete, 4 internal error."""
    from scanner.cli.commands import do_scan
    from scanner.cli.notifying import watched
    from scanner.cli.scanning import Wanted
    from scanner.cli.wire import Wiring

    wanted = Wanted(
        account or (), region or (), kind or (), rule or (), pack or (), resume, engine, id, incremental
    )  # fmt: skip
    wiring = Wiring.find(config, store)
    with watched(wiring):
        return do_scan(
            wiring, wanted, fail_on=fail_on.value, allow_incomplete=allow_incomplete,
            as_json=format is opt.PlainFormat.JSON, quiet=quiet, verbose=verbose,
        )  # fmt: skip


@app.command()
def findings(
    scan: opt.ScanId = "", format: Annotated[opt.Format, typer.Option("--format", help="Form.")] = opt.Format.TABLE,
    out: opt.Out = None, every: Annotated[bool, typer.Option("--all", help="PASS and SKIP too, in the table.")] = False,
    since: opt.Since = "", account: opt.OfAccounts = None, owner: opt.Owner = "",
    config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False,
) -> None:  # fmt: skip
    """Show the findings of a scan that is stored."""
    from scanner.cli.commands import show_findings
    from scanner.cli.focus import Asked
    from scanner.cli.wire import Wiring

    asked = Asked(since, account or (), owner)
    show_findings(Wiring.find(config, store), scan, format.value, out, every=every, quiet=quiet, asked=asked)


@app.command()
def report(
    scan: opt.ScanId = "", format: Annotated[opt.Format, typer.Option("--format", help="Form.")] = opt.Format.HTML,
    since: opt.Since = "", account: opt.OfAccounts = None, owner: opt.Owner = "",
    each: opt.Each = "", sign: opt.Sign = False, push: opt.Push = False, dry_run: opt.DryRun = False,
    evidence: opt.Evidence = None, proof: opt.Proof = False,
    out: opt.Out = None, config: opt.Config = None, store: opt.Store = "", quiet: opt.Quiet = False,
) -> int:  # fmt: skip
    """Write the report of a scan: an HTML page, the auditor's PDF, CSV, JSON, a form for pipelines, or evidence."""
    from scanner.cli.focus import Asked
    from scanner.cli.reporting import Ways, make_reports
    from scanner.cli.wire import Wiring

    asked = Asked(since, account or (), owner)
    ways = Ways(each=each, push=push, dry_run=dry_run, sign=sign)
    if evidence or proof:
        from scanner.cli.evidencing import Pieces, write_evidence

        pieces = Pieces(evidence or (), proof=proof)
        pieces.check(format.value, ways)
        return write_evidence(Wiring.find(config, store), scan, pieces, out, asked=asked, quiet=quiet)
    return make_reports(Wiring.find(config, store), scan, format.value, out, quiet=quiet, asked=asked, ways=ways)


@app.command()
def explain(
    fingerprint: Annotated[str, typer.Argument(help="A finding's fingerprint, or the beginning of it.")],
    scan: opt.ScanId = "", config: opt.Config = None, store: opt.Store = "",
) -> None:  # fmt: skip
    """Explain one finding: the facts, the call behind each, the rule, its history, the remedy."""
    from scanner.cli.commands import explain_finding
    from scanner.cli.wire import Wiring

    explain_finding(Wiring.find(config, store), scan, fingerprint)


@app.command()
def accept(
    fingerprint: Annotated[str, typer.Argument(help="A finding's fingerprint, or the beginning of it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why the risk is taken.")] = "",
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it.")] = "",
    until: Annotated[str, typer.Option("--until", help="The last day, such as 2027-03-31.")] = "",
    not_reasonable: Annotated[
        str, typer.Option("--not-reasonable", help="Addressable: why it is not reasonable and appropriate here.")
    ] = "",
    instead: Annotated[str, typer.Option("--instead", help="Addressable: the equivalent measure.")] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the acceptance back.")] = False,
    by: opt.By = "", config: opt.Config = None, store: opt.Store = "",
) -> None:  # fmt: skip
    """Accept the risk of a finding until a day; it stays a FAIL, and reports print who accepted it and why."""
    from scanner.cli import accepting
    from scanner.cli.wire import Wiring

    words = accepting.Words(reason, owner, until, by, not_reasonable, instead)
    (accepting.revoke if revoke else accepting.accept)(Wiring.find(config, store), fingerprint, words)


app.command("accept-gap")(app_accept.accept_gap)


@baseline_app.command("approve")
def baseline_approve(
    name: Annotated[str, typer.Argument(help="The baseline's name; a former scan of it is superseded.")],
    scan: opt.ScanId = "", reason: Annotated[str, typer.Option("--reason", help="Why this is as it should be.")] = "",
    by: opt.By = "", config: opt.Config = None, store: opt.Store = "",
) -> None:  # fmt: skip
    """Approve a stored scan as how things should be."""
    from scanner.cli import baselines
    from scanner.cli.wire import Wiring

    baselines.approve(Wiring.find(config, store), name, scan, reason=reason, by=by)


@baseline_app.command("show")
def baseline_show(
    name: Annotated[str, typer.Argument(help="One baseline, with all its versions.", show_default=False)] = "",
    format: opt.PlainForm = opt.PlainFormat.TABLE, config: opt.Config = None, store: opt.Store = "",
) -> None:  # fmt: skip
    """Show what is approved: which scan, by whom, when, why."""
    from scanner.cli import baselines
    from scanner.cli.wire import Wiring

    baselines.show(Wiring.find(config, store), name, as_json=format is opt.PlainFormat.JSON)


@baseline_app.command("prune")
def baseline_prune(
    name: Annotated[str, typer.Argument(help="One baseline; else all.", show_default=False)] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the log.")] = "",
    by: opt.By = "", config: opt.Config = None, store: opt.Store = "",
) -> None:  # fmt: skip
    """Remove the versions that were superseded; the log keeps who approved and removed them."""
    from scanner.cli import baselines
    from scanner.cli.wire import Wiring

    baselines.prune(Wiring.find(config, store), name, reason=reason, by=by)


@app.command()
def verify(
    report: Annotated[Path | None, typer.Argument(help="A PDF, or a pack of evidence; without it, the store.")] = None,
    head: Annotated[str, typer.Option("--head", help="The seal printed in a report.")] = "",
    trust: Annotated[Path | None, typer.Option("--trust", help="Certificates (PEM) that must have signed it.")] = None,
    config: opt.Config = None, store: opt.Store = "",
) -> int:  # fmt: skip
    """Check that the store is what was sealed, or that a report is what the store gives: exit 1 where it is not."""
    from scanner.cli.verifying import verify as check
    from scanner.cli.wire import Wiring

    return check(Wiring.find(config, store), report, head, trust)


for command in (app_compare.drift, app_compare.gate, app_compare.whatif, app_schedule.prune, app_doctor.doctor):
    app.command()(command)


@app.command("iam-policy")
def iam_policy(
    out: opt.Out = None, rule: opt.Rules = None, pack: opt.Packs = None,
    publish: Annotated[bool, typer.Option("--publish", help="What `report --push` needs, and no more.")] = False,
    config: opt.Config = None,
) -> None:  # fmt: skip
    """Print the least IAM policy that a scan needs."""
    from scanner.cli.commands import print_policy
    from scanner.cli.wire import Wiring

    print_policy(Wiring.find(config), rule or (), pack or (), out, publish=publish)


@rules_app.command("list")
def rules_list(
    pack: opt.Packs = None, format: Annotated[opt.PlainFormat, typer.Option("--format")] = opt.PlainFormat.TABLE,
    config: opt.Config = None,
) -> None:  # fmt: skip
    """List the rules."""
    from scanner.cli.listing import list_rules
    from scanner.cli.wire import Wiring

    list_rules(Wiring.find(config), pack or (), as_json=format is opt.PlainFormat.JSON)


@rules_app.command("show")
def rules_show(rule: Annotated[str, typer.Argument(help="A rule's id or alias.")], config: opt.Config = None) -> None:
    """Show one rule: what it demands, why, its sources, parameters and remedy."""
    from scanner.cli.listing import show_rule
    from scanner.cli.wire import Wiring

    show_rule(Wiring.find(config), rule)


@rules_app.command("test")
def rules_test(
    paths: Annotated[list[Path], typer.Argument(help="Rule files of your own, or folders of them.")],
) -> int:
    """Try rules of your own by their examples, as phiward's own are tried: exit 1 when one does not hold."""
    from scanner.cli.listing import test_rules

    return test_rules(paths)
