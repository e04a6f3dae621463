"""Measures the HTML page: 20,000 findings of all rules on 6,000 resources, with evidence, histories and documents.

Run `python -m bench.html [FINDINGS]` from the top folder; it needs Playwright (the group `dev`) and a Chromium. Names,
ids and values are random, for what repeats packs too well. Wanted with 20,000 findings: at most 15 MB, open in under
2 s, each filter in under 0.2 s.
"""

from __future__ import annotations

import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import html
from reports.view import Account, Interval, ReportData, RuleInfo, rule_infos
from scanner.engine.registry import rules
from scanner.model.finding import Evidence, Finding, Verdict, fingerprint
from scanner.model.resource import Coverage, Resource, seen

if TYPE_CHECKING:
    from playwright.sync_api import Page

AS_OF = datetime(2026, 11, 21, 2, tzinfo=UTC)
ACCOUNTS = tuple(Account(f"{number:012d}", f"account-{number % 1000}") for number in range(111122223333, 111122223345))
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
PER_RESOURCE = 10 / 3
VERDICTS = ((Verdict.FAIL, 40), (Verdict.UNKNOWN, 5), (Verdict.PASS, 40), (Verdict.SKIP, 15))
RUNS = 5
FILTERS = {
    "severity": "#findings?severity=critical",
    "account": "#findings?account=111122223335&verdict=any",
    "citation": "#findings?citation=164.312(a)(1)&verdict=any",
    "tag": "#findings?tag=owner%3Dteam-7&verdict=any",
    "text": "#findings?text=subnet+0a&verdict=any",
    "status": "#findings?status=new",
    "all, by resource": "#findings?verdict=any&order=resource",
}


def resources(dice: random.Random, count: int, infos: list[RuleInfo]) -> Iterator[Resource]:
    """Make resources of the rules' kinds, each with a document of some 2 kB."""
    kinds = sorted({info.kind for info in infos})
    for number in range(count):
        kind, account, region = kinds[number % len(kinds)], dice.choice(ACCOUNTS).id, dice.choice(REGIONS)
        name = f"{dice.randbytes(9).hex()}"
        arn = f"arn:aws:{kind.split('::')[1].lower()}:{region}:{account}:thing/{name}"
        groups = [
            {"GroupId": f"sg-{dice.randbytes(9).hex()}", "Vpc": f"vpc-{dice.randbytes(9).hex()}"} for _ in range(6)
        ]
        doc = {"Id": name, "Arn": arn, "Groups": groups, "Subnets": [dice.randbytes(9).hex() for _ in range(12)]}
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": f"s3:Get{n}"} for n in range(9)]}
        tags = {"Name": f"host-{number}", "owner": f"team-{number % 40}", "environment": dice.choice(("prod", "test"))}
        sections = {"box": seen(doc), "policy": seen(policy)}
        yield Resource(kind, name, arn=arn, account=account, region=region, tags=tags, sections=sections)


def finding(dice: random.Random, rule: RuleInfo, of: Resource) -> Finding:
    """Make the finding of a rule on a resource."""
    verdict = dice.choices([each for each, _ in VERDICTS], [weight for _, weight in VERDICTS])[0]
    values = ("subnet-" + dice.randbytes(9).hex(), dice.random() < 0.5, [dice.randbytes(6).hex() for _ in range(3)])  # noqa: PLR2004
    evidence = tuple(Evidence(f"fact_{n}", value, f"{of.kind} box.Part{n}.Member") for n, value in enumerate(values))
    return Finding(
        fingerprint=fingerprint(rule.id, "aws", of.account, of.region, of.arn, ""), rule=rule.id, title=rule.title,
        verdict=verdict, severity=rule.severity, category=rule.category, kind=of.kind, resource=of.arn, key=of.id,
        name=(of.tags or {})["Name"], account=of.account, region=of.region, evidence=evidence, hipaa=rule.hipaa,
        message=f"reaches {values[0]} from everywhere, {dice.randrange(65536)} is open", tags=dict(of.tags or {}),
        hipaa_proposed=rule.hipaa_proposed, in_scope=dice.choice(("yes", "no", "unknown")),
        status=dice.choice(("new", "still", "still", "still", "reopened")),
        first_seen=f"2026-{dice.randrange(1, 12):02d}-{dice.randrange(1, 28):02d}T02:00:00Z",
        last_seen="2026-11-21T02:00:00Z",
    )  # fmt: skip


