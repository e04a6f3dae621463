"""A store on a server, given to any command: what is wrong with it is one line, and no line shows a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.cli import run

NOWHERE = "postgresql://ann:hunter2@127.0.0.1:1/phiward"


@pytest.mark.parametrize("command", [["findings"], ["verify"], ["report", "--format", "json"]])
def test_a_server_that_does_not_answer(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--store", NOWHERE]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1
    assert "the database server cannot be reached; check [store] url" in said.err
    assert "hunter2" not in said.err


def test_a_url_in_config_toml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[store]\nurl = "postgresql://ann:hun@ter2@host:x/phiward"\n')
    assert run(["findings", "--config", str(config)]) == 2
    said = capsys.readouterr().err
    assert "this is no database URL; write postgresql://user@host:5432/phiward" in said
    assert "ter2" not in said


def test_a_store_on_a_server_is_read(postgres_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "--store", postgres_url]) == 0
    assert run(["findings", "--store", postgres_url]) == 2
    assert "the store holds no finished scan" in capsys.readouterr().err
