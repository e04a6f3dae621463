"""Every remedy could be carried out: by Custodian's own schema, by AWS's own models, and back again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import botocore.session
import msgspec
import pytest
from botocore.validate import ParamValidator

from remediation.filling import calls, redacted, region_of
from remediation.ordering import merged
from remediation.permissions import TABLE, asked, custodian_permissions
from remediation.planning import Choice, Ground, steps_for
from remediation.policies import IDENTIFIERS, WHOLE_ACCOUNT, RemedyError, policy, problems, render
from scanner.engine.evaluate import Context, evaluate
from scanner.engine.examples import AS_OF
from scanner.engine.registry import kinds, rules
from scanner.kinds.s3 import Bucket
from scanner.model.finding import Finding, Verdict
from scanner.model.operation import permission_of
from scanner.model.plan import Mended, Step, WriteCall
from scanner.model.remedy import Custodian, Direct, Runbook, Write
from scanner.model.resource import Resource
from scanner.model.rule import Rule
from tests.rules.remedy_answers import answers
from tests.rules.remedying import failing, made, staged

SESSION = botocore.session.get_session()
LEFT_OVER = re.compile(r"(?<!\$)\{(id|arn|name|region|account|partition|part)\}")


def _of(*forms: type) -> Any:
    return [pytest.param(rule, id=rule.id) for rule in rules().values() if isinstance(rule.remedy, forms)]


def _findings(rule: type[Rule]) -> tuple[list[Finding], Context]:
    """Give the findings of the rule's first bad example."""
    example = staged(rule, rule.BAD[0], next(answers()))
    context = Context(example.inventory, AS_OF, lambda *_: example.around.settings)
    found = evaluate([rule], context)
    return [item for item in found if item.verdict is Verdict.FAIL and item.resource == example.subject.arn], context


def _finding(rule: type[Rule]) -> Finding:
    return _findings(rule)[0][0]


@cache
def _input_shape(operation: str) -> Any:
    service, _, action = operation.partition(".")
    model = SESSION.get_service_model(service)
    assert action in model.operation_names, f"there is no operation {operation}"
    return model.operation_model(action).input_shape


def _check(calls: Iterable[WriteCall], facts: Iterable[str]) -> int:
    """Check writes by AWS's models; give how many they are."""
    names, number = "|".join(map(re.escape, facts)), 0
    for call in calls:
        number += 1
        shape = _input_shape(call.operation)
        report = ParamValidator().validate(call.parameters, shape) if shape else None
        assert report is None or not report.has_errors(), f"{call}: {report.generate_report()}"
        text = json.dumps(call.parameters)
        assert not LEFT_OVER.search(text), call
        assert not re.search(rf'"\$({names})"', text), call
        assert not redacted(call.parameters), call
        assert re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", call.region), call
    return number


@pytest.mark.parametrize("rule", _of(Custodian))
def test_a_custodian_policy_is_valid_and_names_its_resource_and_the_failing_condition(rule: type[Rule]) -> None:
    assert isinstance(rule.remedy, Custodian)
    finding = _finding(rule)
    policy = render(rule, finding)["policy"]
    assert problems(policy) == []
    assert policy["max-resources"] == 1
    assert policy["actions"] == list(rule.remedy.actions) != []
    assert rule.remedy.filters, "without the failing condition a policy would act on what is mended already"
    assert policy["filters"][-len(rule.remedy.filters) :] == list(rule.remedy.filters)
    if rule.remedy.resource not in WHOLE_ACCOUNT:
        first = policy["filters"][0]
        assert first["key"] == IDENTIFIERS[rule.remedy.resource][0]
        assert len(first["value"]) == 1
        assert finding.resource.endswith(first["value"][0])


def test_the_permissions_of_policies_are_what_custodian_says() -> None:
    assert json.loads(files("remediation").joinpath(TABLE).read_text()) == asked(rules().values())
    lacking = [
        rule.id
        for rule in rules().values()
        if isinstance(rule.remedy, Custodian) and not custodian_permissions(rule.remedy)
    ]
    assert not lacking


