"""The pages written by hand: every link leads somewhere, and what they show of commands and configuration is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from scanner.cli.app import app
from scanner.engine.settings import parse

HOME = Path(__file__).resolve().parents[2]
PAGES = [
    pytest.param(page, id=page.relative_to(HOME).as_posix())
    for page in (*sorted(HOME.glob("*.md")), *sorted(HOME.glob("docs/*.md")))
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ASKED = re.compile(r"(?:^|; |- | {2,})phiward ([a-z][^|;>\n]+)", re.MULTILINE)
ACCOUNTS = [
    f'\n[accounts."{digit * 12}"]\nname = "{name}"\ngroup = "cells"\n'
    for digit, name in (("1", "alpha"), ("2", "beta"))
]


def anchors(text: str) -> set[str]:
    """Give what a heading can be linked by."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def code(text: str) -> str:
    """Give what stands in blocks of code, and between backticks, each on lines of its own."""
    inline = (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", FENCE.sub("", text)))
    return "\n".join([*(body for _, body in FENCE.findall(text)), *inline])


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), (page.name, target)
        assert not anchor or anchor in anchors(there.read_text("utf-8")), (page.name, target)


@pytest.mark.parametrize("name", ["gate.md", "ci.md", "drift.md"])
def test_every_option_shown_is_one_of_its_command(name: str) -> None:
    root: Any = typer.main.get_command(app)
    found = 0
    for line in ASKED.findall(code((HOME / "docs" / name).read_text("utf-8"))):
        command = root
        for word in line.split():
            command = getattr(command, "commands", {}).get(word, command)
        known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        asked = set(re.findall(r"(?<= )--[a-z-]+", line.partition("#")[0]))
        assert command is not root, line
        assert asked <= known, (line, asked - known)
        found += len(asked)
    assert found


@pytest.mark.parametrize("page", PAGES)
def test_every_table_of_configuration_is_valid(page: Path) -> None:
    for language, text in FENCE.findall(page.read_text("utf-8")):
        if language == "toml" and "[project]" not in text:
            parse(text + "".join(ACCOUNTS) if "[cells." in text else text)
