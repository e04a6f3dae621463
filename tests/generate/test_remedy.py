"""Remedies on the rules' pages: what is done, what it means, the same in Terraform."""

from __future__ import annotations

import pytest

from rules.kms.key_rotation import KeyRotation
from scanner.engine.registry import rules
from scanner.generate.remedy import remedy
from scanner.model.remedy import Custodian, Direct, Effect, Runbook, Write

BACK = (Write("kms.DisableKeyRotation", {"KeyId": "{id}"}),)


def page(found: Custodian | Direct | Runbook) -> str:
    return remedy(type("Odd", (KeyRotation,), {"__doc__": "Keys turn.", "remedy": found, "id": "odd_one"}))


def test_a_page_says_what_a_remedy_means_and_the_same_in_terraform() -> None:
    effect = Effect(
        sets={"rotates": True}, after="Keys turn.", risk="medium", downtime="none", cost="1 USD", undo=BACK,
        follows=("kms_key_rotation",), brings=("iam_user_mfa_enabled",),
        terraform={"aws_kms_key": {"enable_key_rotation": True, "tags": {"a": "${b}"}, "timeouts": {"create": "5m"}}},
    )  # fmt: skip
    text = page(Custodian("kms-key", "set-rotation", filters=[{"type": "value"}], effect=effect))
    for row in (
        "| afterwards | `rotates` is `true`; keys turn |",
        "| risk | medium: it may refuse what somebody uses, or change how something behaves |",
        "| downtime | none |",
        "| cost | 1 USD |",
        "| way back | `phiward remediate rollback` brings the former state back |",
        "| comes after | [kms_key_rotation](kms_key_rotation.md) |",
        "| may then fail | [iam_user_mfa_enabled](iam_user_mfa_enabled.md) |",
    ):
        assert row in text.splitlines()
    assert text.endswith(
        "```hcl\n"
        'resource "aws_kms_key" "this" {\n'
        "  enable_key_rotation = true\n"
        "  tags = {\n"
        '    "a" = "$${b}"\n'
        "  }\n"
        "\n"
        "  timeouts {\n"
        '    create = "5m"\n'
        "  }\n"
        "}\n"
        "```"
    )


def test_operations_that_a_function_makes_out_are_all_named() -> None:
    found = Direct(
        "ec2.CreateX", by=lambda *_: (), also=("ec2.ModifyX",), why="it has none", effect=Effect(lasting="it is gone")
    )
    text = page(found)
    assert "After approval, the API operations `ec2.CreateX`, `ec2.ModifyX`: made out for each resource" in text
    assert "| way back | none: it is gone |" in text
    assert "parameters" not in text


def test_words_in_braces_are_explained_where_there_are_any() -> None:
    text = page(Direct("kms.EnableKeyRotation", {"KeyId": "{id}", "Text": "${name} {other}"}))
    assert text.endswith("\n\n`{id}`: the resource's own, put in when a plan is made.")


def test_nothing_is_said_of_an_effect_that_nothing_says() -> None:
    assert page(Runbook("Look at it.", "Do it.")) == "Steps for a person:\n\n1. Look at it.\n2. Do it."
    said = page(Runbook("Look at it.", "Do it.", effect=Effect(risk="high")))
    assert "| risk | high: it interrupts, moves data, or is hard to take back |" in said
    assert "way back" not in said


@pytest.mark.parametrize("form", [Custodian, Direct, Runbook])
def test_every_page_says_a_risk_where_its_rule_does(form: type) -> None:
    found = [rule for rule in rules().values() if isinstance(rule.remedy, form)]
    lacking = [rule.id for rule in found if "| risk |" not in remedy(rule) and rule.remedy.effect != Effect()]
    assert found
    assert not lacking
