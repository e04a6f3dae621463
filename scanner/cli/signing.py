"""Who signs reports, by `[reports] signer`, and the moment of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.wire import Clock, UsageError, Wiring

if TYPE_CHECKING:
    from reports.signing import Signer


def signer_of(wiring: Wiring, clock: Clock | None = None) -> Signer:
    """Read who signs.

    Raises:
        UsageError: config.toml names nobody, the file cannot be read, does not open, or its certificate may not sign.
        ExtraError: pyHanko is missing.
    """
    from reports.signing import SignError, load

    table = wiring.config.reports
    if not table.signer:
        raise UsageError(
            f"--sign: {wiring.name} does not say who signs; write [reports] signer = the path of a PKCS#12 file, or of "
            "a PEM file with key and certificates"
        )
    passphrase = os.environ.get(table.signer_passphrase)
    try:
        text = Path(table.signer).read_bytes()
        return load(
            text, passphrase.encode() if passphrase else None, (clock or Clock()).now(), table.signer_passphrase
        )
    except OSError as error:
        where = wiring.config.place(wiring.name, "reports", "signer")
        raise UsageError(f"{where}: {table.signer} cannot be read ({error.strerror})") from error
    except SignError as error:
        raise UsageError(f"{table.signer}: {error}") from error


def signed(drawn: bytes, signer: Signer, clock: Clock | None = None) -> bytes:
    """Give the PDF with a signature of this moment after it."""
    from reports.signing import sign

    return sign(drawn, signer, (clock or Clock()).now())
