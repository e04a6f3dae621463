"""The demo organisation mended: every failure planned for, one step of each rule rehearsed, applied and taken back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import pytest

from remediation.files import read, write
from remediation.twin.building import build, concerned
from remediation.twin.likeness import differences
from remediation.twin.looking import look
from remediation.twin.site import Site
from scanner.aws.sessions import Sessions
from scanner.cli.remedies.carrying import approve, rehearse
from scanner.cli.remedies.doing import apply, rollback
from scanner.cli.remedies.ground import Chosen
from scanner.cli.remedies.planning import make_plan, shown
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, Wiring
from scanner.demo import DemoServer, seed
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.model.exits import CLEAN
from scanner.model.finding import Finding, Verdict
from scanner.model.plan import Outcome, Plan, Step
from scanner.model.resource import Snapshot
from scanner.store import Store

RULES = 60
"""What the acceptance asks for: so many different rules' remedies proved in the twin."""


MOMENT, TELEMETRY, SERVER = "moments are the twin's own", "no call sets it", "moto chooses it"
UNLIKE = {
    "AWS::::Account": {"root_mfa": TELEMETRY},
    "AWS::CertificateManager::Certificate": {"not_after": MOMENT, "not_before": MOMENT},
    "AWS::EC2::Image": {"created": MOMENT},
    "AWS::EC2::Instance": {"compliance": TELEMETRY, "launched": MOMENT, "ssm_ping": TELEMETRY},
    "AWS::EC2::Snapshot": {"started": MOMENT},
    "AWS::EC2::Subnet": {"free_addresses": SERVER, "is_default": SERVER},
    "AWS::EC2::Volume": {"created": MOMENT},
    "AWS::EC2::VPNConnection": {"samples": TELEMETRY, "telemetry": TELEMETRY, "traffic": TELEMETRY},
    "AWS::ECS::Cluster": {"registered_instances": SERVER},
    "AWS::ECS::Service": {"memory_hours": TELEMETRY, "steadiness": MOMENT},
    "AWS::CloudTrail::ShadowTrail": {"delivered": MOMENT},
    "AWS::EC2::NetworkInterface": {"place": SERVER, "subnet": SERVER},
    "AWS::ECS::Task": {"availability_zone": SERVER, "began": MOMENT, "container_instance": SERVER, "subnets": SERVER},
    "AWS::IAM::Role": {"created": MOMENT, "services": TELEMETRY},
    "AWS::IAM::User": {"key_1_rotated": MOMENT, "password_changed": MOMENT},
    "AWS::KMS::Key": {"created": MOMENT, "rotates": "denied in the account, answered in the twin"},
    "AWS::SecretsManager::Secret": {
        "created": MOMENT,
        "kms_key": "of one that RDS keeps, moto names the key otherwise",
    },
}
"""What a twin has otherwise than the account, and why; everything else that phiward knows must be equal."""

UNBUILT = {"AWS::Backup::ProtectedResource", "AWS::Backup::RecoveryPoint", "AWS::Config::DiscoveredType"}
"""What AWS makes by itself, of what is there."""

ONE = "media-site"
DRILL = bool(os.environ.get("PHIWARD_DRILL"))

pytestmark = [pytest.mark.timeout(1800), pytest.mark.drill, pytest.mark.long]


@dataclass
class Story:
    """What happened: the plan for everything, the one that was carried out, its rehearsal, and the verdicts then."""

    everything: Plan
    plan: Plan
    outcomes: dict[str, Outcome]
    applied: tuple[Step, ...]
    codes: dict[str, int]
    before: dict[str, Finding]
    mended: dict[str, Finding]
    back: dict[str, Finding]
    snapshot: Snapshot


def scanned(wiring: Wiring, store: Store, steps: Sequence[Step] = ()) -> dict[str, Finding]:
    """Scan everything, or what steps are about."""
    wanted = Wanted()
    if steps:
        rules = {rule for step in steps for rule in step.rules}
        wanted = Wanted(accounts=sorted({step.account for step in steps}), rules=sorted(rules))
    found = run_scan(wiring, wanted, Sessions(), store=store, clock=Clock(Clock().now())).findings
    return {finding.fingerprint: finding for finding in found}


