"""Cells and the disaster recovery Region in config.toml: mistakes get one clear line."""

from __future__ import annotations

import pytest

from scanner.engine.settings import ConfigError, parse

ACCOUNTS = """
[accounts."111111111111"]
name = "alpha"
group = "cells"

[accounts."222222222222"]
name = "beta"
group = "cells"
"""


def test_what_is_said_of_cells_is_kept() -> None:
    text = """
[cells.cells]
blueprint = "alpha"
parameters = ["desired"]
allowed = [{ kind = "AWS::S3::Bucket", name = "exports", reason = "beta has a research contract" }]

[dr]
region = "us-west-2"
"""
    config = parse(ACCOUNTS + text)
    assert config.dr.region == "us-west-2"
    assert config.cells["cells"].parameters == ("desired",)
    assert config.cells["cells"].allowed[0].reason == "beta has a research contract"


def test_a_group_needs_no_blueprint_and_accounts_have_values_of_their_own() -> None:
    text = """
[cells.cells.values."alpha"]
cidr = "10.64.0.0/16"
hosts = 3

[cells.cells.values."222222222222"]
cidr = "2001:db8::/56"

[[cells.cells.allowed]]
fact = "retention_days"
direction = "at_least"
reason = "a contract asks for more"
"""
    cell = parse(ACCOUNTS + text).cells["cells"]
    assert cell.blueprint == ""
    assert cell.values == {"alpha": {"cidr": "10.64.0.0/16", "hosts": "3"}, "222222222222": {"cidr": "2001:db8::/56"}}
    assert cell.allowed[0].direction == "at_least"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[cells.webs]\nblueprint = "alpha"', 9, "'webs' is no group of an account in [accounts]"),
        ('[cells.cells]\nblueprint = "gamma"', 9, "the blueprint 'gamma' is no account of [accounts]"),
        (
            '[cells.cells]\nblueprint = "alpha"\nmodel = "x"',
            11,
            "there is no such key; known here: allowed, blueprint, parameters, values",
        ),
        ('[cells.cells]\nblueprint = "alpha"\nallowed = [{ kind = "K" }]', 11, "say why it may differ: give `reason`"),
        ('[cells.cells]\nblueprint = "alpha"\nallowed = [{ reason = "R" }]', 11, "say what may differ"),
        (
            '[cells.cells]\nallowed = [{ fact = "F", reason = "R", direction = "more" }]',
            10,
            "input should be '', 'at_least' or 'at_most'",
        ),
        ('[cells.cells.values."omega"]\ncidr = "10.0.0.0/16"', 9, "values: 'omega' is no account of [accounts]"),
        ('[cells.cells.values]\nalpha = "10.0.0.0/16"', 9, "give a table for each account"),
        ('[cells.cells.values."alpha"]\ncidr = "10.0.0.1/16"', 9, "'cidr': 10.0.0.1/16 has host bits set"),
        ('[cells.cells.values."alpha"]\nCidr = "10.0.0.0/16"', 9, "'Cidr' is no name of a value"),
        ('[cells.cells.values."alpha"]\nclient = ""', 9, "'client' has no value"),
        ('[dr]\nregion = "nowhere"', 10, "'nowhere' is no Region; give a code such as us-east-1"),
        ('[dr]\nregio = "us-west-2"', 10, "there is no such key; known here: region"),
        ('[accounts."333333333333"]\nnom = "x"', 10, "there is no such key; known here: environment"),
    ],
)
def test_a_mistake_gets_one_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(ACCOUNTS + text)
    message = str(caught.value)
    assert f"line {line}," in message
    assert said in message
    assert "\n" not in message
