"""The roof: the command line, which wires everything."""

from __future__ import annotations

import gc
import sys
import traceback

from scanner.cli.signals import INTERRUPTED, exit_code, heed, leave
from scanner.model.exits import INCOMPLETE, INTERNAL, MISUSE

__all__ = ["INTERRUPTED", "main", "run"]

SELDOM = (50_000, 20, 50)
"""How seldom rings of objects are looked for: what a scan or a report holds, it holds to its end."""


def main() -> None:
    """Run the command line and leave with its exit code; every mistake of the user's is one line."""
    heed()
    gc.set_threshold(*SELDOM)
    leave(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _interrupted(arguments)


def _run(arguments: list[str]) -> int:
    import typer
    from typer.exceptions import TyperException

    from scanner.cli.app import app
    from scanner.cli.output import complain, known_errors

    try:
        code = app(arguments, prog_name="phiward", standalone_mode=False)
    except typer.Exit as error:
        return error.exit_code
    except typer.Abort:
        return _interrupted(arguments)
    except TyperException as error:
        complain(f"{str(error).rstrip('.')}; see `phiward --help`")
        return MISUSE
    except known_errors() as error:
        from scanner.cli.wire import BrokenOffError

        complain(str(error))
        return INCOMPLETE if isinstance(error, BrokenOffError) else MISUSE
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001  the last resort: exit code 4, and where to report it
        complain(f"internal error: {type(error).__name__}: {error}")
        if "-v" in arguments or "--verbose" in arguments:
            traceback.print_exc()
        return INTERNAL
    if code == INTERRUPTED:
        return _interrupted(arguments)
    return code if isinstance(code, int) else 0


def _interrupted(arguments: list[str]) -> int:
    from scanner.cli.output import complain

    if arguments[:1] == ["remediate"]:
        complain("interrupted; the journal knows how far it came: the same command goes on")
    elif arguments[:1] == ["scan"]:
        complain("interrupted; what was seen is kept: `phiward scan --resume` goes on")
    else:
        complain("interrupted")
    return exit_code()