def one_of_each_rule(plan: Plan) -> Plan:
    """Keep of the steps that a machine carries out one for each rule, in the three accounts that fail most rules.

    At the full dose, in all.
    """
    runs = [step for step in plan.steps if step.runs]
    rules = {
        account: {rule for step in runs if step.account == account for rule in step.rules} for account in plan.accounts
    }
    seen: set[str] = set()
    kept: set[str] = set()
    for _ in range(len(rules) if DRILL else 3):
        account = max(rules, key=lambda each: (len(rules[each] - seen), each))
        for step in runs:
            if step.account == account and not set(step.rules) <= seen:
                seen |= set(step.rules)
                kept.add(step.id)
        del rules[account]
    steps = tuple(step for step in runs if step.id in kept)
    return msgspec.structs.replace(plan, id=f"{plan.id}-one", steps=steps)


def some_of(plan: Plan) -> Iterator[Step]:
    """Give one step of each form and kind in the account that fails most rules, and what they wait for."""
    most = Counter(step.account for step in plan.steps).most_common(1)[0][0]
    seen: set[tuple[str, str]] = set()
    for step in plan.steps:
        if step.account == most and (step.form, step.kind) not in seen and step.undo and not step.follows:
            seen.add((step.form, step.kind))
            yield step


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
            snapshot = store.snapshot(store.scans()[-1].id)
        make_plan(wiring, "", Chosen(), (), everything, as_json=False, quiet=True)
        plan = one_of_each_rule(read(everything))
        write(plan, chosen)
        codes = {"rehearse": rehearse(wiring, chosen, as_json=False, quiet=True)}
        with wiring.store() as store:
            rehearsal = shown(store, plan)
        assert rehearsal is not None
        assert not rehearsal.refuted, [f"{each.step}: {each.why}" for each in rehearsal.refuted]
        approve(wiring, chosen, reason="the acceptance of the demo", until="", by="tester", revoke=False)
        applied = plan.steps if DRILL else tuple(some_of(plan))
        picked = Chosen(steps=tuple(step.id for step in applied))
        codes["apply"] = apply(wiring, chosen, picked, dry=False, wave=1000, canary=False)
        with wiring.store() as store:
            mended = scanned(wiring, store, applied)
        codes["rollback"] = rollback(wiring, chosen, picked)
        with wiring.store() as store:
            back = scanned(wiring, store, applied)
    outcomes = {each.step: each for each in rehearsal.outcomes}
    return Story(read(everything), plan, outcomes, applied, codes, before, mended, back, snapshot)


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
    assert {step.form for step in story.applied} == {"custodian", "direct"}
    for step in story.applied:
        for mended in step.mends:
            finding = story.mended.get(mended.fingerprint)
            assert finding is None or finding.verdict in {Verdict.PASS, Verdict.SKIP}, (mended.rule, step.name)


def test_rollback_brings_the_former_state_back(story: Story) -> None:
    undone = [step for step in story.applied if step.undo]
    assert len({rule for step in undone for rule in step.rules}) >= (RULES if DRILL else 10)
    for step in undone:
        for mended in step.mends:
            assert story.back[mended.fingerprint].verdict is Verdict.FAIL, (mended.rule, step.name)


def test_the_twin_is_like_the_account(story: Story) -> None:
    """Ids are mapped one to one, secrets are placeholders, and nothing else differs but what is named."""
    names = {account for account, name in story.snapshot.names.items() if DRILL or name == ONE}
    known = kinds()
    wanted = [each for each in story.snapshot.resources if each.account in names]
    with DemoServer() as server:
        server.set_clock(story.snapshot.as_of)
        server.seed_random(1)
        site = Site(server.url)
        twin = build(site, concerned(wanted, wanted))
        places = {(each.account, each.region) for each in wanted}
        seen = look(site, places, known, Redactor(b"the test's own"), story.snapshot.as_of)
    assert {kind for _, _, kind, _ in twin.lacking} <= UNBUILT, twin.lacking
    told = {(each.resource[2], each.fact) for each in differences(twin.built.values(), seen.resources, known)}
    assert told <= {(kind, fact) for kind, facts in UNLIKE.items() for fact in facts}
    assert len(twin.built) > 0.9 * len(wanted)
