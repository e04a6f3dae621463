"""The secrets that the demo's people left where they do not belong.

Made at run time from labels, so that no scanner of source text finds one here; the same in every run. `SECRETS` holds
every literal value, so that a test can search an output for it.
"""

from __future__ import annotations

import hashlib
import string

_UPPER = string.ascii_uppercase + "234567"
_BASE64 = string.ascii_letters + string.digits + "+/"
_PRE_SHARED = string.ascii_letters + string.digits + "._"


def _letters(label: str, alphabet: str, length: int) -> str:
    """Draw `length` letters that depend on the label alone."""
    stream = hashlib.shake_256(f"phiward demo: {label}".encode()).digest(length)
    return "".join(alphabet[byte % len(alphabet)] for byte in stream)


ACCESS_KEY_ID = "AKIA" + _letters("claims-worker key id", _UPPER, 16)
SECRET_ACCESS_KEY = _letters("claims-worker secret key", _BASE64, 40)
DATABASE_PASSWORD = _letters("lab-results database", string.ascii_letters + string.digits, 24)
MONITORING_KEY = _letters("monitoring agent", "0123456789abcdef", 32)
REPORTING_PASSWORD = _letters("legacy reporting", string.ascii_letters + string.digits, 20)
FAX_PASSWORD = _letters("fax bridge", string.ascii_letters + string.digits, 22)
PRE_SHARED_KEYS = tuple("k" + _letters(f"tunnel {number}", _PRE_SHARED, 31) for number in range(4))

SECRETS = (
    ACCESS_KEY_ID,
    SECRET_ACCESS_KEY,
    DATABASE_PASSWORD,
    MONITORING_KEY,
    REPORTING_PASSWORD,
    FAX_PASSWORD,
    *PRE_SHARED_KEYS,
)
