"""What the remediate commands share: the plan's file, the judged world, the journal."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.cli.scanning import make_judge
from scanner.cli.wire import Clock, UsageError, Wiring

if TYPE_CHECKING:
    from remediation.planning import Choice, Ground
    from remediation.world import Judge
    from scanner.engine.evaluate import Context
    from scanner.model.finding import Finding
    from scanner.model.kind import Kind
    from scanner.model.plan import Plan, Step
    from scanner.model.resource import Snapshot
    from scanner.model.rule import Rule
    from scanner.store import Store

PLAN = Path("remediation.json")


@dataclass(frozen=True)
class Chosen:
    """Which findings or steps a command is about; what is empty means all."""

    severity: str = "info"
    rules: Sequence[str] = ()
    accounts: Sequence[str] = ()
    limit: int = 0
    exclude_tags: Sequence[str] = ()
    steps: Sequence[str] = ()

    def choice(self, wiring: Wiring) -> Choice:
        """Make the choice, with rules and accounts by their ids.

        Raises:
            UsageError: a rule or account is named that does not exist, or a tag is no `key=value`.
        """
        from remediation.planning import Choice

        known = {rule.id for rule in wiring.rules(ids=self.rules)} if self.rules else set()
        return Choice(self.severity, sorted(known), self.named(wiring), self.limit, self.tags())

    def named(self, wiring: Wiring) -> tuple[str, ...]:
        """Give the accounts by their ids.

        Raises:
            UsageError: one is neither an id nor a name in config.toml.
        """
        by_name = {table.name: account for account, table in wiring.config.accounts.items() if table.name}
        found = tuple(by_name.get(text, text) for text in self.accounts)
        for text in found:
            if len(text) != len("123456789012") or not text.isdigit():
                raise UsageError(f"--account {text}: neither twelve digits nor a name in config.toml")
        return found

    def tags(self) -> tuple[tuple[str, str], ...]:
        """Give the tags as key and value; without `=` any value counts.

        Raises:
            UsageError: a tag has no key.
        """
        found = tuple((key, value) for key, _, value in (text.partition("=") for text in self.exclude_tags))
        if any(not key for key, _ in found):
            raise UsageError("--exclude-tag: give key=value, or key alone for any value")
        return found

    def picked(self, plan: Plan, wiring: Wiring) -> list[Step]:
        """Choose steps of a plan; of `limit` nothing is known here, as it speaks of those that are not done.

        Raises:
            UsageError: an option names what there is not.
            PlanError: the plan has no such step.
        """
        from scanner.model.rule import SEVERITIES

        named = {plan.step(text).id for text in self.steps}
        choice, accounts = self.choice(wiring), self.named(wiring)
        tags = {(key.casefold(), value.casefold()) for key, value in choice.exclude_tags}
        return [
            step
            for step in plan.steps
            if (not named or step.id in named)
            and (not choice.rules or set(step.rules) & set(choice.rules))
            and (not accounts or step.account in accounts)
            and SEVERITIES.index(step.severity) >= SEVERITIES.index(self.severity)
            and not any(
                (key.casefold(), value.casefold()) in tags or (key.casefold(), "") in tags
                for key, value in step.tags.items()
            )
        ]


def judging(wiring: Wiring) -> Judge:
    """Give what judges a snapshot by rules, under the configuration."""

    def judge(rules: Sequence[type[Rule]], snapshot: Snapshot) -> Iterable[Finding]:
        return replace(make_judge(wiring, rules), remedy=None).findings(snapshot)

    return judge


def context_of(wiring: Wiring, snapshot: Snapshot) -> Context:
    """Give the judged world of a snapshot."""
    from scanner.engine.evaluate import Context
    from scanner.engine.parameters import Parameters
    from scanner.engine.scope import Scope
    from scanner.model.inventory import Inventory

    inventory = Inventory.of(snapshot.resources, snapshot.coverage)
    parameters = Parameters(wiring.config, wiring.known_rules(), wiring.name)
    return Context(inventory, snapshot.as_of, parameters, Scope(wiring.config.scope))


def ground_of(
    wiring: Wiring, snapshot: Snapshot, managed: Mapping[str, str] | None = None, *, partial: bool = False
) -> Ground:
    """Give what steps are made out from; `managed` is what code rules, which no machine changes."""
    from remediation.planning import Ground
    from scanner.engine.registry import kinds

    return Ground(context_of(wiring, snapshot), wiring.known_rules(), kinds(), managed or {}, partial)


def managed_by(wiring: Wiring, snapshot: Snapshot, known: Mapping[str, type[Kind]]) -> dict[str, str]:
    """Give the address of each resource that a state of Terraform holds, by ARN.

    Raises:
        GivenError: a state that config.toml names cannot be used.
    """
    if not wiring.config.iac.terraform:
        return {}
    from scanner.cli.codifying import read
    from scanner.engine.codified import codified
    from scanner.kinds.canon import canons

    given = [state for place in wiring.config.iac.terraform for state in read(wiring, place)]
    found = codified(given, snapshot, known, canons(known.values()))
    return {each.resource: each.address for each in found.managed}


def read_plan(path: Path | None) -> Plan:
    """Read the plan of a command.

    Raises:
        PlanError: it is not there, or is none.
    """
    from remediation.files import read

    return read(path or PLAN)


def journal_of(store: Store, plan: Plan, by: str = "", clock: Callable[[], Any] | None = None) -> Any:
    """Give the journal of a plan."""
    from remediation.journal import Journal

    return Journal(store, plan, clock or Clock().now, by or getpass.getuser())
