"""How the figures were come by and what they do not say: the same words in every report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.model.resource import Coverage

METHOD: dict[str, str] = {
    "What was done": """
        phiward asked the AWS APIs of each account and Region in scope, with read-only permissions, what resources
        there are and how they are configured, and judged every resource by every rule of its kind. The answers are
        stored with the verdicts; each finding names the facts it was judged on and the operation that gave them.
        """,
    "The five verdicts": """
        PASS: the requirement is met. FAIL: it is not. SKIP: the rule does not apply to this resource. UNKNOWN:
        something the verdict needs could not be learned, and the finding says what. ERROR: phiward itself failed.
        What was not seen is never taken for good, nor for absent.
        """,
    "How it is counted": """
        A check is one rule on one resource, by its worst part. A score says how many of the checks that apply have
        passed; UNKNOWN and ERROR count against it, SKIP does not count. A risk that was accepted remains a FAIL and
        is counted as one.
        """,
    "What it does not say": """
        A passed check is evidence for a requirement, not its fulfilment. The Security Rule asks for policies,
        training, contracts, risk analysis and physical safeguards that no API can show; those are marked
        organisational and are for people to attest. Addressable does not mean optional: what is not done needs a
        documented reason, 45 CFR 164.306(d)(3). This report is no legal opinion and no certification.
        """,
    "Where the citations come from": """
        Public citations are those that published rule sets give for the same control. Citations under "phiward's
        own mapping" are this project's proposal, reviewed neither by AWS nor by HHS; they are kept apart throughout.
        """,
}

REUSED = """
    This was an incremental night: {reused:,} of {asked:,} answers were not asked for again but taken from the night
    before, since the account's event history (AWS CloudTrail) named no change of them. Only settings that change by
    calls alone are taken so; a sample of them was asked for nevertheless, and what did not agree was read in full.
    CloudTrail may tell of a call late, and it does not tell of what AWS changes by itself.
    """


def method_of(coverage: Iterable[Coverage]) -> dict[str, str]:
    """Give the method, with what was taken from the night before where anything was."""
    entries = list(coverage)
    reused, asked = sum(entry.reused for entry in entries), sum(entry.asked for entry in entries)
    return METHOD | ({"What was not asked again": REUSED.format(reused=reused, asked=asked)} if reused else {})
