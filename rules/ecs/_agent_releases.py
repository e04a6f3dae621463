"""When each version of the ECS agent came out: no API of AWS says it.

The date is that of the first Amazon ECS-optimized AMI with the version, some days after the agent's own release.
Sources: CHANGELOG.md of https://github.com/aws/amazon-ecs-ami as of 2026-09-18; for 1.108.0 the agent's own release,
https://github.com/aws/amazon-ecs-agent/releases/tag/v1.108.0.
"""

from __future__ import annotations

from datetime import date

AS_OF = date(2026, 10, 9)
"""Until when the list is whole."""

_DATES = {
    "1.92.0": "2025-04-22",
    "1.93.0": "2025-04-30",
    "1.93.1": "2025-05-14",
    "1.94.0": "2025-05-23",
    "1.95.0": "2025-06-18",
    "1.96.0": "2025-07-16",
    "1.97.0": "2025-07-30",
    "1.97.1": "2025-08-11",
    "1.98.0": "2025-08-21",
    "1.99.0": "2025-09-09",
    "1.99.1": "2025-09-23",
    "1.100.0": "2025-10-15",
    "1.100.1": "2025-10-31",
    "1.101.0": "2025-11-19",
    "1.101.1": "2025-12-17",
    "1.101.2": "2026-01-14",
    "1.101.3": "2026-02-06",
    "1.102.0": "2026-02-26",
    "1.102.1": "2026-03-23",
    "1.102.2": "2026-04-03",
    "1.103.0": "2026-04-24",
    "1.103.1": "2026-05-11",
    "1.103.2": "2026-05-25",
    "1.104.0": "2026-06-09",
    "1.105.0": "2026-06-18",
    "1.105.1": "2026-07-07",
    "1.106.0": "2026-07-27",
    "1.106.1": "2026-08-13",
    "1.106.2": "2026-09-01",
    "1.108.0": "2026-10-09",
}


def number(version: str) -> tuple[int, ...]:
    """Give a version as numbers, which compare as versions do; a suffix like `-dev` is left aside.

    Raises:
        ValueError: it is no version.
    """
    return tuple(int(part) for part in version.removeprefix("v").partition("-")[0].split("."))


RELEASED = {number(version): date.fromisoformat(day) for version, day in _DATES.items()}


def bounds(version: str) -> tuple[date | None, date | None]:
    """Say after and before which days a version came out; both are its own where the list has it.

    None where the list says nothing: before its first version, after its last one.

    Raises:
        ValueError: it is no version.
    """
    wanted = number(version)
    if wanted in RELEASED:
        return RELEASED[wanted], RELEASED[wanted]
    older = [day for known, day in RELEASED.items() if known < wanted]
    newer = [day for known, day in RELEASED.items() if known > wanted]
    return max(older, default=None), min(newer, default=None)
