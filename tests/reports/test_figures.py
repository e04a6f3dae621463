"""The arithmetic: what counts, out of how many, and what does not."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
import yaml

from reports.figures import Score, accepted, figures, ordered, standing, why_not_accepted
from reports.gaps import gap_groups, permissions
from reports.matrix import NO_RULE, NOTHING, ORGANISATIONAL, covered, matrix
from reports.remedy import made_out, remedy_code, remedy_text
from reports.view import ReportData, rule_info, stock
from reports.words import clean, fit_arn, shorten, value_text
from scanner.model.finding import Finding, Verdict
from scanner.model.remedy import Custodian, Direct, Effect, Runbook
from scanner.model.resource import Resource
from tests.reports.factory import ACCOUNTS, AS_OF, one, report
from tests.reports.sayings import RULES, SAID, Said

KEYS = RULES[1]


def only(*findings: Finding) -> ReportData:
    return report(findings=list(findings))


def test_a_check_is_one_rule_on_one_resource_by_its_worst_part() -> None:
    parts = [one(RULES[0], "1", "us-east-1", 1, said) for said in SAID["sg_no_open_ssh"][2]]
    counted = figures(only(*parts))
    assert len(counted.checks) == 1
    assert counted.total.score == Score(0, 1)
    assert counted.total.of("critical") == 1


def test_severity_is_that_of_the_worst_part_and_not_of_one_that_passed() -> None:
    low = one(KEYS, "1", "us-east-1", 1, Said(Verdict.FAIL, "a", part="a", severity="low"))
    high = one(KEYS, "1", "us-east-1", 1, Said(Verdict.FAIL, "b", part="b", severity="high"))
    unknown = one(KEYS, "1", "us-east-1", 1, Said(Verdict.UNKNOWN, severity="critical"))
    (check,) = figures(only(low, high, unknown)).checks
    assert (check.verdict, check.severity) == (Verdict.FAIL, "high")


@pytest.mark.parametrize(
    ("verdict", "score"),
    [
        (Verdict.PASS, Score(1, 1)),
        (Verdict.FAIL, Score(0, 1)),
        (Verdict.UNKNOWN, Score(0, 1)),
        (Verdict.ERROR, Score(0, 1)),
        (Verdict.SKIP, Score(0, 0)),
    ],
)
def test_unknown_and_error_count_against_and_skip_neither_way(verdict: Verdict, score: Score) -> None:
    assert figures(only(one(KEYS, "1", "us-east-1", 1, Said(verdict)))).total.score == score


def test_an_accepted_risk_is_still_a_failed_check() -> None:
    risk = {"reason": "x", "owner": "y", "until": "2026-11-20"}
    failed = one(KEYS, "1", "us-east-1", 1, Said(Verdict.FAIL), acceptance=risk)
    total = figures(only(failed)).total
    assert (total.score, total.accepted) == (Score(0, 1), 1)


@pytest.mark.parametrize(
    ("acceptance", "holds"),
    [
        (None, False),
        ({"until": "2026-11-20"}, True),
        ({"until": "2026-11-19"}, False),
        ({"until": "2027-01-01T00:00:00Z"}, True),
        ({"until": "2027-01-01", "revoked": "2026-11-01"}, False),
        ({"until": "2027-01-01", "lapsed": "accepted value changed (cidr)"}, False),
        ({"until": "2027-01-01", "lapsed": ""}, True),
    ],
)
def test_an_acceptance_ends_with_its_day(acceptance: dict[str, str] | None, holds: bool) -> None:
    assert accepted(one(KEYS, "1", "r", 1, Said(Verdict.FAIL), acceptance=acceptance), AS_OF) is holds


@pytest.mark.parametrize(
    ("acceptance", "why"),
    [
        (None, ""),
        ({"until": "2026-11-20"}, ""),
        ({"until": "2026-11-19"}, "expired acceptance"),
        ({"until": "2026-11-19", "lapsed": "accepted value changed (cidr)"}, "accepted value changed (cidr)"),
    ],
)
def test_why_an_acceptance_holds_no_longer_is_said(acceptance: dict[str, str] | None, why: str) -> None:
    assert why_not_accepted(one(KEYS, "1", "r", 1, Said(Verdict.FAIL), acceptance=acceptance), AS_OF) == why


def test_what_is_resolved_is_not_counted_and_what_was_not_seen_again_is_unknown() -> None:
    gone = one(KEYS, "1", "us-east-1", 1, Said(Verdict.FAIL), status="resolved")
    unseen = one(KEYS, "1", "us-east-1", 2, Said(Verdict.PASS), status="unseen")
    total = figures(only(gone, unseen)).total
    assert total.score == Score(0, 1)
    assert total.verdicts[Verdict.UNKNOWN] == 1


def test_accounts_and_rules_add_up_to_the_whole() -> None:
    counted = figures(report(6, repeats=3))
    for parts in ([tally for _, tally in counted.accounts], list(counted.rules.values())):
        sums: Counter[Verdict] = Counter()
        for tally in parts:
            sums.update(tally.verdicts)
        assert dict(sums) == dict(counted.total.verdicts)


def test_an_account_that_was_not_announced_is_counted_all_the_same() -> None:
    counted = figures(only(one(KEYS, "999999999999", "us-east-1", 1, Said(Verdict.FAIL))))
    assert dict((account.id, tally.score.of) for account, tally in counted.accounts)["999999999999"] == 1  # noqa: C402


def test_the_order_is_worst_first_and_the_same_whatever_the_order_of_arrival() -> None:
    findings = list(report().findings)
    assert ordered(findings) == ordered(reversed(findings))
    ranks = {"critical": 0, "high": 1, "medium": 2, "low": 3, "info": 4}
    bad = [found for found in ordered(findings) if standing(found) in {Verdict.FAIL, Verdict.UNKNOWN}]
    assert [ranks[found.severity] for found in bad] == sorted(ranks[found.severity] for found in bad)
    assert ordered(findings)[0].verdict is Verdict.ERROR
    assert ordered(findings)[-1].verdict is Verdict.SKIP


def test_the_matrix_keeps_public_and_own_citations_apart_and_marks_what_no_api_decides() -> None:
    data = report()
    lines = {line.standard.citation: line for _, _, part in matrix(data, figures(data)) for line in part}
    assert len(lines) == len(data.standards)
    access = lines["164.312(a)(1)"]
    assert access.rules == ["sg_no_open_ssh"]
    assert access.proposed_rules == ["ecs_container_non_root"]
    assert access.state != access.proposed_state
    assert lines["164.308(a)(1)(ii)(C)"].state == ORGANISATIONAL
    assert lines["164.312(a)(2)(iii)"].state == NO_RULE
    passed, of = covered(matrix(data, figures(data)))
    assert 0 < passed < of == len(data.standards)


def test_a_rule_that_meets_nothing_is_no_cover() -> None:
    data = only(one(KEYS, "1", "us-east-1", 1, Said(Verdict.SKIP)))
    lines = {line.standard.citation: line for _, _, part in matrix(data, figures(data)) for line in part}
    assert lines["164.312(a)(2)(iv)"].state == NOTHING
    assert covered(matrix(data, figures(data))).passed == 0


def test_a_citation_that_the_list_does_not_know_is_shown_and_not_lost() -> None:
    odd = msgspec.structs.replace(KEYS, hipaa=("164.999(z)",))
    data = report(rules=[odd], findings=[one(odd, "1", "us-east-1", 1, Said(Verdict.FAIL))])
    section, _, lines = matrix(data, figures(data))[-1]
    assert section == "other"
    assert [(line.standard.citation, line.state) for line in lines] == [("164.999(z)", "0 of 1")]


def test_gaps_of_one_cause_are_told_as_one_with_the_permission_to_add() -> None:
    denied, throttled = gap_groups(report())
    assert denied.mend == "allow kms:GetKeyRotationStatus"
    assert (denied.accounts, len(denied.regions), denied.failed) == ([ACCOUNTS[1].id], 2, 8)
    assert "again" in throttled.mend
    assert permissions(report()) == ["kms:GetKeyRotationStatus"]


def test_a_rule_is_told_from_its_declaration() -> None:
    from rules.kms.key_rotation import KeyRotation

    info = rule_info(KeyRotation)
    assert info.id == "kms_key_rotation"
    assert info.kind == "AWS::KMS::Key"
    assert info.why.startswith("A key that never rotates")
    assert not info.why.endswith(" ")
    assert "set-rotation" in info.remedy
    assert info.hipaa


def test_remedies_read_as_a_person_writes_them() -> None:
    policy = Custodian("s3", "delete", {"type": "tag", "tags": {"on": "yes", "n": 1}}, filters=[{"a": [1, "b c"]}])
    assert remedy_text(policy, "s3_rule").splitlines() == [
        "policies:",
        "  - name: s3-rule",
        "    resource: aws.s3",
        "    filters:",
        "      - a:",
        "          - 1",
        '          - "b c"',
        "    actions:",
        "      - delete",
        "      - type: tag",
        "        tags:",
        '          "on": "yes"',
        '          "n": 1',
    ]
    assert remedy_text(Runbook("Do this.", "Do that.")) == "1. Do this.\n2. Do that."
    assert remedy_text(Direct("kms.Enable", {"KeyId": "{id}"}, "c7n cannot")).splitlines() == [
        "Call kms.Enable",
        '  KeyId: "{id}"',
        "(c7n cannot)",
    ]


def test_a_remedy_says_what_it_means_and_which_operations_it_may_make() -> None:
    effect = Effect(sets={"rotates": True}, cost="1 USD", lasting="it is gone", terraform={"aws_kms_key": {"a": 1}})
    many = Direct("kms.Enable", by=lambda *_: (), also=("kms.Tag",), effect=effect)
    call, *means = remedy_text(many).splitlines()
    assert call.startswith("Call the API operations kms.Enable, kms.Tag: made out for each resource")
    assert means == [
        "Afterwards: rotates is true", "Risk: low: nobody notices", "Cost: 1 USD", "Way back: none: it is gone",
    ]  # fmt: skip
    policy = remedy_text(Custodian("s3", "delete", effect=effect), "s3_rule")
    assert yaml.safe_load(policy) == {"policies": [{"name": "s3-rule", "resource": "aws.s3", "actions": ["delete"]}]}
    assert "# Way back: none: it is gone" in policy.splitlines()
    assert remedy_code(many) == 'resource "aws_kms_key" "this" {\n  a = 1\n}'


def test_operations_made_for_a_finding_are_named_without_empty_parameters() -> None:
    where = {"kind": "direct", "account": "123456789012", "region": "us-east-1", "parameters": {}, "why": "none such"}
    assert made_out({**where, "operation": "kms.Enable", "operations": ["kms.Enable", "kms.Tag"]}).splitlines() == [
        "Call kms.Enable, kms.Tag",
        "Parameters: made out by phiward remediate plan",
        "  region: us-east-1",
        '  why: "none such"',
    ]
    given = made_out({**where, "operation": "kms.Enable", "parameters": {"KeyId": "k"}})
    assert given.splitlines() == [
        "Call kms.Enable", "  region: us-east-1", "  parameters:", "    KeyId: k", '  why: "none such"',
    ]  # fmt: skip


def test_stock_counts_by_place_and_kind() -> None:
    resources = [Resource("AWS::KMS::Key", str(n), account="1", region="us-east-1") for n in range(3)]
    assert [(entry.kind, entry.count) for entry in stock(resources)] == [("AWS::KMS::Key", 3)]


def test_words_make_hostile_text_harmless_and_long_text_short() -> None:
    assert clean("a\x1b[2Jb\u202ec\u2028\nd") == "a\\x1b[2Jb\\u202ec\\u2028 d"
    assert shorten("0123456789", 5) == "0…789"
    assert fit_arn("arn:aws:kms:us-east-1:1:key/abcd", 20) == "kms:key/abcd"
    assert fit_arn("arn:aws:kms:us-east-1:1:key/abcd-efgh", 10) == "abcd-efgh"
    assert len(fit_arn("arn:aws:kms:us-east-1:1:key/" + "a" * 90, 30)) == 30
    assert value_text({"$redacted": "0123456789abcdef", "$detected": [{"detector": "AWS Key"}]}) == (
        "redacted (keyed hash 0123456789ab, looks like: AWS Key)"
    )
    assert value_text({"b": 1, "a": [None]}) == '{"a":[null],"b":1}'