@pytest.mark.parametrize("rule", _of(Custodian, Direct))
def test_a_way_back_or_why_there_is_none(rule: type[Rule]) -> None:
    effect = rule.remedy.effect
    assert bool(effect.undo) != bool(effect.lasting)
    assert effect.sets or effect.after, "what is it like afterwards?"


@pytest.mark.parametrize("rule", _of(Direct))
def test_the_operations_of_a_direct_remedy_are_those_of_aws_and_need_a_permission(rule: type[Rule]) -> None:
    assert isinstance(rule.remedy, Direct)
    assert rule.remedy.why, "why not Custodian?"
    assert bool(rule.remedy.by) or not rule.remedy.also
    for operation in rule.remedy.operations:
        assert _input_shape(operation) is not None
        assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z]+", permission_of(operation))


@pytest.mark.parametrize("rule", _of(Custodian, Direct))
def test_what_is_written_there_and_back_is_what_aws_takes(rule: type[Rule]) -> None:
    remedy, written, back = rule.remedy, 0, 0
    for example in failing(rule):
        for writes, undo in made(example):
            written += _check(writes, type(example.view).facts)
            back += _check(undo, type(example.view).facts)
            if isinstance(remedy, Direct):
                assert {call.operation for call in writes} <= set(remedy.operations)
    assert written or isinstance(remedy, Custodian), "no example shows the writes: tests/rules/remedy_answers.py"
    assert bool(back) == bool(remedy.effect.undo), "no example shows the way back: tests/rules/remedy_answers.py"


@pytest.mark.parametrize("rule", _of(Custodian, Direct, Runbook))
def test_a_finding_becomes_steps_that_say_what_is_done_to_it(rule: type[Rule]) -> None:
    findings, context = _findings(rule)
    made_steps = steps_for(findings, Ground(context, rules(), kinds()), Choice())
    assert not made_steps.left_out
    assert {each.fingerprint for step in made_steps.steps for each in step.mends} == {
        each.fingerprint for each in findings
    }
    for step in made_steps.steps:
        assert not LEFT_OVER.search(json.dumps(msgspec.to_builtins(step)))
        assert step.policy or step.writes or step.runbook
        assert step.undo or step.lasting or not step.runs
        assert step.permissions or not step.runs


def _one(**different: Any) -> Finding:
    values = {
        "fingerprint": "0123456789abcdef", "rule": "r", "title": "t", "verdict": Verdict.FAIL, "severity": "high",
        "category": "security", "kind": "AWS::S3::Bucket", "resource": "arn:aws:s3:::claims", "key": "claims",
        "name": "claims", "account": "123456789012", "region": "global",
    }  # fmt: skip
    return Finding(**values | different)


@pytest.mark.parametrize(
    ("arn", "region", "expected"),
    [
        ("arn:aws:s3:::claims", "global", "us-east-1"),
        ("arn:aws-us-gov:s3:::claims", "global", "us-gov-west-1"),
        ("arn:aws:cloudtrail:eu-west-1:123456789012:trail/a", "global", "eu-west-1"),
        ("arn:aws:ec2:us-west-2:123456789012:instance/i-1", "us-west-2", "us-west-2"),
    ],
)
def test_the_region_where_a_finding_is_mended(arn: str, region: str, expected: str) -> None:
    assert region_of(_one(resource=arn, region=region)) == expected


BLOCKED = "s3_bucket_public_access_blocked"


