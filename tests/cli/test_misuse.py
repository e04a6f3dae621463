"""Misuse: one clear line on standard error, exit code 2, nothing lost, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.cli import run

NOBODY = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that is wrong, and give what it says."""
    code = run(list(arguments))
    said = capsys.readouterr()
    assert code == 2, said.err
    assert not said.out
    assert "Traceback" not in said.err
    assert said.err.count("\n") == 1, said.err
    return said.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[stor]\n", ("line 1", "stor", "no such key", "store")),
        ('[aws]\nregion = ["us-east-1"]\n', ("line 2", "aws.region", "regions")),
        ('[aws]\nregions = "us-east-1"\n', ("line 2", "aws.regions")),
        ('[aws]\nregions = ["us-east"]\n', ("line 2", "us-east", "us-east-1")),
        ('[accounts."12345"]\nname = "x"\n', ("line 1", "12345", "twelve digits")),
        ('[scope]\naccounts = ["abc"]\n', ("line 2", "abc")),
        ("[store]\nretention_days = 0\n", ("line 2", "retention_days")),
        ('[store\nurl = "x"\n', ("not TOML", "line 1")),
        ("[rules.kms_key_rotatoin]\n", ("kms_key_rotatoin", "kms_key_rotation")),
        ("[rules.ecs_service_min_two_tasks]\nminimum = 'two'\n", ("ecs_service_min_two_tasks", "int")),
        ("[rules.ecs_service_min_two_tasks]\nleast = 2\n", ("ecs_service_min_two_tasks", "least")),
        ('[packs]\nenabled = ["hippa"]\n', ("hippa", "hipaa")),
        ('[rules]\npaths = ["nowhere"]\n', ("nowhere",)),
    ],
)
def test_a_wrong_config(capsys: pytest.CaptureFixture[str], nowhere: Path, text: str, words: tuple[str, ...]) -> None:
    (nowhere / "config.toml").write_text(text)
    said = complaint(capsys, "scan")
    for word in words:
        assert word in said


def test_a_config_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert "gone.toml" in complaint(capsys, "scan", "--config", "gone.toml")


def test_no_credentials(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no AWS credentials" in complaint(capsys, "scan")


def test_a_profile_that_does_not_exist(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "ward-nine")
    assert "ward-nine" in complaint(capsys, "scan")


def test_an_endpoint_that_does_not_answer(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_MAX_ATTEMPTS", "1"),
    ):
        monkeypatch.setenv(name, value)
    assert "AWS_ENDPOINT_URL" in complaint(capsys, "scan")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("scan", "--rule", "kms_key_rotatoin"), "kms_key_rotation"),
        (("scan", "--pack", "hippa"), "hipaa"),
        (("scan", "--kind", "AWS::S3::Buckett"), "bucket"),
        (("rules", "show", "nothing_like_it"), "nothing_like_it"),
        (("findings",), "phiward scan"),
        (("explain", "abcdef"), "phiward scan"),
    ],
)
def test_a_wrong_word(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], word: str) -> None:
    assert word in complaint(capsys, *arguments).casefold()


def test_a_store_that_is_no_database(capsys: pytest.CaptureFixture[str], nowhere: Path) -> None:
    (nowhere / "phiward.db").write_text("this is no database, it is a letter to the hospital\n" * 100)
    said = complaint(capsys, "findings")
    assert "phiward.db" in said


def test_a_store_in_a_folder_that_cannot_be_written(nowhere: Path) -> None:
    """In a process of its own that may not override permissions."""
    closed = nowhere / "closed"
    closed.mkdir(mode=0o555)
    command = [
        sys.executable,
        "-c",
        "import sys; from scanner.cli import run; sys.exit(run(sys.argv[1:]))",
        "findings",
        "--store",
        str(closed / "phiward.db"),
    ]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parents[2])
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1
    assert str(closed) in done.stderr


def test_a_command_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scna"]) == 2
    assert "scan" in capsys.readouterr().err
