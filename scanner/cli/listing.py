"""`phiward rules`: the rules as a table, as JSON, or one of them whole."""

from __future__ import annotations

import inspect
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.cli.output import answer, console
from scanner.cli.page import wrapped
from scanner.cli.wire import UsageError
from scanner.engine.packs import packs_of
from scanner.model.exits import CLEAN, VIOLATION

if TYPE_CHECKING:
    from scanner.cli.wire import Wiring
    from scanner.model.rule import Rule

NARROW = 30
"""Where a terminal leaves less for a rule's title, that stands below."""


def parameters_of(rule: type[Rule]) -> list[dict[str, Any]]:
    """Say a rule's parameters: name, type, default, meaning."""
    from scanner.engine.parameters import described

    return described(rule)


def document(rule: type[Rule]) -> dict[str, Any]:
    """Give a rule as `rules list --format json` shows it."""
    from reports.remedy import remedy_kind, remedy_text

    return {
        "id": rule.id,
        "title": rule.title,
        "kinds": list(dict.fromkeys((*(kind.cfn for kind in rule.judged()), *sorted(kind.cfn for kind in rule.needs)))),
        "severity": rule.severity,
        "category": rule.category,
        "packs": list(packs_of(rule)),
        "hipaa": list(rule.hipaa),
        "hipaa_proposed": list(rule.hipaa_proposed),
        "sources": [str(source) for source in rule.sources],
        "aliases": list(rule.aliases),
        "related": list(rule.related),
        "parameters": parameters_of(rule),
        "remedy": {"kind": remedy_kind(rule.remedy), "text": remedy_text(rule.remedy, rule.id)},
        "since": rule.since,
    }


def list_rules(wiring: Wiring, packs: Sequence[str], *, as_json: bool) -> None:
    """List the rules of the packs, by default all there are."""
    import msgspec

    rules = wiring.rules(packs) if packs else list(wiring.known_rules().values())
    if as_json:
        answer(msgspec.json.format(msgspec.json.encode([document(rule) for rule in rules]), indent=2))
        return
    answer("\n".join((*_table(rules), f"{len(rules)} rules")))


def _table(rules: Sequence[type[Rule]]) -> Iterator[str]:
    """Write a line for each rule; what a terminal has no room for stands below it."""
    rows = [("rule", "severity", "category", "requirement")]
    rows += [(rule.id, rule.severity, rule.category, rule.title) for rule in rules]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lead = sum(widths[:3]) + 6
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else lead + widths[3]
    below = width - lead < NARROW
    for name, severity, category, title in rows:
        about = f"{name:<{widths[0]}}  {severity:<{widths[1]}}  {category:<{widths[2]}}  "
        first, *more = ["", *wrapped(title, width - 4)] if below else wrapped(title, width - lead)
        yield f"{about}{first}".rstrip()
        yield from (" " * (4 if below else lead) + line for line in more)


def show_rule(wiring: Wiring, name: str) -> None:
    """Show one rule."""
    import msgspec

    from reports.remedy import remedy_code

    found = wiring.rules(ids=[name])
    if not found:
        raise UsageError(f"there is no rule {name!r}")
    rule = found[0]
    out = console(error=False)
    out.print(f"[bold]{rule.id}[/bold]  {rule.severity}, {rule.category}")
    out.print(inspect.cleandoc(rule.__doc__ or ""), markup=False)
    facts = {key: value for key, value in document(rule).items() if key not in {"id", "title", "severity", "category"}}
    remedy = facts.pop("remedy")
    for key, value in facts.items():
        if value:
            text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            out.print(f"{key:>15}  {text}", markup=False, soft_wrap=False)
    for title, text in ((f"Remedy: {remedy['kind']}", remedy["text"]), ("In Terraform", remedy_code(rule.remedy))):
        if text:
            out.print(f"\n[bold]{title}[/bold]")
            out.print(text, markup=False, highlight=False, soft_wrap=True)


def test_rules(paths: Sequence[Path]) -> int:
    """Try rules of the user's own by their examples; give the exit code.

    Raises:
        UnknownNameError: a path holds no rule, or one that cannot be loaded.
    """
    from scanner.engine.proof import problems
    from scanner.engine.registry import rules_from

    out = console(error=False)
    wrong = 0
    for rule in rules_from(paths).values():
        said = list(problems(rule))
        wrong += bool(said)
        out.print(f"{'FAIL' if said else 'ok':>4}  {rule.id}  {rule.title}", markup=False, soft_wrap=True)
        for line in said:
            out.print(f"      {line}", markup=False, soft_wrap=True)
    return VIOLATION if wrong else CLEAN
