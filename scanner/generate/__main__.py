"""`python -m scanner.generate`: make the generated files, check them, or start a new rule or kind."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from scanner.generate.scaffold import ScaffoldError, new_kind, new_rule

HOME = Path(__file__).resolve().parents[2]
MAKES = {"rule": new_rule, "kind": new_kind}
USAGE = 2


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Run; give 0, 1 where `--check` finds stale files, or 2 where nothing can be done."""
    parser = _Parser(prog="python -m scanner.generate", description="Make what is generated from the declarations.")
    parser.add_argument("--check", action="store_true", help="say which files are stale, change nothing")
    parser.add_argument("--root", type=Path, default=HOME, help="the project's folder")
    parser.add_argument("what", nargs="?", choices=sorted(MAKES), help="start a new rule or kind instead")
    parser.add_argument("name", nargs="?", help="its name: kms_key_rotation, AWS::KMS::Alias")
    given = parser.parse_args(arguments)
    if given.what and (given.check or not given.name):
        parser.error(f"give the name of the {given.what}, and no --check")
    try:
        if given.what:
            _say(f"{path.relative_to(given.root)}: fill it in" for path in MAKES[given.what](given.name, given.root))
            return 0
        return _documents(given.root, check=given.check)
    except ScaffoldError as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return USAGE


def _documents(root: Path, *, check: bool) -> int:
    from scanner.engine.registry import kinds, rules
    from scanner.generate.files import generated, stale, write

    try:
        declared = kinds(), rules()
    except (TypeError, SyntaxError, ImportError) as error:
        raise ScaffoldError(f"the declarations do not load: {error}") from error
    made = generated(*declared)
    if not check:
        _say(write(made, root))
        return 0
    found = list(stale(made, root))
    _say(f"{line} (make docs)" for line in found)
    return 1 if found else 0


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
