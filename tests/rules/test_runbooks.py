"""Runbooks, and what else tells a person what to do: whole, filled in, and every AWS CLI command as AWS has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import botocore.session
import pytest
from botocore import xform_name

from remediation.filling import filled, words_of
from scanner.engine.registry import rules
from scanner.model.gap import Unknown
from scanner.model.remedy import Direct, NotByMachine, Runbook
from scanner.model.rule import Rule
from tests.rules.remedying import failing, staged

SESSION = botocore.session.get_session()
CLI_NAMES = {"s3api": "s3", "configservice": "config", "deploy": "codedeploy"}
"""Services that the AWS CLI calls otherwise than botocore (AWS CLI Command Reference)."""
GLOBAL = frozenset({"region", "query", "output", "profile", "cli-input-json", "generate-cli-skeleton"})
OF_THE_CLI = {
    "ec2 authorize-security-group-ingress": frozenset({"protocol", "port", "cidr", "source-group"}),
    "ec2 revoke-security-group-ingress": frozenset({"protocol", "port", "cidr", "source-group"}),
    "ec2 create-network-acl-entry": frozenset({"ingress"}),
    "ec2 delete-network-acl-entry": frozenset({"ingress"}),
    "configservice put-configuration-recorder": frozenset({"recording-group"}),
    "ec2 run-instances": frozenset({"count"}),
}
"""Options that the AWS CLI adds to those of the API (AWS CLI Command Reference)."""
COMMAND = re.compile(r"\baws ([a-z][a-z0-9-]*) ([a-z][a-z0-9-]*)")
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)")
LEFT_OVER = re.compile(r"(?<!\$)\{(id|arn|name|region|account|partition|part)\}")


@cache
def _options(service: str, command: str) -> frozenset[str] | None:
    """Give the options of a command of the AWS CLI; None where there is no such command."""
    known = CLI_NAMES.get(service, "" if service in CLI_NAMES.values() else service)
    if known not in SESSION.get_available_services():
        return None
    model = SESSION.get_service_model(known)
    operation = next((name for name in model.operation_names if xform_name(name, "-") == command), None)
    if operation is None:
        return None
    shape = model.operation_model(operation).input_shape
    options = {xform_name(name, "-") for name in shape.members} if shape else set()
    return frozenset({*options, *(f"no-{name}" for name in options)}) | OF_THE_CLI.get(f"{service} {command}", GLOBAL)


def wrong_commands(text: str) -> Iterator[str]:
    """Name the commands and options in a text that the AWS CLI does not have."""
    found = list(COMMAND.finditer(text))
    ends = [*(after.start() for after in found[1:]), len(text)]
    for command, end in zip(found, ends, strict=False):
        options = _options(command[1], command[2])
        if options is None:
            yield command[0]
            continue
        given = OPTION.findall(text[command.end() : end])
        yield from (f"{command[0]} --{name}" for name in given if name not in options | GLOBAL)


@pytest.mark.parametrize("rule", [pytest.param(r, id=r.id) for r in rules().values() if isinstance(r.remedy, Runbook)])
def test_a_runbook_has_steps_for_the_resource_with_commands_that_there_are(rule: type[Rule]) -> None:
    assert isinstance(rule.remedy, Runbook)
    example = staged(rule, rule.BAD[0])
    steps = [filled(step, words_of(example.subject, example.fails[0].part)) for step in rule.remedy.steps]
    assert len(steps) >= 2
    assert all(len(step) > 10 for step in steps)
    assert not LEFT_OVER.search(" ".join(steps))
    assert not [wrong for step in steps for wrong in wrong_commands(step)]


def _told(rule: type[Rule]) -> Iterator[str]:
    """Give what a remedy tells a person where a machine does not act, or cannot go back."""
    yield rule.remedy.effect.lasting
    for example in failing(rule):
        for fail in example.fails:
            for make in (example.writes, example.undo):
                try:
                    make(fail.part)
                except NotByMachine as error:
                    yield str(error)
                except Unknown:
                    continue


@pytest.mark.parametrize("rule", [pytest.param(r, id=r.id) for r in rules().values() if isinstance(r.remedy, Direct)])
def test_what_a_person_is_told_names_commands_that_there_are(rule: type[Rule]) -> None:
    told = set(_told(rule))
    assert not [wrong for text in told for wrong in wrong_commands(text)]
    assert not [text for text in told if LEFT_OVER.search(text) and text != rule.remedy.effect.lasting]


def test_wrong_commands_are_found() -> None:
    assert not list(wrong_commands("aws s3api get-bucket-acl --bucket B --region R, then aws ec2 describe-vpcs"))
    assert not list(wrong_commands("aws ec2 modify-vpc-endpoint --vpc-endpoint-id X --no-private-dns-enabled"))
    for wrong in ("aws s3 get-bucket-acl", "aws config put-config-rule", "aws ec2 describe-vpc", "aws nothing is-here"):
        assert list(wrong_commands(f"First {wrong} --region R.")) == [wrong]
    assert list(wrong_commands("aws ec2 describe-vpcs --vpc-id V")) == ["aws ec2 describe-vpcs --vpc-id"]
