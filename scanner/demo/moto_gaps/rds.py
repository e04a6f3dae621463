"""RDS: the engine versions, of which moto knows none; here those that the account's own databases run.

AWS: API_DBEngineVersion. Logs that an engine exports: RDS User Guide, "Publishing database logs to CloudWatch Logs".
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.rds.responses import RDSResponse

from scanner.demo.moto_gaps.graft import add

EXTENDS = frozenset({"rds.DescribeDBEngineVersions"})
"""The operations that this module answers, or whose answer or outcome it changes."""

_LOGS = {
    "aurora-mysql": ["audit", "error", "general", "instance", "slowquery"],
    "mysql": ["audit", "error", "general", "slowquery"],
    "postgres": ["postgresql", "upgrade"],
}


def _describe_db_engine_versions(response: Any) -> ActionResult:
    """DescribeDBEngineVersions, which moto lacks."""
    engine, version = (response.params.get(name) for name in ("Engine", "EngineVersion"))
    running = {(each.engine, each.engine_version) for each in response.backend.databases.values()}
    found = [
        {
            "Engine": name,
            "EngineVersion": number,
            "ExportableLogTypes": _LOGS.get(name, []),
            "SupportsLogExportsToCloudwatchLogs": name in _LOGS,
            "Status": "available",
        }
        for name, number in sorted(running)
        if engine in {None, name} and version in {None, number}
    ]
    return ActionResult({"DBEngineVersions": found})


def install() -> None:
    """Extend moto's RDS answers."""
    add(RDSResponse, describe_db_engine_versions=_describe_db_engine_versions)
