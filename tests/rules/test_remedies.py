"""Every remedy could be carried out: by Custodian's own schema, by AWS's own models, or by a person."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session
import msgspec
import pytest
from botocore.validate import ParamValidator

from remediation.policies import IDENTIFIERS, RemedyError, custodian_policy, direct_step, problems, region_of, render
from scanner.engine.evaluate import Context, evaluate
from scanner.engine.examples import AS_OF, case_of, world_of
from scanner.engine.registry import rules
from scanner.model.finding import Finding, Verdict
from scanner.model.remedy import Custodian, Direct, Remedy, Runbook
from scanner.model.rule import Rule

SESSION = botocore.session.get_session()


def _of(form: type[Remedy]) -> Any:
    return [pytest.param(rule, id=rule.id) for rule in rules().values() if isinstance(rule.remedy, form)]


def _finding(rule: type[Rule]) -> Finding:
    """Give the finding of the rule's first bad example."""
    case = case_of(rule.BAD[0])
    subject, _, inventory = world_of(rule, case)
    settings = msgspec.convert(dict(case.settings), rule.Settings)
    found = evaluate([rule], Context(inventory, AS_OF, lambda *_: settings))
    return next(item for item in found if item.verdict is Verdict.FAIL and item.resource == subject.arn)


@cache
def _input_shape(operation: str) -> Any:
    service, _, action = operation.partition(".")
    model = SESSION.get_service_model(service)
    assert action in model.operation_names, f"there is no operation {operation}"
    return model.operation_model(action).input_shape


@pytest.mark.parametrize("rule", _of(Custodian))
def test_a_custodian_policy_is_valid_by_custodian_itself(rule: type[Rule]) -> None:
    policy = render(rule, _finding(rule))["policy"]
    assert problems(policy) == []


@pytest.mark.parametrize("rule", _of(Custodian))
def test_a_custodian_policy_names_its_resource_and_the_failing_condition(rule: type[Rule]) -> None:
    assert isinstance(rule.remedy, Custodian)
    finding = _finding(rule)
    policy = custodian_policy(rule, finding)
    assert policy["max-resources"] == 1
    assert policy["actions"] == list(rule.remedy.actions) != []
    assert rule.remedy.filters, "without the failing condition a policy would act on what is mended already"
    if rule.remedy.resource != "account":
        first = policy["filters"][0]
        assert first["key"] == IDENTIFIERS[rule.remedy.resource][0]
        assert len(first["value"]) == 1
        assert finding.resource.endswith(first["value"][0])


@pytest.mark.parametrize("rule", _of(Direct))
def test_a_direct_remedy_is_an_operation_of_aws_with_valid_parameters(rule: type[Rule]) -> None:
    step = direct_step(rule, _finding(rule))
    report = ParamValidator().validate(step["parameters"], _input_shape(step["operation"]))
    assert not report.has_errors(), report.generate_report()
    assert not re.search(r"\{(id|arn|name|region|account)\}", str(step["parameters"]))
    assert step["why"], "why not Custodian?"


@pytest.mark.parametrize("rule", _of(Runbook))
def test_a_runbook_has_steps_for_this_resource(rule: type[Rule]) -> None:
    steps = render(rule, _finding(rule))["steps"]
    assert len(steps) >= 2
    assert all(len(step) > 10 for step in steps)
    assert not re.search(r"\{(id|arn|name|region|account)\}", " ".join(steps))


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


def test_members_of_a_class_are_all_named() -> None:
    rule = rules()["s3_bucket_public_access_blocked"]
    policy = custodian_policy(rule, _one(members=("arn:aws:s3:::a", "arn:aws:s3:::b")))
    assert policy["filters"][0]["value"] == ["a", "b"]
    assert policy["max-resources"] == 2


@pytest.mark.parametrize("make", [custodian_policy, render])
def test_an_arn_that_does_not_fit_is_refused(make: Callable[[type[Rule], Finding], Any]) -> None:
    with pytest.raises(RemedyError, match="no ARN of Custodian's type s3"):
        make(
            rules()["s3_bucket_public_access_blocked"], _one(resource="arn:aws:ec2:us-east-1:123456789012:instance/i-1")
        )


def test_a_remedy_of_another_form_is_refused() -> None:
    with pytest.raises(RemedyError, match="no Custodian policy"):
        custodian_policy(rules()["iam_user_mfa_enabled"], _one())
    with pytest.raises(RemedyError, match="no API operation"):
        direct_step(rules()["iam_user_mfa_enabled"], _one())


@pytest.mark.parametrize(
    ("different", "said"),
    [
        ({"resource": "aws.no-such-thing"}, "no-such-thing"),
        ({"actions": [{"type": "no-such-action"}]}, "no-such-action"),
        ({"max-resources": "many"}, "many"),
    ],
)
def test_custodian_says_what_is_wrong(different: dict[str, Any], said: str) -> None:
    policy = custodian_policy(rules()["s3_bucket_public_access_blocked"], _one()) | different
    assert any(said in problem for problem in problems(policy))
