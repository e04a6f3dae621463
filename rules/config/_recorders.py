"""What several rules on AWS Config ask: whether a recorder is on and records every type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.model.gap import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.config import ConfigurationRecorder
    from scanner.model.gap import Gap


def faults(recorder: ConfigurationRecorder, may_leave_out: tuple[str, ...]) -> Iterator[str]:
    """Say why a recorder does not record everything, each fault beginning with what is at fault.

    Raises:
        Unknown: at the end, when something could not be learned.
    """
    gaps: list[Gap] = []
    try:
        if not recorder.recording:
            yield "recording: the recorder is off"
    except Unknown as error:
        gaps.extend(error.gaps)
    left = sorted(set(recorder.left_out) - set(may_leave_out))
    if left:
        some = "all types but a list" if "*" in left else ", ".join(left)
        yield f"types: the recorder leaves out {some}"
    if gaps:
        raise Unknown(*gaps)
