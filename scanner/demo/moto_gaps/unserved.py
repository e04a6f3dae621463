"""Services that moto does not have at all, and that the organisation does not use: what AWS answers to their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# boto3's service and operation; the answer in the service's JSON (AWS WAF Classic: API_waf_ListWebACLs).
ANSWERS: Mapping[tuple[str, str], Mapping[str, object]] = {
    ("waf", "ListWebACLs"): {"WebACLs": []},
    ("waf", "ListLoggingConfigurations"): {"LoggingConfigurations": []},
    ("waf-regional", "ListWebACLs"): {"WebACLs": []},
    ("waf-regional", "ListLoggingConfigurations"): {"LoggingConfigurations": []},
}

EXTENDS: frozenset[str] = frozenset(f"{service}.{operation}" for service, operation in ANSWERS)
"""What this module answers, `service.Operation` as boto3 names them."""
