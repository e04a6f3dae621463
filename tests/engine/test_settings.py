"""config.toml: what is right is read, what is wrong gets one line with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.engine.settings import Config, ConfigError, load, parse
from scanner.engine.toml_lines import line_of

SOUND = """
[store]
url = "sqlite:///x.db"
retention_days = 3000

[aws]
regions = ["us-east-1", "us-gov-west-1"]
role = "phiward"
threads = 8

[accounts."123456789012"]
name = "phi-cluster"
environment = "production"

[accounts.210987654321]
role = "other"

[scope]
accounts = ["123456789012"]
vpcs = ["vpc-1"]
tags = { data = "phi" }

[packs]
enabled = ["hipaa"]

[overlay]
cidr = "10.32.0.0/12"
ports = [6783]

[reports]
out = "out"
formats = ["html"]

[rules]
paths = ["own"]

[rules.kms_key_rotation]
minimum = 3
"""


def test_a_sound_file_is_read() -> None:
    config = parse(SOUND)
    assert config.store.retention_days == 3000
    assert config.aws.regions == ("us-east-1", "us-gov-west-1")
    assert config.accounts["123456789012"].name == "phi-cluster"
    assert config.accounts["210987654321"].role == "other"
    assert config.scope.tags == {"data": "phi"}
    assert config.overlay.ports == (6783,)
    assert config.rule_paths == ("own",)
    assert config.rules["kms_key_rotation"] == {"minimum": 3}


def test_an_empty_file_is_the_defaults() -> None:
    assert parse("") == Config()
    assert Config().store.retention_days == 2192
    assert Config().rule_paths == ()


WRONG: dict[str, tuple[str, str]] = {
    "an unknown table": ("[stor]\nurl = 'x'\n", "line 1, stor: there is no such key; known here: accounts, "),
    "an unknown key": ("[aws]\n\nregion = 'us-east-1'\n", "line 3, aws.region: there is no such key; known here: "),
    "an unknown key of an account": (
        "[aws]\nthreads = 2\n[accounts.'123456789012']\nnme = 'x'\n",
        "line 4, accounts.123456789012.nme: there is no such key; known here: ",
    ),
    "an unknown key by a dotted name": (
        "aws.threads = 2\naws.thread = 3\n",
        "line 2, aws.thread: there is no such key",
    ),
    "a wrong type": ("[aws]\nthreads = 'many'\n", "line 2, aws.threads: input should be a valid integer"),
    "a list for a text": ("[store]\nurl = ['a']\n", "line 2, store.url: input should be a valid string"),
    "a text for a list": ("[aws]\nregions = 'us-east-1'\n", "line 2, aws.regions: input should be a valid"),
    "a text for a table": ("\naws = 'x'\n", "line 2, aws: input should be a valid dictionary"),
    "too few": ("[aws]\nthreads = 0\n", "line 2, aws.threads: input should be greater than or equal to 1"),
    "no format": ("[reports]\nformats = ['doc']\n", "line 2, reports.formats.0: input should be 'html'"),
    "an account that is too short": (
        "[aws]\nthreads = 1\n\n[accounts.12345]\nname = 'x'\n",
        "line 4, accounts.12345: '12345' is no account id; give its twelve digits in quotes",
    ),
    "an account in scope that is a word": (
        "[scope]\naccounts = ['123456789012', 'prod']\n",
        "line 2, scope.accounts: 'prod' is no account id",
    ),
    "an account in scope that is a number": ("[scope]\naccounts = [123456789012]\n", "line 2, scope.accounts.0: input"),
    "no Region": ("[aws]\nregions = ['us-east-1', 'virginia']\n", "line 2, aws.regions: 'virginia' is no Region"),
    "a zone for a Region": ("[aws]\nregions = ['us-east-1a']\n", "line 2, aws.regions: 'us-east-1a' is no Region"),
    "no Region of an account": (
        "[accounts.'123456789012']\nregions = ['x']\n",
        "line 2, accounts.123456789012.regions: 'x' is no Region; give a code such as us-east-1",
    ),
    "one path for a list": ("[packs]\n[rules]\npaths = 'own'\n", "line 2, rules: give `paths` as a list"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_mistake_gets_one_line_with_file_line_and_key(what: str) -> None:
    text, said = WRONG[what]
    with pytest.raises(ConfigError) as told:
        parse(text, "phi/config.toml")
    line = str(told.value)
    assert line.startswith(f"phi/config.toml, {said}"), line
    assert "\n" not in line


REGIONS = [
    "us-east-1",
    "eu-central-2",
    "ap-southeast-4",
    "us-gov-west-1",
    "cn-north-1",
    "us-isob-east-1",
    "il-central-1",
]


@pytest.mark.parametrize("region", REGIONS)
def test_regions_of_every_partition_are_known(region: str) -> None:
    assert parse(f"[aws]\nregions = ['{region}']").aws.regions == (region,)


def test_a_file_that_is_not_toml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[aws\nthreads = 1\n")
    with pytest.raises(ConfigError, match=r"config\.toml: not TOML: .*line 1"):
        load(path)


def test_a_file_that_is_not_there_or_not_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(tmp_path / "none.toml")
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="it is not UTF-8"):
        load(path)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (["aws"], 1),
        (["aws", "threads"], 2),
        (["accounts", "123456789012"], 4),
        (["accounts", "123456789012", "name"], 5),
        (["accounts", "123456789012", "none"], 4),
        (["rules", "kms_key_rotation", "override"], 7),
        (["none"], 1),
    ],
)
def test_the_line_of_a_key(keys: list[str], line: int) -> None:
    text = "[aws]\nthreads = 1\n\n[ accounts . '123456789012' ]\n  name = 'x'\n\n[[rules.kms_key_rotation.override]]\n"
    assert line_of(text, keys) == line
