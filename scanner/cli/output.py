"""What goes to the terminal: answers to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console(*, quiet: bool = False, error: bool = True) -> Console:
    """Give a console; NO_COLOR and pipes are honoured by rich."""
    from rich.console import Console

    return Console(stderr=error, quiet=quiet, highlight=False)


def complain(message: str) -> None:
    """Say one line on standard error."""
    text = " ".join(message.split())
    print(f"phiward: {text}", file=sys.stderr)  # noqa: T201  the one place that speaks of trouble


def answer(text: str | bytes, out: Path | None = None) -> None:
    """Write an answer to a file, or to standard output.

    Raises:
        UsageError: the file cannot be written.
    """
    from scanner.cli.wire import UsageError

    data = text.encode() if isinstance(text, str) else text
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data if data.endswith(b"\n") or isinstance(text, bytes) else data + b"\n")
        sys.stdout.buffer.flush()
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = out.with_name(f".{out.name}.{os.getpid()}")
        beside.write_bytes(data)
        beside.replace(out)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); name another place with --out") from error


def known_errors() -> tuple[type[BaseException], ...]:
    """Name the errors that are the user's to mend; only those of modules that are loaded can have been raised."""
    names = {
        "scanner.cli.wire": ("UsageError",),
        "scanner.engine.settings": ("ConfigError",),
        "scanner.engine.packs": ("UnknownPackError",),
        "scanner.engine.registry": ("UnknownNameError",),
        "scanner.aws.errors": ("AwsError",),
        "scanner.aws.trail_files": ("TrailFileError",),
        "scanner.store.errors": ("StoreError",),
        "scanner.model.given": ("GivenError",),
        "scanner.demo.server": ("DemoError",),
        "scanner.model.plan": ("PlanError",),
        "remediation.access": ("AccessError",),
        "remediation.custodian": ("CustodianError",),
        "reports.printing": ("PdfError",),
        "reports.extras": ("ExtraError",),
        "reports.explain": ("NoSuchFindingError",),
    }
    return tuple(
        value
        for module, classes in names.items()
        if module in sys.modules
        for name in classes
        if (value := getattr(sys.modules[module], name, None)) is not None
    )
