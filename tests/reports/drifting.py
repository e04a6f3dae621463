"""A night of drift to report on: every sort of change, the actor known, half known and unknown, and what is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from reports.view import DriftView, LifeView, ScanRef
from scanner.engine.lives import Life
from scanner.model.change import Action, Attribution, Change, Confidence, Impact, Suppressed
from scanner.model.resource import Coverage
from tests.reports.factory import ACCOUNTS, AS_OF, NASTY

BEFORE = AS_OF - timedelta(days=1)
PHI, WEB, MEDIA = (account.id for account in ACCOUNTS[:3])
OKAFOR = Attribution(
    confidence=Confidence.HIGH,
    actor=f"arn:aws:sts::{PHI}:assumed-role/Operator/mara.okafor",
    actor_type="AssumedRole",
    session="mara.okafor",
    source_ip="203.0.113.7",
    channel="console",
    event="AuthorizeSecurityGroupIngress",
    event_id="5d1b7f0e-1111-4222-8333-444455556666",
    at="2026-11-19T17:00:12Z",
    why="the event opens this port",
)
TERRAFORM = Attribution(
    confidence=Confidence.MEDIUM,
    actor=f"arn:aws:sts::{WEB}:assumed-role/deploy/terraform-run-81",
    session="terraform-run-81",
    source_ip="198.51.100.20",
    channel="Terraform",
    event="UpdateService",
    at="2026-11-19T21:12:00Z",
)
NOBODY = Attribution(confidence=Confidence.NONE, why="the log holds no event on it yet")


def change(**more: Any) -> Change:
    """Make a change of a security group of the first account."""
    group = f"arn:aws:ec2:us-east-1:{PHI}:security-group/sg-0a1b2c3d"
    values: dict[str, Any] = {
        "account": PHI,
        "region": "us-east-1",
        "kind": "AWS::EC2::SecurityGroup",
        "resource": group,
        "key": group,
        "name": "phi-hosts",
        "action": Action.CHANGED,
        "severity": "low",
        "since": BEFORE,
        "seen": AS_OF,
    }
    return Change(**(values | more))


def changes() -> list[Change]:
    """Give changes of every severity and action."""
    trail = {"kind": "AWS::CloudTrail::Trail", "resource": "", "key": "organization", "name": "organization"}
    service = {"account": WEB, "kind": "AWS::ECS::Service", "name": "clinic-api", "key": "clinic-api"}
    secret = {"account": MEDIA, "kind": "AWS::EC2::VPNConnection", "name": "datacenter-a", "key": "vpn-0a1b2c3d"}
    open_ssh = {"protocol": "tcp", "from_port": 22, "to_port": 22, "peer": "0.0.0.0/0"}
    image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/claims/web@sha256:"
    return [
        change(**service, path="desiredCount", before=1, after=3, attribution=TERRAFORM, resource="clinic-api"),
        change(
            path="ingress[tcp/22 from 0.0.0.0/0]", property="box.IpPermissions", action=Action.ADDED, after=open_ssh,
            severity="critical", impact=Impact.SECURITY, direction="worse", rules=("sg_no_open_ssh FAIL",),
            attribution=OKAFOR,
        ),
        change(
            **trail, path="status.IsLogging", before=True, after=False, severity="high", impact=Impact.SECURITY,
            direction="worse", attribution=NOBODY, rules=("cloudtrail_log_validation FAIL", "own_rule PASS"),
        ),
        change(
            **service, path="taskDefinition.containers[app].image", before=image + "a" * 64, after=image + "b" * 64,
            severity="medium", why="1 of 3 members", members=("task-1",), resource="clinic-api",
        ),
        change(**secret, path="options.preSharedKey", redacted=True, severity="high", impact=Impact.SECURITY),
        change(path="tags.Owner", action=Action.REMOVED, before="ops", severity="info", impact=Impact.COSMETIC),
        change(
            name="old-bastion", action=Action.REMOVED, severity="info", direction="better", impact=Impact.SECURITY,
            rules=("sg_no_open_ssh PASS",), attribution=OKAFOR,
        ),
        change(
            account=WEB, kind="AWS::RDS::DBInstance", key="AWS::RDS::DBInstance", resource="", action=Action.UNSEEN,
            name="3 of AWS::RDS::DBInstance", severity="info",
            why="rds.DescribeDBInstances: not allowed (needs rds:DescribeDBInstances)",
        ),
    ]  # fmt: skip


def left_out() -> list[Suppressed]:
    """Give what is no change."""
    here = {"account": PHI, "region": "us-east-1", "kind": "AWS::EC2::Subnet"}
    counter = "a state, a counter or an id that changes by itself"
    return [
        Suppressed(**here, resource="subnet-2", path="AvailableIpAddressCount", reason=counter),
        Suppressed(**here, resource="subnet-1", path="AvailableIpAddressCount", reason=counter),
        Suppressed(**here, resource="subnet-1", path="ipv6", reason="the order of these means nothing"),
    ]


def drift(**more: Any) -> DriftView:
    """Make the drift of a night."""
    hole = Coverage(
        WEB, "us-east-1", "AWS::RDS::DBInstance", "box", "rds.DescribeDBInstances", "denied", listing=True, asked=1,
        failed=1, error="AccessDenied", permission="rds:DescribeDBInstances",
    )  # fmt: skip
    values: dict[str, Any] = {
        "older": ScanRef("2026-11-19T023000Z-11aa", BEFORE),
        "newer": ScanRef("2026-11-20T023000Z-7f3a", AS_OF),
        "changes": changes(),
        "suppressed": left_out(),
        "holes": [hole],
        "complete": False,
        "accounts": ACCOUNTS[:3],
    }
    return DriftView(**(values | more))


def hostile_changes() -> list[Change]:
    """Give changes whose every text is an attack on a renderer."""
    found = []
    for number, text in enumerate(NASTY):
        actor = Attribution(
            confidence=Confidence.LOW, actor=text, session=text, source_ip=text, channel=text, event=text, at=text,
            why=text,
        )  # fmt: skip
        found.append(
            change(
                account=text, region=text, kind=text, resource=text, key=f"{number}{text}", name=text, path=text,
                before=text, after=[text, number], severity="high", members=(text,), rules=(f"{text} FAIL",), why=text,
                attribution=actor,
            )
        )  # fmt: skip
    return found


def life() -> LifeView | None:
    """Make the life of failures: two resolved, one that came back, three open."""

    def stood(name: str, severity: str, opened: float, resolved: float | None = None, reopened: int = 0) -> Life:
        ended = None if resolved is None else AS_OF - timedelta(days=resolved)
        began = AS_OF - timedelta(days=opened)
        return Life(
            fingerprint=name * 32, rule="sg_no_open_ssh" if severity == "critical" else "kms_key_rotation",
            severity=severity, account=PHI, opened=began, resolved=ended, reopened=reopened,
        )  # fmt: skip

    lives = [
        stood("a", "critical", 5, 4.5),
        stood("b", "critical", 3, 0),
        stood("c", "critical", 0),
        stood("d", "medium", 30),
        stood("e", "medium", 0, reopened=1),
    ]
    return LifeView.of(lives, AS_OF)
