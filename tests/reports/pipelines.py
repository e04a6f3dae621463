"""What the tests of the forms for pipelines render: a finding in every state, and names that attack pipelines."""

from __future__ import annotations

from typing import Any

import msgspec

from scanner.model.finding import Evidence, Finding, Verdict
from tests.reports.factory import ACCOUNTS, NASTY, hostile, one, report, special
from tests.reports.sayings import RULES, Said

RISK = {"reason": "Migrated in January, ticket SEC-411", "owner": "j.doe", "until": "2027-01-31"}
FIRST = ACCOUNTS[0].id


def state(n: int, verdict: Verdict = Verdict.FAIL, **more: Any) -> Finding:
    """Give a finding on a key of its own."""
    made = one(RULES[1], FIRST, "us-east-1", n, Said(verdict, "automatic rotation is off"))
    return msgspec.structs.replace(made, **more)


STATES = {
    "new": state(501, status="new"),
    "still": state(502),
    "reopened": state(503, status="reopened"),
    "lapsed": state(504, status="reopened", acceptance=RISK | {"until": "2026-11-01"}),
    "revoked": state(505, acceptance=RISK | {"revoked": True}),
    "accepted": state(506, acceptance=RISK),
    "resolved": state(507, Verdict.PASS, status="resolved"),
    "gone": state(508, Verdict.SKIP, status="resolved"),
    "unseen": state(509, Verdict.FAIL, status="unseen"),
    "unknown": state(510, Verdict.UNKNOWN, status="new"),
    "error": state(511, Verdict.ERROR, status="new"),
    "pass": state(512, Verdict.PASS),
    "skip": state(513, Verdict.SKIP),
}
LIVE = report(findings=list(STATES.values()))
GOLDEN = report(findings=[*report().findings[:-7:9], *special(ACCOUNTS[:3])])

COMMANDS = (
    "x\n::set-output name=a::b",
    "::stop-commands::x",
    "%0A::error::owned%0D%3A%2C",
    "##[add-mask]a",
    "###[command]##vso[task.setvariable variable=a]b",
    "]]><x/>",
    "\x00\x08\ufffe\uffff",
    "\ud800 half",
    "a\r\nb\u2028c\x85d",
    "[click](http://evil.example) ![](//evil.example/x.png)",
    "| a | b |\n|---|---|",
    "``` `code` ~~~",
    "@everyone mail@evil.example www.evil.example http://evil.example GH-1 #1",
    "\\| \\",
    "{0} {name}",
    "../../etc/passwd",
    "*bold* _it_ **b** ~~s~~ &lt;script&gt; :tada:",
    "a,line=1,title=owned::x",
)


def attacked() -> list[Finding]:
    """Give findings whose every text attacks, those that other renderings fear among them."""
    found = hostile()
    for n, text in enumerate(COMMANDS, len(NASTY)):
        texts = dict.fromkeys(("name", "message", "title", "part"), text)
        made = msgspec.structs.replace(
            found[0],
            **texts,
            resource=f"arn:aws:kms:us-east-1:111122223333:key/{text}",
            key=f"{n}{text}",
            evidence=(Evidence(text, {text: [text]}, text, resource=text),),
            acceptance={"reason": text, "owner": text, "until": "2027-01-01"},
            fingerprint=f"{n:032x}",
        )
        found.append(made)
    standing = [
        msgspec.structs.replace(
            each, acceptance=None, status="new", fingerprint=f"f{each.fingerprint[1:]}", key=f"n{each.key}"
        )
        for each in found
    ]
    return [*found, *standing]


ATTACKED = report(findings=attacked())
