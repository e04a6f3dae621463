"""The overlay and the address plan of config.toml: mistakes get one clear line, and rules get what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
import pytest

from scanner.engine.parameters import Parameters
from scanner.engine.settings import ConfigError, parse
from scanner.kinds.ec2_network import VPC
from scanner.model.remedy import Runbook
from scanner.model.resource import Resource
from scanner.model.rule import Fail, Rule
from scanner.model.rule import Settings as RuleSettings

ACCOUNTS = """
[accounts."111111111111"]
name = "alpha"
group = "cells"
environment = "production"

[accounts."222222222222"]
name = "beta"
"""


class Reader(Rule):
    """A rule that reads other tables of config.toml."""

    id = "reader"
    kind = VPC
    severity = "low"
    remedy = Runbook("one", "two")
    GOOD = ({},)
    BAD = ({},)

    class Settings(RuleSettings, frozen=True, kw_only=True):
        cidr: Annotated[str, msgspec.Meta(extra={"config": "overlay.cidr"})] = "none"
        ports: Annotated[tuple[int | str, ...], msgspec.Meta(extra={"config": "overlay.ports"})] = (1,)
        plan: Annotated[dict[str, tuple[str, ...]], msgspec.Meta(extra={"config": "address_plan"})] = msgspec.field(
            default_factory=dict
        )
        groups: Annotated[dict[str, str], msgspec.Meta(extra={"config": "accounts.*.group"})] = msgspec.field(
            default_factory=dict
        )
        strange: Annotated[str, msgspec.Meta(extra={"config": "overlay.cidr.colour"})] = "none"
        other: Annotated[str, msgspec.Meta(extra={"config": "nowhere.*.colour"})] = "none"

    @staticmethod
    def check(_: VPC) -> Iterator[Fail]:
        return iter(())


def given(text: str) -> RuleSettings:
    return Parameters(parse(text), {"reader": Reader})(Reader, Resource("AWS::EC2::VPC", "vpc-1"))


def test_a_rule_gets_values_whole_tables_and_one_field_of_every_entry() -> None:
    text = ACCOUNTS + '[overlay]\ncidr = "10.32.0.0/12"\nports = [6783, "esp"]\n[address_plan]\ncells = "10.64.0.0/12"'
    assert given(text) == Reader.Settings(
        cidr="10.32.0.0/12",
        ports=(6783, "esp"),
        plan={"cells": ("10.64.0.0/12",)},
        groups={"111111111111": "cells"},
    )


def test_a_rule_keeps_its_own_where_the_tables_say_nothing() -> None:
    assert given("") == Reader.Settings()


def test_a_rules_own_table_goes_before() -> None:
    text = '[overlay]\ncidr = "10.32.0.0/12"\n[rules.reader]\ncidr = "x"\ngroups = { "111111111111" = "own" }'
    assert given(text) == Reader.Settings(cidr="x", groups={"111111111111": "own"})


@pytest.mark.parametrize(
    "key", ["111111111111", "999999999999", "alpha", "cells", "production", "cells/production", "beta"]
)
def test_a_pool_belongs_to_an_account_a_group_or_an_environment(key: str) -> None:
    text = f'{ACCOUNTS}[address_plan]\n"{key}" = ["10.64.0.0/16", "10.65.0.0/16"]'
    assert parse(text).address_plan == {key: ("10.64.0.0/16", "10.65.0.0/16")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[overlay]\ncidr = "10.32.0.1/12"', "overlay.cidr: '10.32.0.1/12' is no range; did you mean 10.32.0.0/12?"),
        ('[overlay]\ncidr = "ten"', "line 2, overlay.cidr: 'ten' is no range; give a CIDR such as 10.64.0.0/12"),
        ("[overlay]\nports = 6783", "line 2, overlay.ports: give a list of ports"),
        *(
            (f"[overlay]\nports = [6783, {port}]", "line 2, overlay.ports: ")
            for port in ("0", "65536", "1.5", "true", '"6783"', '"22/icmp"', '"0/tcp"', '"9-8/tcp"', '"1-65536/udp"')
        ),
        ('[address_plan]\ncels = "10.64.0.0/12"', "line 1, address_plan: 'cels' is no account of [accounts]"),
        ('[address_plan]\n"111111111111" = "10.64.0.1/12"', "did you mean 10.64.0.0/12?"),
        ('[address_plan]\n"111111111111" = ["10.64.0.0/12", "x"]', "address_plan.111111111111.1: 'x' is no range"),
        ('[address_plan]\n"111111111111" = 5', "'111111111111' has no range"),
        ("address_plan = 5", "line 1, address_plan: give a table of names and ranges"),
    ],
)  # fmt: skip
def test_a_mistake_gets_one_clear_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_every_form_of_port_is_taken() -> None:
    text = '[overlay]\nports = [1, 65535, "6783/tcp", "6783-6784/udp", "6784-6784/udp", "esp"]'
    assert parse(text).overlay.ports == (1, 65535, "6783/tcp", "6783-6784/udp", "6784-6784/udp", "esp")
