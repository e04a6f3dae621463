"""Finds where resources are written: file and line of each `resource "type" "name"` in a folder of Terraform code."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from scanner.model.given import GivenError, Origin
from scanner.terraform.addresses import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FARTHEST = 20
"""How deep modules may nest."""

_BLOCK = re.compile(r'^\s*(resource|module)\s+"?([\w-]+)"?(?:\s+"?([\w-]+)"?)?\s*\{')
_SOURCE = re.compile(r'^\s*source\s*=\s*"(\.{1,2}/[^"]*|\.{1,2})"')


class Sources:
    """The code of a root module and of the modules that it calls."""

    def __init__(self, folder: Path) -> None:
        """Scan the folder.

        Raises:
            GivenError: it is no folder, or holds no Terraform code.
        """
        if not folder.is_dir() or not any(folder.glob("*.tf")):
            raise GivenError(f"{folder}: no folder with *.tf files; name the one that `terraform plan` ran in")
        self._folder = folder
        self._lines: dict[str, tuple[str, int]] = {}
        self._installed = _installed(folder)
        self._scan(folder, (), 0)

    def origin(self, address: str) -> Origin:
        """Say where an address is written."""
        file, line = self._lines.get(parse(address.partition(" (")[0]).code, ("", 0))
        return Origin(address=address, file=file, line=line)

    def _scan(self, folder: Path, scope: tuple[str, ...], depth: int) -> None:
        before = "".join(f"module.{name}." for name in scope)
        for name, called in self._blocks(folder, before):
            at = self._installed.get(".".join((*scope, name))) or called
            if at is not None and at.is_dir() and depth < FARTHEST:
                self._scan(at, (*scope, name), depth + 1)

    def _blocks(self, folder: Path, before: str) -> Iterator[tuple[str, Path | None]]:
        """Note the resources of a folder; give the modules that it calls, with the folder where it is a local one."""
        for file in sorted(folder.glob("*.tf")):
            module = ""
            for number, line in enumerate(_text(file), start=1):
                block = _BLOCK.match(line)
                if block and block[1] == "resource" and block[3]:
                    self._lines.setdefault(f"{before}{block[2]}.{block[3]}", (file.as_posix(), number))
                elif block and block[1] == "module":
                    module = block[2]
                    yield module, None
                source = _SOURCE.match(line)
                if source and module:
                    yield module, folder / source[1]
                    module = ""


def _text(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise GivenError(f"{file}: cannot be read: {error.strerror}; let this user read it") from error


def _installed(folder: Path) -> Mapping[str, Path]:
    """Read where `terraform init` put the modules."""
    index = folder / ".terraform" / "modules" / "modules.json"
    if not index.is_file():
        return {}
    try:
        known: Any = json.loads(index.read_text(encoding="utf-8"))
        return {str(item["Key"]): folder / item["Dir"] for item in known["Modules"] if item.get("Key")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GivenError(f"{index}: not as `terraform init` writes it; run `terraform init` anew") from error
