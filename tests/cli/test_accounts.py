"""An organization on loopback: which accounts are looked at, by what settings, and what one failing account does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from scanner.cli import run
from scanner.cli.accounts import config_of_group
from scanner.cli.wire import Wiring
from scanner.demo import DemoServer
from scanner.engine.settings import parse
from tests.cli.remedying import lead

CONFIG = """
[aws]
organization = true
role = "Audit"
regions = ["us-east-1"]

[organization.exclude]
ous = ["Sandbox"]
tags = { phiward = "off" }

[organization.ous."Workloads"]
group = "work"
max_calls = 50

[organization.ous."Workloads/Production"]
environment = "production"
regions = ["us-east-1", "us-west-2"]

[organization.tags."system=cells"]
group = "cells"
"""


@pytest.fixture(scope="module")
def accounts(loopback: DemoServer) -> dict[str, str]:
    """An organization of five members, by name."""
    with pytest.MonkeyPatch.context() as patch:
        lead(patch, loopback)
        client = boto3.client("organizations", region_name="us-east-1")
        client.create_organization(FeatureSet="ALL")
        root = client.list_roots()["Roots"][0]["Id"]

        def unit(parent: str, name: str) -> str:
            return str(client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"])

        workloads, sandbox = unit(root, "Workloads"), unit(root, "Sandbox")
        production = unit(workloads, "Production")
        places = {"cell": production, "web": workloads, "playground": sandbox, "old": root, "quiet": root}
        found = {}
        for name, place in places.items():
            status = client.create_account(AccountName=name, Email=f"{name}@example.org")["CreateAccountStatus"]
            found[name] = str(status["AccountId"])
            client.move_account(AccountId=found[name], SourceParentId=root, DestinationParentId=place)
        client.tag_resource(ResourceId=found["cell"], Tags=[{"Key": "system", "Value": "cells"}])
        client.tag_resource(ResourceId=found["quiet"], Tags=[{"Key": "phiward", "Value": "off"}])
        client.close_account(AccountId=found["old"])
        return found


Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(
    loopback: DemoServer, accounts: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> Ask:
    lead(monkeypatch, loopback)
    monkeypatch.chdir(tmp_path)

    def command(*words: str, config: str = CONFIG) -> tuple[int, Any]:
        Path("config.toml").write_text(config)
        code = run([*words, "--format", "json"])
        said = capfd.readouterr()
        return code, json.loads(said.out) if said.out else said.err

    return command


def test_the_list_says_what_holds_for_each_account_and_why(ask: Ask, accounts: dict[str, str]) -> None:
    code, found = ask("accounts", "list")
    assert code == 0
    by_name = {each["settings"]["name"]["value"]: each for each in found}
    assert {name: each["left_out"] for name, each in by_name.items() if name in accounts} == {
        "cell": "",
        "web": "",
        "playground": "[organization.exclude] ous names Sandbox",
        "old": "the account is suspended",
        "quiet": "[organization.exclude] tags names phiward=off",
    }
    cell = by_name["cell"]
    assert (cell["account"], cell["ou"], cell["tags"]) == (
        accounts["cell"],
        "Workloads/Production",
        {"system": "cells"},
    )
    assert {
        key: (one["value"], one["said_by"]) for key, one in cell["settings"].items() if key in {"group", "regions"}
    } == {
        "group": ("cells", '[organization.tags."system=cells"]'),
        "regions": (["us-east-1", "us-west-2"], '[organization.ous."Workloads/Production"]'),
    }
    code, web = ask("accounts", "show", "web")
    assert (code, web["settings"]["group"]["value"], web["settings"]["max_calls"]["value"]) == (0, "work", 50)


def test_the_tables_say_it_too(
    ask: Ask, accounts: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    ask("accounts", "list")
    assert run(["accounts", "list"]) == 0
    said = " ".join(capfd.readouterr().out.split())
    assert "[organization.exclude]" in said
    assert "our own credentials" in said
    assert run(["accounts", "show", accounts["web"]]) == 0
    lines = {line.split()[0]: line.split()[1:] for line in capfd.readouterr().out.splitlines() if line.strip()}
    assert lines["group"] == ["work", '[organization.ous."Workloads"]']
    assert lines["session_name"] == ["phiward", "default"]
    assert lines["OU:"] == ["Workloads"]


def test_a_scan_looks_at_the_accounts_that_are_left_in_and_one_that_refuses_hinders_no_other(
    ask: Ask, accounts: dict[str, str], loopback: DemoServer, tmp_path: Path
) -> None:
    loopback.deny("kms.*", accounts["web"])  # as a service control policy does
    try:
        code, found = ask("scan", "--fail-on", "low", "--rule", "kms_key_rotation", "--store", "own.db")
    finally:
        loopback.allow()
    assert code == 3
    assert not found["complete"]
    gaps = {(each["account"], each["state"], each["permission"]) for each in found["coverage"] if each["state"] != "ok"}
    assert gaps == {(accounts["web"], "denied", "kms:ListKeys")}
    with Wiring.find(tmp_path / "config.toml", "own.db").store() as store:
        (info,) = store.scans()
    own = "123456789012"
    assert set(info.targets) == {
        (account, region)
        for account, regions in {
            own: ["us-east-1"],
            accounts["web"]: ["us-east-1"],
            accounts["cell"]: ["us-east-1", "us-west-2"],
        }.items()
        for region in regions
    }
    assert info.names[accounts["cell"]] == "cell"


def test_an_account_that_is_named_is_looked_at_even_if_it_is_left_out_of_all(
    ask: Ask, accounts: dict[str, str]
) -> None:
    code, found = ask(
        "scan", "--fail-on", "low", "--rule", "kms_key_rotation", "--account", "quiet", "--store", "own.db"
    )
    assert code in {0, 1}
    assert {each["account"] for each in found["coverage"]} == {accounts["quiet"]}


def test_what_the_budget_does_not_reach_is_not_passed(ask: Ask, accounts: dict[str, str]) -> None:
    config = CONFIG.replace("max_calls = 50", "max_calls = 1")
    rules = ["--rule", "kms_key_rotation", "--rule", "dynamodb_table_encrypted_with_cmk"]
    code, found = ask("scan", "--fail-on", "low", *rules, "--account", "web", "--store", "x.db", config=config)
    assert code == 3
    spent = [each for each in found["coverage"] if each["state"] != "ok"]
    assert spent
    assert {each["error"] for each in spent} == {"MaxCallsSpent"}
    assert not [each for each in found["findings"] if each["verdict"] == "PASS"]


def test_regions_that_cannot_be_listed_leave_the_account_unknown(
    ask: Ask, accounts: dict[str, str], loopback: DemoServer
) -> None:
    config = CONFIG.replace('regions = ["us-east-1"]\n', "").replace('regions = ["us-east-1", "us-west-2"]\n', "")
    loopback.deny("ec2.DescribeRegions", accounts["cell"])
    try:
        code, found = ask(
            "scan", "--fail-on", "low", "--rule", "kms_key_rotation", "--account", "cell", "--account", "web",
            "--store", "x.db", config=config,
        )  # fmt: skip
    finally:
        loopback.allow()
    assert code == 3
    gaps = [each for each in found["coverage"] if each["state"] != "ok"]
    assert {(each["account"], each["permission"]) for each in gaps} == {(accounts["cell"], "ec2:DescribeRegions")}
    assert "Regions cannot be listed" in gaps[0]["message"]


def test_a_group_that_an_ou_gives_has_the_accounts_of_the_ou(ask: Ask, accounts: dict[str, str]) -> None:
    wiring = Wiring(parse(CONFIG))
    groups = {account: table.group for account, table in config_of_group(wiring, "work").accounts.items()}
    assert {groups.get(accounts[name]) for name in ("web", "cell")} == {"work", "cells"}
    assert not groups.keys() & {accounts[name] for name in ("old", "quiet", "playground")}
    assert config_of_group(wiring, "elsewhere") is wiring.config


MISUSE: dict[str, tuple[list[str], str, str]] = {
    "no such OU": (
        ["accounts", "list"],
        CONFIG.replace('"Sandbox"', '"Sand"'),
        "config.toml, line 8, organization.exclude.ous.Sand: the organization has no such OU",
    ),
    "a role of another account": (
        ["scan", "--account", "cell"],
        CONFIG.replace('"Audit"', '"arn:aws:iam::999999999999:role/Audit"'),
        "is a role of another account; give the role's name alone",
    ),
    "no role": (["scan", "--account", "cell"], CONFIG.replace('role = "Audit"\n', ""), "say in [aws] role which role"),
    "no such account": (["accounts", "show", "000000000000"], CONFIG, "neither in config.toml nor in the organization"),
    "no such name": (["scan", "--account", "nobody"], CONFIG, "--account nobody: neither twelve digits nor a name"),
}


@pytest.mark.parametrize("what", MISUSE)
def test_misuse_is_one_line(what: str, ask: Ask) -> None:
    words, config, said = MISUSE[what]
    code, found = ask(*words, config=config)
    assert code == 2
    assert said in found
    assert found.count("\n") == 1


def test_a_denied_discovery_is_one_line(ask: Ask, loopback: DemoServer) -> None:
    loopback.deny("organizations.ListAccounts", "123456789012")
    try:
        code, found = ask("scan", "--store", "x.db")
    finally:
        loopback.allow()
    assert code == 2
    assert found.startswith(
        "phiward: the organization's accounts cannot be listed: organizations:ListAccounts is denied"
    )
    assert found.count("\n") == 1
