"""A plan to render: every form, risk and verdict, three accounts, what is left out, and names that attack."""

from __future__ import annotations

from typing import Any

from scanner.model.plan import Change, Outcome, Plan, Read, Rehearsal, Step, WriteCall
from tests.reports.factory import NASTY
from tests.reports.remediation_steps import (
    CELL,
    CITY,
    EAST,
    ENCRYPT,
    GROUP,
    IMAGES,
    IN_CODE,
    LOCKED,
    PHI,
    ROTATION,
    STEPS,
    TUNNEL,
    mended,
    policy,
    step,
)


def plan(steps: tuple[Step, ...] = STEPS, **more: Any) -> Plan:
    found: dict[str, Any] = {
        "id": "p-7c0ffee1",
        "scan": "2026-11-20T023000Z-77aa",
        "as_of": "2026-11-20T02:30:00Z",
        "made_at": "2026-11-20T08:00:00Z",
        "phiward": "0.1.0",
        "accounts": {PHI: "phi-cluster", CITY: "city-webapps", CELL: "cell-alpha"},
        "chosen": {"severity": "low", "exclude_tag": ["legacy=yes"]},
        "left_out": {"accepted as a risk": 4, "the rule could not be assessed": 2},
        "steps": steps,
        **more,
    }
    return Plan(**found)


OUTCOMES = (
    Outcome(
        step=ROTATION.id,
        verdict="proved",
        calls=("kms.EnableKeyRotation",),
        after=(Read("rotates", value=True),),
        undone="yes",
    ),
    Outcome(
        step=LOCKED.id, verdict="proved-on-fake", fake=("s3.PutPublicAccessBlock",), calls=("s3.PutPublicAccessBlock",)
    ),
    Outcome(step=IMAGES.id, verdict="not-provable", why="the twin lacks ec2.EnableImageBlockPublicAccess"),
    Outcome(step=ENCRYPT.id, verdict="manual", why="a runbook: a person carries it out"),
    Outcome(step=IN_CODE.id, verdict="manual", why="a patch: it is applied with Terraform"),
    Outcome(step=TUNNEL.id, verdict="proved", calls=("ec2.ModifyVpnTunnelOptions",)),
    Outcome(
        step=GROUP.id,
        verdict="refuted",
        why="exit 0 and 3 resources, but ec2_imdsv2 is still FAIL: tokens are optional",
    ),
)
EVENTS: tuple[dict[str, Any], ...] = tuple(
    {"seq": n, "plan": of, "event": event, "at": f"2026-11-20T09:{n:02}:00Z", "step": step_, "by": by, "body": body}
    for n, (of, event, step_, by, body) in enumerate(
        (
            ("p-7c0ffee1", "approved", "", "m.okafor", {"reason": "change 4711"}),
            ("p-7c0ffee1", "opened", ROTATION.id, "", {}),
            ("p-7c0ffee1", "verified", ROTATION.id, "", {}),
            ("p-0ther", "applied", ROTATION.id, "", {}),
        )
    )
)


def rehearsal(of: Plan | None = None, outcomes: tuple[Outcome, ...] = OUTCOMES) -> Rehearsal:
    of = of or plan()
    return Rehearsal(
        plan=of.id,
        hash=of.hash,
        at="2026-11-20T08:20:00Z",
        versions={"moto": "5.2.5", "c7n": "0.9.53"},
        outcomes=outcomes,
    )


def hostile() -> Plan:
    """Make a plan whose every text is an attack on a renderer, a shell, YAML or Terraform."""
    return plan(
        tuple(_attacked(n, text) for n, text in enumerate((*NASTY, "it's `id` $(id) ${x} %{ if }\n```\n@team #1"))),
        id=NASTY[0],
        scan=NASTY[3],
        left_out={NASTY[0]: 1},
        accounts={PHI: NASTY[1]},
    )


def _attacked(n: int, text: str) -> Step:
    form = ("custodian", "direct", "patch", "runbook")[n % 4]
    call = WriteCall("s3.PutBucketPolicy", {"Bucket": text, text: [text]}, EAST)
    return step(
        100 + n,
        form,
        PHI,
        EAST,
        kind="AWS::S3::Bucket",
        resource=f"arn:aws:s3:::{text}",
        name=text,
        title=text,
        risk="low",
        downtime=text,
        cost=text,
        lasting=text if n % 2 else "",
        after=text,
        why=text,
        runbook=(text, text),
        writes=(call,),
        undo=(call,),
        mends=(mended("s3_versioning", text, text, part=text),),
        changes=(Change(text, before=text, after={text: text}), Change("x", before=text)),
        policy=policy(
            "s3_versioning",
            "s3",
            "Name",
            [text],
            [{"type": "value", "key": "tag:x", "value": text}],
            [{"type": "toggle-versioning"}],
        ),
        permissions=(text,),
        hipaa=(text,),
        managed_by=text,
        brings=(text,),
        tags={text: text},
        terraform={"aws_s3_bucket": {"bucket": text, "tags": {text: text}}},
    )


def attacked() -> tuple[Plan, Rehearsal, tuple[dict[str, Any], ...]]:
    """Give the hostile plan with a rehearsal and events that attack as well."""
    made = hostile()
    outcomes = tuple(Outcome(step=each.id, verdict="refuted", why=each.name, fake=(each.name,)) for each in made.steps)
    events = tuple(
        {"step": each.id, "event": each.name, "at": each.name, "by": each.name, "body": {"why": each.name}}
        for each in made.steps
    )
    return made, rehearsal(made, outcomes), events