def test_members_of_a_class_are_all_named() -> None:
    policy = render(rules()[BLOCKED], _one(members=("arn:aws:s3:::a", "arn:aws:s3:::b")))["policy"]
    assert policy["filters"][0]["value"] == ["a", "b"]
    assert policy["max-resources"] == 2


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        ("arn:aws:ec2:us-east-1:123456789012:instance/i-1", "no ARN of Custodian's type s3"),
        ("arn:aws:s3:::{account_id}", "Custodian takes the braces in {account_id}"),
        ("arn:aws:s3:::a}b", "Custodian takes the braces in a}b"),
    ],
)
def test_what_custodian_cannot_name_is_for_a_person(arn: str, said: str) -> None:
    made = render(rules()[BLOCKED], _one(resource=arn))
    assert made["kind"] == "runbook"
    assert said in made["steps"][0]
    remedy = rules()[BLOCKED].remedy
    assert isinstance(remedy, Custodian)
    with pytest.raises(RemedyError):
        policy(BLOCKED, remedy, [arn])


def test_what_stands_in_a_document_is_written_as_it_stands() -> None:
    bucket = Bucket(Resource(Bucket.cfn, "claims", account="123456789012", region="us-east-1"))
    foreign = {"Rules": [{"Prefix": "{name}/", "Filter": "$id", "Value": ["{id}"]}], "Sid": "{account}"}
    given = {"Bucket": "{id}", "Text": "to {id}", "Document": foreign}
    (made,) = calls(lambda *_: [Write("s3.PutIt", given)], bucket, "")
    assert made.parameters == {"Bucket": "claims", "Text": "to {id}", "Document": foreign}
    (made,) = calls([Write("s3.PutIt", {"Bucket": ["{id}"], "Text": "to {id}"})], bucket, "")
    assert made.parameters == {"Bucket": ["claims"], "Text": "to claims"}


def test_a_name_does_nothing_in_a_shell() -> None:
    rule = rules()["asg_min_size_three"]
    arn = "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:0:autoScalingGroupName/a b; rm -rf $(x) `y` 'z"
    steps = render(rule, _one(resource=arn, key=arn.rpartition("/")[2], name="x"))["steps"]
    assert any("a b? rm -rf ?(x) ?y? ?z" in step for step in steps)
    assert not any(mark in step for step in steps for mark in ("; rm", "$(", "`"))


def test_a_merged_step_is_as_risky_as_the_riskiest() -> None:
    given: dict[str, Any] = {
        "id": "a", "form": "direct", "account": "1", "region": "r", "kind": "K", "resource": "x", "name": "x",
        "resources": ("x",), "title": "t",
    }  # fmt: skip
    one = Step(**given, severity="high", mends=(Mended("f", "r", "t", "high", ""),), risk="low", cost="1 USD")
    other = Step(**given, severity="low", mends=(Mended("g", "s", "t", "low", ""),), risk="high", downtime="minutes")
    both = merged([one, other])
    assert (both.severity, both.risk, both.downtime, both.cost) == ("high", "high", "minutes", "1 USD")


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"resource": "aws.no-such-thing"}, "no-such-thing"),
        ({"actions": [{"type": "no-such-action"}]}, "no-such-action"),
        ({"max-resources": "many"}, "many"),
    ],
)
def test_custodian_says_what_is_wrong(different: dict[str, Any], said: str) -> None:
    policy = render(rules()[BLOCKED], _one())["policy"] | different
    assert any(said in problem for problem in problems(policy))


def test_wrong_writes_are_found() -> None:
    good = WriteCall("s3.DeleteBucketPolicy", {"Bucket": "claims"}, "us-east-1")
    assert _check([good], ["tags"]) == 1
    for wrong in (
        WriteCall("s3.DeleteBucketPolicies", {"Bucket": "claims"}, "us-east-1"),
        WriteCall("s3.DeleteBucketPolicy", {"Bucket": 5}, "us-east-1"),
        WriteCall("s3.DeleteBucketPolicy", {"Bucket": "{id}"}, "us-east-1"),
        WriteCall("s3.DeleteBucketPolicy", {"Bucket": "$tags"}, "us-east-1"),
        WriteCall("s3.DeleteBucketPolicy", {"Bucket": "claims"}, "global"),
    ):
        with pytest.raises(AssertionError):
            _check([wrong], ["tags"])
