"""What holds for an account: its own table over its tags', its OUs' and the default; and who is left out."""

from __future__ import annotations

import pytest

from scanner.engine.accounts import KEYS, Held, Member, Unit, held, unknown_units, with_accounts
from scanner.engine.settings import ConfigError, parse

ROOT = Unit("r-1", "")
WORK = Unit("ou-1", "Workloads")
PROD = Unit("ou-2", "Workloads/Production")
MEMBER = Member("111111111111", "billing", units=(ROOT, WORK, PROD), tags={"system": "cells", "tier": "one"})

WHOLE = """
[aws]
organization = true
role = "Audit"
regions = ["us-east-1"]
session_name = "night"
session_tags = { team = "platform" }
max_calls = 100

[organization.ous."Workloads"]
environment = "outer"
external_id = "outer"
group = "outer"
role = "Outer"

[organization.ous."ou-2"]
environment = "inner"
external_id = "inner"
group = "inner"

[organization.tags."tier=one"]
external_id = "first tag"
group = "first tag"

[organization.tags."system=cells"]
external_id = "second tag"
max_calls = 7

[organization.tags."system=other"]
regions = ["eu-west-1"]

[accounts."111111111111"]
group = "own"
"""


def of(text: str, member: Member = MEMBER) -> Held:
    return held(parse(text), member)


def test_the_account_counts_before_its_tags_before_its_inner_ou_before_the_outer_before_the_default() -> None:
    found = of(WHOLE)
    assert {key: (getattr(found.table, key), found.why[key]) for key in KEYS} == {
        "group": ("own", '[accounts."111111111111"]'),
        "external_id": ("first tag", '[organization.tags."tier=one"]'),
        "max_calls": (7, '[organization.tags."system=cells"]'),
        "environment": ("inner", '[organization.ous."ou-2"]'),
        "role": ("Outer", '[organization.ous."Workloads"]'),
        "regions": (("us-east-1",), "[aws]"),
        "session_name": ("night", "[aws]"),
        "session_tags": ({"team": "platform"}, "[aws]"),
    }


def test_an_empty_value_that_is_said_counts_too() -> None:
    found = of('[aws]\nrole = "Audit"\nregions = ["us-east-1"]\n[accounts."111111111111"]\nrole = ""\nregions = []\n')
    assert (found.table.role, found.table.regions) == ("", ())
    assert found.why["role"] == '[accounts."111111111111"]'


def test_an_account_that_nothing_speaks_of_has_the_default_alone() -> None:
    found = of(WHOLE, Member("222222222222"))
    assert (found.table.role, found.table.group, found.table.max_calls) == ("Audit", "", 100)
    assert set(found.why.values()) == {"[aws]", "default", "its id"}
    assert found.table.name == "222222222222"


def test_an_ou_named_by_its_root_holds_for_all_and_is_the_outermost() -> None:
    text = '[organization.ous."r-1"]\ngroup = "all"\nrole = "R"\n[organization.ous."Workloads"]\ngroup = "work"\n'
    assert (of(text).table.group, of(text).table.role) == ("work", "R")


def test_the_name_is_the_accounts_own_before_the_organizations() -> None:
    assert of("").table.name == "billing"
    assert of('[accounts."111111111111"]\nname = "own"\n').table.name == "own"


LEFT_OUT = {
    "accounts = ['111111111111']": "[organization.exclude] accounts names it",
    "ous = ['Workloads']": "[organization.exclude] ous names Workloads",
    "ous = ['ou-2']": "[organization.exclude] ous names ou-2",
    "tags = { system = 'cells' }": "[organization.exclude] tags names system=cells",
    "tags = { system = ['x', 'cells'] }": "[organization.exclude] tags names system=cells",
    "tags = { system = 'other' }": "",
    "accounts = ['222222222222']": "",
    "ous = ['Production']": "",
}


@pytest.mark.parametrize("line", LEFT_OUT)
def test_who_is_left_out_and_why(line: str) -> None:
    assert of(f"[organization.exclude]\n{line}\n").left_out == LEFT_OUT[line]


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "CLOSED", "PENDING_ACTIVATION"])
def test_an_account_that_is_not_active_is_left_out(state: str) -> None:
    found = of("", Member("1" * 12, state=state))
    assert found.left_out == f"the account is {state.lower().replace('_', ' ')}"


def test_ous_that_the_organization_does_not_have_are_named() -> None:
    config = parse(
        "[organization.exclude]\nous = ['Workload', 'ou-1']\n"
        "[organization.ous.'Workloads/Prod']\n[organization.ous.'r-1']"
    )
    assert unknown_units(config, (ROOT, WORK, PROD)) == [
        ("organization", "ous", "Workloads/Prod"),
        ("organization", "exclude", "ous", "Workload"),
    ]


def test_groups_of_ous_reach_whoever_reads_the_accounts_tables() -> None:
    config = parse(WHOLE)
    whole = with_accounts(config, [held(config, MEMBER), held(config, Member("222222222222", units=(ROOT, WORK)))])
    assert whole.accounts["222222222222"].group == "outer"
    assert whole.accounts["111111111111"].environment == "inner"
    assert "222222222222" not in config.accounts


def test_addresses_may_be_planned_for_a_group_that_an_ou_gives() -> None:
    text = '[address_plan]\nouter = "10.0.0.0/8"\n[organization.ous."Workloads"]\ngroup = "outer"\n'
    assert parse(text).address_plan == {"outer": ("10.0.0.0/8",)}


WRONG = {
    "[organization.ous.' ']": "' ' is no OU; give its id, or its path below the root",
    "[organization.tags.x]": "'x' is no tag; give KEY=VALUE",
    "[organization.ous.A]\nname = 'x'": "organization.ous.A.name: there is no such key; known here: environment, ",
    "[organization.exclude]\naccounts = ['1']": "organization.exclude.accounts.0: '1' is no account id",
    "[organization.exclude]\ntags = 'x'": "organization.exclude.tags: give a table of tags",
    "[aws]\nmax_calls = 0": "aws.max_calls: input should be greater than or equal to 1",
    "[aws]\nsession_name = 'a b'": "aws.session_name: 'a b' is no session name; give 2 to 64",
    "[organization.tags.'a=b']\nregions = ['x']": "regions: 'x' is no Region; give a code such as us-east-1",
    "[aws]\nsession_tags = { '' = 'x' }": "aws.session_tags: '': a session tag's key has 1 to 128 characters",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_gets_one_line(text: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse(text)
    assert WRONG[text] in str(told.value)
    assert "\n" not in str(told.value)
