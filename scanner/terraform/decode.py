"""Makes text of the bytes that were given, and says in one line when they are nothing that can be read."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from scanner.model.given import GivenError

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""What a file may begin with: PowerShell's `>` writes UTF-16 with a mark."""

LOOK = 4096
SHOW = "run `terraform show -json FILE > FILE.json` on it and give that"
_HCL = re.compile(
    rb"^\s*(?:(?:#|//)[^\n]*\n\s*)*(?:(?:terraform|locals|moved|import|removed)\s*\{|"
    rb'(?:resource|data|module|variable|provider|output|check)\s+"?[\w-]+"?|[\w-]+\s*=\s)'
)


def utf8(name: str, data: bytes) -> bytes:
    """Give the bytes as UTF-8 without a byte order mark.

    Raises:
        GivenError: there is nothing there, or it is no text.
    """
    if data.startswith(b"PK\x03\x04"):
        raise GivenError(f"{name}: this is Terraform's binary plan file; {SHOW}")
    encoding, mark = next(((encoding, mark) for mark, encoding in BOMS if data.startswith(mark)), ("", b""))
    if not data[len(mark) : LOOK].strip(b" \t\r\n\0") and not data[LOOK:].strip(b" \t\r\n\0"):
        raise GivenError(f"{name}: the file is empty; give a Terraform plan or state in JSON")
    if not encoding:
        encoding = _unmarked(data)
    if encoding == "utf-8":
        return data[len(mark) :]
    try:
        return data[len(mark) :].decode(encoding).encode()
    except UnicodeError as error:
        where = getattr(error, "start", 0) + len(mark)
        raise GivenError(f"{name}: broken {encoding.upper()} at byte {where}; write the file anew as UTF-8") from error


def _unmarked(data: bytes) -> str:
    """Tell UTF-16 without a mark by the zero that stands beside the first character, which is ASCII in JSON."""
    if len(data) > 1 and data[1] == 0 and data[0]:
        return "utf-16-le"
    if len(data) > 1 and data[0] == 0 and data[1]:
        return "utf-16-be"
    return "utf-8"


def decoded(name: str, data: bytes | msgspec.Raw, shape: Any) -> Any:
    """Decode JSON into a shape.

    Raises:
        GivenError: it is no JSON, or not of that shape.
    """
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise GivenError(
            f"{name}: not as Terraform writes it: {error}; write the file anew with `terraform show -json`"
        ) from error
    except msgspec.DecodeError as error:
        raise GivenError(f"{name}: {_not_json(bytes(data[:2000]), error)}") from error
    except (UnicodeError, RecursionError) as error:
        raise GivenError(f"{name}: not readable as JSON ({type(error).__name__}); write the file anew") from error


def _not_json(start: bytes, error: Exception) -> str:
    if _HCL.match(start):
        return (
            "this is Terraform code, not a plan; run `terraform plan -out tfplan` and `terraform show -json tfplan`, "
            "and give what the latter prints"
        )
    if b'"@level"' in start:
        return f"this is the log of `terraform plan -json`, not the plan; {SHOW}"
    if any(byte < 9 for byte in start):  # noqa: PLR2004  control characters: no text
        return f"this is a binary file, no JSON; {SHOW}"
    if b"Terraform will perform" in start or b"\x1b[" in start:
        return f"this is a plan as people read it, no JSON; {SHOW}"
    return f"no JSON: {error}; give what `terraform show -json` prints"
