"""User data that says what is known of an instance's user data: the text itself phiward never kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediation.twin.standin import standing_in

_FILE = "/etc/ecs/ecs.config"


def script(kept: Any) -> str:
    """Write a script that is read as the original was: it makes the same settings and fires the same detectors."""
    if not isinstance(kept, Mapping):
        return str(kept or "")
    settings = dict(kept.get("ecs_agent") or {})
    if kept.get("awsvpc_block_imds"):
        settings["ECS_AWSVPC_BLOCK_IMDS"] = "true"
    if kept.get("container_stop_timeout"):
        settings["ECS_CONTAINER_STOP_TIMEOUT"] = str(kept["container_stop_timeout"])
    if kept.get("runs_containers"):
        settings = {"ECS_CLUSTER": "twin", **settings}
    lines = ["#!/bin/bash", *(f"echo {name}={value} >> {_FILE}" for name, value in settings.items())]
    for address in kept.get("imds_block") or ():
        tool = "ip6tables" if ":" in address else "iptables"
        lines.append(f"{tool} --insert DOCKER-USER 1 --in-interface docker+ --destination {address} --jump DROP")
    found = standing_in(kept, named=False)
    return "\n".join([*lines, *([found] if kept.get("$detected") else [])]) + "\n"
