"""The pages of help: whole, readable, and made without loading what they do not need."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer

from scanner.cli import run
from scanner.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAVY = frozenset("boto3 botocore sqlalchemy pandas weasyprint jinja2 moto c7n pyarrow zstandard".split())
NEEDLESS = HEAVY | frozenset("rich pygments rules scanner.run scanner.engine scanner.kinds reports".split())


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Go over all commands there are."""
    known: Any = group or typer.main.get_command(app)
    for name, command in known.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["--help"], NEEDLESS | {"pydantic"}),
        (["scan", "--help"], NEEDLESS),
        (["remediate", "--help"], NEEDLESS),
        (["--version"], NEEDLESS | {"pydantic"}),
        (["rules", "list"], HEAVY | {"rich"}),
        (["rules", "list", "--format", "json"], HEAVY | {"rich"}),
    ],
)
def test_nothing_is_loaded_that_is_not_needed(arguments: list[str], unwanted: frozenset[str]) -> None:
    code = (
        f"import sys; from scanner.cli import run; code = run({arguments!r}); "
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip()
    assert not unwanted & set(done.stderr.split())


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("phiward 0.")


def test_the_first_page_names_all_commands_with_all_that_they_say(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert run(["--help"]) == 0
    page = capsys.readouterr().out
    assert max(len(line) for line in page.splitlines()) <= 100
    said = " ".join(page.split())
    for path, command in commands():
        if len(path) == 1:
            assert f"{path[0]} {' '.join(command.help.split())}" in said


@pytest.mark.parametrize("width", ["20", "72", "300"])
def test_every_page_says_all_its_options(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    for path, command in commands():
        assert run([*path, "--help"]) == 0
        page = capsys.readouterr().out
        assert page.startswith(f"\nUsage: phiward {' '.join(path)} ")
        assert "\x1b" not in page
        for option in command.params:
            assert option.hidden or option.opts[0].strip("-") in page
        said = "".join(page.split())
        assert "".join(command.help.split()) in said
        for option in command.params:
            assert option.hidden or "".join((option.help or "").split()) in said


@pytest.mark.parametrize("arguments", [[], ["rules"], ["remediate"]])
def test_without_a_command_the_page_is_shown(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith(f"\nUsage: {' '.join(['phiward', *arguments])} ")
    assert "Commands" in said.err
