"""GuardDuty: moto keeps detectors but no findings; none is open in the organisation. AWS: API_ListFindings."""

from __future__ import annotations

import json
from typing import Any

import moto.guardduty.urls
from moto.guardduty.responses import GuardDutyResponse

from scanner.demo.moto_gaps.graft import add

EXTENDS: frozenset[str] = frozenset(
    {
        "guardduty.GetFindings",
        "guardduty.ListFindings",
    }
)
"""The operations that this module answers, or whose answer or outcome it changes."""


def _list_findings(response: Any) -> str:
    """ListFindings of a detector that is there."""
    response.guardduty_backend.get_detector(response.path.split("/")[2])
    return json.dumps({"findingIds": [], "nextToken": ""})


def _get_findings(response: Any) -> str:
    """GetFindings of a detector that is there."""
    response.guardduty_backend.get_detector(response.path.split("/")[2])
    return json.dumps({"findings": []})


def install() -> None:
    """Extend moto's GuardDuty answers, and the paths that it hears."""
    paths: dict[str, Any] = moto.guardduty.urls.url_paths
    for path in ("findings$", "findings/get$"):
        paths[f"{{0}}/detector/(?P<detector_id>[^/]+)/{path}"] = GuardDutyResponse.dispatch
    add(GuardDutyResponse, list_findings=_list_findings, get_findings=_get_findings)
