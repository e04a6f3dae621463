"""A scan to report on: invented findings of three accounts, in every state a finding can have."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from reports.figures import WORST_FIRST, figures
from reports.view import Account, ReportData, RuleInfo, Stock, TrendRow, VpnRecord
from scanner.engine.availability import Sighting, record
from scanner.model.finding import Evidence, Finding, Verdict, fingerprint
from scanner.model.gap import Gap, GapState
from scanner.model.resource import Coverage
from tests.reports.sayings import DENIED, RULES, SAID, THROTTLED, Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

AS_OF = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
ACCOUNTS = (
    Account("111122223333", "phi-cluster"),
    Account("444455556666", "city-webapps"),
    Account("777788889999", "media-site"),
    Account("121212121212", "cell-alpha"),
    Account("343434343434", "cell-beta"),
    Account("565656565656", "cell-gamma"),
)
REGIONS = ("us-east-1", "us-west-2")


VPN = VpnRecord(
    account="444455556666",
    region="us-east-1",
    name="datacenter-a",
    record=record(
        "vpn-0a1b2c3d",
        AS_OF,
        sightings=[
            Sighting("203.0.113.17", AS_OF, "UP", AS_OF - timedelta(days=20)),
            Sighting("203.0.113.17", AS_OF - timedelta(days=20, hours=1), "DOWN", AS_OF - timedelta(days=20, hours=3)),
            Sighting("203.0.113.29", AS_OF, "DOWN", AS_OF - timedelta(days=2, hours=5)),
        ],
    ),
)


def one(rule: RuleInfo, account: str, region: str, n: int, said: Said, **more: Any) -> Finding:
    """Make the finding of one rule on one invented resource."""
    service, form, _ = SAID[rule.id]
    tail = form.format(n=n)
    arn = f"arn:aws:{service}:::{tail}" if service == "s3" else f"arn:aws:{service}:{region}:{account}:{tail}"
    gaps = "; ".join(str(gap) for gap in said.missing)
    message = said.message or (f"could not be assessed: {gaps}" if gaps else rule.title)
    values: dict[str, Any] = {
        "fingerprint": fingerprint(rule.id, "aws", account, region, arn, said.part),
        "rule": rule.id,
        "title": rule.title,
        "verdict": said.verdict,
        "severity": said.severity or rule.severity,
        "category": rule.category,
        "kind": rule.kind,
        "resource": arn,
        "key": tail,
        "name": tail.rpartition("/")[2],
        "account": account,
        "region": region,
        "part": said.part,
        "message": message,
        "status": "still",
        "evidence": said.evidence,
        "missing": said.missing,
        "hipaa": rule.hipaa,
        "hipaa_proposed": rule.hipaa_proposed,
        "aliases": rule.aliases,
        "in_scope": ("yes", "no", "unknown")[n % 3],
        "first_seen": "2026-11-02T02:30:00Z",
        "last_seen": "2026-11-20T02:30:00Z",
    }
    return Finding(**(values | more))


def findings(accounts: Sequence[Account], repeats: int = 1) -> Iterator[Finding]:
    """Give every rule's sayings for every account, in both Regions in turn."""
    for place, account in enumerate(accounts):
        for rule in RULES:
            for n, said in enumerate(SAID[rule.id][2] * repeats):
                yield one(rule, account.id, REGIONS[(place + n) % 2], 1000 * place + n, said)


def special(accounts: Sequence[Account]) -> Iterator[Finding]:
    """Give findings in the rarer states: accepted, accepted once, resolved, new, reopened, not seen again."""
    ssh, keys, _, buckets, tunnels, _ = RULES
    fail = Said(Verdict.FAIL, "automatic rotation is off")
    risk = {"reason": "Migrated in January, ticket SEC-411", "owner": "j.doe", "until": "2027-01-31"}
    first, second, third = (account.id for account in accounts[:3])
    yield one(keys, first, "us-east-1", 91, fail, acceptance=risk)
    yield one(keys, second, "us-east-1", 92, fail, acceptance=risk | {"until": "2026-11-01"})
    yield one(buckets, third, "us-east-1", 93, SAID[buckets.id][2][1], status="resolved")
    yield one(ssh, third, "us-west-2", 94, SAID[ssh.id][2][0], status="new", first_seen="2026-11-20T02:30:00Z")
    yield one(ssh, third, "us-west-2", 94, SAID[ssh.id][2][3], status="new", first_seen="2026-11-20T02:30:00Z")
    yield one(tunnels, second, "us-east-1", 95, SAID[tunnels.id][2][1], status="reopened")
    yield one(
        buckets, second, "us-east-1", 96, SAID[buckets.id][2][0], status="unseen", last_seen="2026-11-19T02:30:00Z"
    )


