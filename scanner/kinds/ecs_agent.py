"""The ECS agent's settings as user data gives them: on Amazon Linux, Bottlerocket and Windows.

Source: Amazon ECS Developer Guide, Amazon ECS container agent configuration; Bottlerocket settings.ecs.
"""

from __future__ import annotations

import re

BLOCK_IMDS = "ECS_AWSVPC_BLOCK_IMDS"
DISABLE_PRIVILEGED = "ECS_DISABLE_PRIVILEGED"
HOST_NETWORK_ROLE = "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST"
IMAGE_PULL = "ECS_IMAGE_PULL_BEHAVIOR"
STOP_TIMEOUT = "ECS_CONTAINER_STOP_TIMEOUT"
KEPT = (DISABLE_PRIVILEGED, HOST_NETWORK_ROLE, IMAGE_PULL)
"""The settings whose values are kept: none is a secret, and only words, numbers and durations count as values."""

BOTTLEROCKET = {
    BLOCK_IMDS: "awsvpc-block-imds",
    IMAGE_PULL: "image-pull-behavior",
    STOP_TIMEOUT: "container-stop-timeout",
}
"""The names under which Bottlerocket knows the same settings."""

_TRUE = {"true", "1", "t"}
_OVERWRITES = re.compile(
    r"(sudo\s+)?(echo|printf|cat|:)?[^>]*(?<!>)>\s*\S*ecs\.config|(.*\|)?\s*(sudo\s+)?tee\s+(?!-)\S*ecs\.config"
)


def is_true(value: str) -> bool:
    """Say whether the agent takes a value for true."""
    return value.casefold() in _TRUE


def agent_settings(text: str) -> dict[str, str]:
    """Give the agent's settings that a script makes and that may be kept, by the names of their variables."""
    found = {name: _assigned(text, name) for name in KEPT}
    return {name: value for name, value in found.items() if value}


def awsvpc_block_imds(text: str) -> bool:
    """Say whether a script tells the ECS agent to block the metadata service for tasks in awsvpc mode."""
    switched = re.search(r"(?im)^(?!\s*(#|rem\b)).*Initialize-ECSAgent\b.*-AwsvpcBlockIMDS\b", text)
    return is_true(_assigned(text, BLOCK_IMDS, "true" if switched else ""))


def container_stop_timeout(text: str) -> str:
    """Give how long a script tells the ECS agent to wait for a container to stop; empty where it does not."""
    return _assigned(text, STOP_TIMEOUT)


def _assigned(text: str, name: str, value: str = "") -> str:
    """Give the value that a script leaves a setting of the agent with; `value` is what it begins with.

    The last assignment wins, and one that a later overwriting of the agent's file removes is gone. Commented-out lines
    and assignments that never reach the agent do not count.
    """
    lines = [line for line in text.splitlines() if not re.match(r"\s*(#|//|rem\b)", line, re.IGNORECASE)]
    reaches = re.compile(rf"ecs\.config|settings\.ecs|SetEnvironmentVariable|(-e|--env)[ =]\S*{name}")
    if not any(reaches.search(line) for line in lines):
        return value
    names = "|".join(re.escape(text) for text in (name, BOTTLEROCKET.get(name, "")) if text)
    assignment = re.compile(rf"\b({names})[\"']?\s*[=,]\s*[\"']?\$?([\w-]+)", re.IGNORECASE)
    for line in lines:
        code = re.sub(r"(^|\s)#.*", "", line)
        if _OVERWRITES.match(code.strip()) and code.count('"') % 2 == 0 and code.count("'") % 2 == 0:
            value = ""
        for assigned in assignment.finditer(code):
            value = assigned.group(2)
    return value