def invent(count: int) -> ReportData:
    """Make a report of so many findings."""
    dice = random.Random(7)  # noqa: S311  no secret
    infos = rule_infos(list(rules().values()))
    known = list(resources(dice, int(count / PER_RESOURCE), infos))
    findings = [finding(dice, infos[n % len(infos)], known[n * 7919 % len(known)]) for n in range(count)]
    fallen = "2026-11-03T02:00:00Z"
    courses = {
        each.fingerprint: [Interval(each.first_seen, fallen, "PASS"), Interval(fallen, "", str(each.verdict))]
        for each in findings[::3]
    }
    coverage = [
        Coverage(account.id, region, kind, "box", "ec2.DescribeThings")
        for account in ACCOUNTS for region in REGIONS for kind in sorted({info.kind for info in infos})
    ]  # fmt: skip
    return ReportData(
        scan="20261121T020000Z-be7c", as_of=AS_OF, version="bench", complete=True, started=AS_OF,
        finished=AS_OF + timedelta(minutes=9), accounts=ACCOUNTS, regions=REGIONS, findings=findings, rules=infos,
        coverage=coverage, documents=known, courses=courses,
    )  # fmt: skip


def opening(page: Page, where: str) -> float:
    """Load the page and wait until its findings can be filtered; give the seconds."""
    page.goto("about:blank")
    began = time.perf_counter()
    page.goto(where)
    page.wait_for_selector("html[data-ready]", state="attached")
    return time.perf_counter() - began


SWITCH = """async (hash) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  location.hash = "#findings?verdict=any";
  await painted(); await painted();
  const state = () => document.getElementById("list").tBodies[0].firstChild;
  const began = performance.now(), before = state();
  location.hash = hash;
  while (state() === before && performance.now() - began < 5000) await painted();
  await painted();
  return [performance.now() - began, document.getElementById("shown").textContent];
}"""


def measure(where: str) -> None:
    """Open and filter in Chromium, and print how long it takes until it is painted."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--enable-precise-memory-info"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        opened = [opening(page, where) for _ in range(RUNS)]
        print(f"{'opens':<24} {statistics.median(opened):.2f} s (of {RUNS}: {min(opened):.2f} to {max(opened):.2f})")
        page.evaluate("location.hash = '#findings'")
        for name, fragment in FILTERS.items():
            told: list[Any] = [page.evaluate(SWITCH, fragment) for _ in range(RUNS)]
            times = sorted(each[0] for each in told)
            print(f"{'filter ' + name:<24} {times[RUNS // 2]:.0f} ms (at most {times[-1]:.0f}): {told[0][1]}")
        began = time.perf_counter()
        page.evaluate("document.querySelector('#list .res a').click()")
        page.wait_for_selector("section#resource.on .fold")
        print(f"{'resource page':<24} {1000 * (time.perf_counter() - began):.0f} ms")
        used = page.evaluate("performance.memory.usedJSHeapSize")
        print(f"{'memory of the script':<24} {used / 1e6:.0f} MB")
        browser.close()


def main(count: int) -> None:
    """Render, say the size, and measure."""
    data = invent(count)
    began = time.perf_counter()
    text = html.render(data)
    took = time.perf_counter() - began
    print(f"{'rendered in':<24} {took:.1f} s: {count:,} findings, {len(data.documents):,} resources")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(text, encoding="utf-8")
        print(f"{'size':<24} {file.stat().st_size / 1e6:.1f} MB")
        measure(file.as_uri())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
