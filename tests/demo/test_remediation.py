"""The demo organisation mended: every failure planned for, one step of each rule rehearsed, applied and taken back."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest

from remediation.files import read, write
from scanner.aws.sessions import Sessions
from scanner.cli.remedies.carrying import approve, rehearse
from scanner.cli.remedies.doing import apply, rollback
from scanner.cli.remedies.ground import Chosen
from scanner.cli.remedies.planning import make_plan, shown
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, Wiring
from scanner.demo import DemoServer, seed
from scanner.model.finding import Finding, Verdict
from scanner.model.plan import Outcome, Plan
from scanner.run import CLEAN
from scanner.store import Store

RULES = 60
"""What the acceptance asks for: so many different rules' remedies proved in the twin."""


@dataclass
class Story:
    """What happened: the plan for everything, the one that was carried out, its rehearsal, and the verdicts then."""

    everything: Plan
    plan: Plan
    outcomes: dict[str, Outcome]
    codes: dict[str, int]
    before: dict[str, Finding]
    mended: dict[str, Finding]
    back: dict[str, Finding]


def scanned(wiring: Wiring, store: Store, plan: Plan | None = None) -> dict[str, Finding]:
    """Scan everything, or what a plan's steps are about."""
    wanted = Wanted()
    if plan is not None:
        rules = {rule for step in plan.steps for rule in step.rules}
        wanted = Wanted(accounts=sorted({step.account for step in plan.steps}), rules=sorted(rules))
    found = run_scan(wiring, wanted, Sessions(), store=store, clock=Clock(Clock().now())).findings
    return {finding.fingerprint: finding for finding in found}


def one_of_each_rule(plan: Plan) -> Plan:
    """Keep of the steps that a machine carries out one for each rule, in as few accounts as will do."""
    runs = [step for step in plan.steps if step.runs]
    rules = {
        account: {rule for step in runs if step.account == account for rule in step.rules} for account in plan.accounts
    }
    seen: set[str] = set()
    kept: set[str] = set()
    while rules:
        account = max(rules, key=lambda each: (len(rules[each] - seen), each))
        for step in runs:
            if step.account == account and not set(step.rules) <= seen:
                seen |= set(step.rules)
                kept.add(step.id)
        del rules[account]
    steps = tuple(step for step in runs if step.id in kept)
    return msgspec.structs.replace(plan, id=f"{plan.id}-one", steps=steps)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("mended")
    everything, chosen = folder / "everything.json", folder / "one.json"
    with DemoServer() as server, pytest.MonkeyPatch.context() as environment:
        organisation = seed(server, Clock().now())
        for name, value in organisation.environment().items():
            environment.setenv(name, value)
        (folder / "config.toml").write_text(organisation.config_toml(str(folder / "phiward.db")))
        wiring = Wiring.find(folder / "config.toml")
        with wiring.store() as store:
            before = scanned(wiring, store)
        make_plan(wiring, "", Chosen(), (), everything, as_json=False, quiet=True)
        plan = one_of_each_rule(read(everything))
        write(plan, chosen)
        codes = {"rehearse": rehearse(wiring, chosen, as_json=False, quiet=True)}
        with wiring.store() as store:
            rehearsal = shown(store, plan)
        assert rehearsal is not None
        assert not rehearsal.refuted, [f"{each.step}: {each.why}" for each in rehearsal.refuted]
        approve(wiring, chosen, reason="the acceptance of the demo", until="", by="tester", revoke=False)
        codes["apply"] = apply(wiring, chosen, Chosen(), dry=False, wave=1000, canary=False)
        with wiring.store() as store:
            mended = scanned(wiring, store, plan)
        codes["rollback"] = rollback(wiring, chosen, Chosen())
        with wiring.store() as store:
            back = scanned(wiring, store, plan)
    outcomes = {each.step: each for each in rehearsal.outcomes}
    return Story(read(everything), plan, outcomes, codes, before, mended, back)


def test_every_failure_has_a_step(story: Story) -> None:
    planned = {each.fingerprint for step in story.everything.steps for each in step.mends}
    assert planned == {each.fingerprint for each in story.before.values() if each.verdict is Verdict.FAIL}
    assert story.everything.left_out == {}
    for step in story.everything.steps:
        assert step.policy or step.writes or step.runbook
        assert step.runs == bool(step.policy or step.writes)
        assert not step.runs or step.undo or step.lasting
        assert not step.runs or step.permissions


def test_the_rehearsal_proves_the_remedies_of_sixty_rules(story: Story) -> None:
    proved = {rule for step in story.plan.steps if story.outcomes[step.id].verdict == "proved" for rule in step.rules}
    assert len(proved) >= RULES, sorted(proved)
    forms = {step.form for step in story.plan.steps if story.outcomes[step.id].verdict == "proved"}
    assert forms == {"custodian", "direct"}


def test_what_is_not_proved_says_why(story: Story) -> None:
    for outcome in story.outcomes.values():
        assert outcome.verdict in {"proved", "proved-on-fake"} or outcome.why
        assert (outcome.verdict == "proved-on-fake") == bool(outcome.fake and outcome.verdict.startswith("proved"))


def test_apply_turns_the_findings_to_pass_in_the_next_scan(story: Story) -> None:
    assert story.codes["apply"] == CLEAN
    for step in story.plan.steps:
        for mended in step.mends:
            finding = story.mended.get(mended.fingerprint)
            assert finding is None or finding.verdict in {Verdict.PASS, Verdict.SKIP}, (mended.rule, step.name)


def test_rollback_brings_the_former_state_back(story: Story) -> None:
    for step in story.plan.steps:
        if not step.undo:
            continue
        for mended in step.mends:
            assert story.back[mended.fingerprint].verdict is Verdict.FAIL, (mended.rule, step.name)
    undone = [step for step in story.plan.steps if step.undo]
    assert len({rule for step in undone for rule in step.rules}) >= RULES