def coverage(accounts: Sequence[Account]) -> Iterator[Coverage]:
    """Give the coverage: one call denied in one account, one throttled in part, all else answered."""
    for place, account in enumerate(accounts):
        for region in REGIONS:
            here = (account.id, region)
            yield Coverage(*here, "AWS::KMS::Key", "key", "kms.ListKeys", listing=True, asked=1)
            turn = Coverage(*here, "AWS::KMS::Key", "turn", DENIED.call, asked=4)
            yield _failed(turn, DENIED, 4) if place == 1 else turn
            yield Coverage(*here, "AWS::EC2::SecurityGroup", "group", "ec2.DescribeSecurityGroups", asked=1)
    image = Coverage(accounts[0].id, "us-east-1", "AWS::ECR::Image", "config", THROTTLED.call, "partial", asked=40)
    yield msgspec.structs.replace(_failed(image, THROTTLED, 3), state="partial")


def _failed(entry: Coverage, gap: Gap, failed: int) -> Coverage:
    said = {"error": gap.error, "message": gap.message, "permission": gap.permission}
    return msgspec.structs.replace(entry, state=str(gap.state), failed=failed, **said)


def trend(nights: int = 8) -> Iterator[TrendRow]:
    """Give the nights before: slowly better."""
    for night in range(nights):
        left = nights - night
        yield TrendRow(
            f"scan-{night}",
            AS_OF - timedelta(days=left),
            {"PASS": 16 + night, "FAIL": 22 + left, "UNKNOWN": 6 + (night % 3), "ERROR": 1, "SKIP": 3},
            {"critical": 6 + left, "high": 8, "medium": 8, "low": 0, "info": 0},
        )


def report(accounts: int = 3, repeats: int = 1, extra: Sequence[Finding] = (), **more: Any) -> ReportData:
    """Make a report's data; `repeats` multiplies the findings."""
    chosen = ACCOUNTS[:accounts]
    values: dict[str, Any] = {
        "scan": "2026-11-20T023000Z-7f3a",
        "as_of": AS_OF,
        "version": "0.1.0",
        "complete": False,
        "started": AS_OF,
        "finished": AS_OF + timedelta(minutes=3, seconds=12),
        "accounts": chosen,
        "regions": REGIONS,
        "findings": [*findings(chosen, repeats), *special(chosen), *extra],
        "coverage": list(coverage(chosen)),
        "rules": RULES,
        "trend": list(trend()),
        "seals": {account.id: f"{place:02x}" * 32 for place, account in enumerate(chosen, 0xA1)},
        "inventory": [
            Stock(account.id, region, rule.kind, 3 + place)
            for place, account in enumerate(chosen)
            for region in REGIONS
            for rule in RULES
        ],
        "vpn": [VPN],
        "settings": {"kms_key_rotation": {"max_days": 365}},
    }
    made = ReportData(**(values | more))
    now = figures(made).total
    last = TrendRow(
        made.scan,
        made.as_of,
        {str(verdict): count for verdict, count in now.verdicts.items()},
        {severity: now.of(severity) for severity in WORST_FIRST},
    )
    return msgspec.structs.replace(made, trend=(*made.trend, last) if made.trend else ())


NASTY = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[bold red]markup[/bold red]",
    "\x1b[2J\x1b]0;owned\x07wiped",
    '=HYPERLINK("http://example.invalid","x")',
    "{{ 7 * 7 }}{% raw %}",
    "abc\u202egpj.exe",
    "--><!-- <![CDATA[ ]]> &lt; &amp;",
    "x" * 400,
)


def hostile() -> list[Finding]:
    """Give findings whose every text is an attack on a renderer."""
    said = Said(Verdict.FAIL, "open", "part", (Evidence("fact", "value", "AWS::KMS::Key turn.X"),), (DENIED,))
    found = []
    for n, text in enumerate(NASTY):
        base = one(RULES[1], ACCOUNTS[0].id, "us-east-1", 700 + n, said)
        found.append(
            msgspec.structs.replace(
                base,
                name=text,
                resource=f"arn:aws:kms:us-east-1:111122223333:key/{text}",
                key=f"{n}{text}",
                part=text,
                message=text,
                title=text,
                tags={text: text},
                evidence=(Evidence(text, {text: [text]}, text, resource=text),),
                missing=(Gap(text, text, text, text, GapState.DENIED),),
                acceptance={"reason": text, "owner": text, "until": "2027-01-01"},
                fingerprint=f"{n:032x}",
            )
        )
    return found
