"""What `phiward doctor` says: one line for each thing it looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How it is: all well, well enough, in need of mending, or not to be told."""

    OK = "ok"
    WARN = "warn"
    MEND = "mend"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Line:
    """One thing that was looked at; `mend` says how to mend it, `rules` name those that would become UNKNOWN."""

    state: State
    check: str
    said: str
    mend: str = ""
    account: str = ""
    rules: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The line as JSON."""
        return {
            "state": str(self.state),
            "check": self.check,
            "account": self.account,
            "said": self.said,
            "mend": self.mend,
            "rules": list(self.rules),
        }


def ok(check: str, said: str, account: str = "") -> Line:
    """Say that something is well."""
    return Line(State.OK, check, said, account=account)


def wrong(check: str, error: BaseException | str, state: State = State.MEND, account: str = "") -> Line:
    """Tell a message of ours: what is behind its last semicolon is how to mend it."""
    said, sign, mend = " ".join(str(error).split()).rpartition("; ")
    return Line(state, check, said if sign else mend, mend if sign else "", account)
