"""AWS WAF: whose logging configurations are asked for; moto keeps only those of the account itself, and answers them.

AWS: API_ListLoggingConfigurations, LogScope.
"""

from __future__ import annotations

import json
from typing import Any

from moto.wafv2.responses import WAFV2Response

from scanner.demo.moto_gaps.graft import after

EXTENDS: frozenset[str] = frozenset({"wafv2.ListLoggingConfigurations"})

_OWN = "CUSTOMER"


def _of_the_scope(response: Any, answer: str) -> str:
    """ListLoggingConfigurations: moto ignores LogScope."""
    if json.loads(response.body).get("LogScope", _OWN) == _OWN:
        return answer
    return json.dumps({"LoggingConfigurations": []})


def install() -> None:
    """Extend moto's AWS WAF answers."""
    after(WAFV2Response, "list_logging_configurations", _of_the_scope)
