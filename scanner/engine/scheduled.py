"""The tables of config.toml on what runs by the clock: `[schedule]`, and `[schedule.<job>]` for each job."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from scanner.engine.cron import parse

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
DAY = 1440
SEVERITIES = Literal["info", "low", "medium", "high", "critical"]
REPORT_FORMS = frozenset(
    "html pdf csv json markdown sarif junit github gitlab ocsf asff oscal prometheus parquet".split()
)
GATE_FORMS = frozenset("text json markdown sarif junit github gitlab".split())
FORMS = {"report": REPORT_FORMS, "gate": GATE_FORMS}
TAKES = {
    "scan": frozenset("accounts regions kinds rules packs fail_on allow_incomplete".split()),
    "report": frozenset("accounts formats out since owner".split()),
    "gate": frozenset("baseline rules packs fail_on allow_incomplete formats out".split()),
    "notify": frozenset[str](),
    "prune": frozenset[str](),
}
"""The options of each action, beside those that every job has."""


def _unknown(_given: Any) -> Any:
    raise ValueError(f"there is no such key; known here: {', '.join(JobTable.model_fields)}")


def _cron(text: str) -> str:
    parse(text)
    return text


def _job(given: Any) -> Any:
    if not isinstance(given, Mapping):
        known = ", ".join(ScheduleTable.model_fields)
        raise ValueError(f"there is no such key; known here: {known}, and a table [schedule.<job>] for each job")  # noqa: TRY004
    return given


class JobTable(BaseModel):
    """One job: when it is due (a line of cron, in UTC), what is done, and how.

    `attempts` is how often it is tried, `timeout_minutes` how long one try may take.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Annotated[Any, BeforeValidator(_unknown)]] = Field(init=False)

    cron: Annotated[str, AfterValidator(_cron)]
    action: Literal["scan", "report", "gate", "notify", "prune"]
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    fail_on: SEVERITIES = "high"
    allow_incomplete: bool = False
    baseline: str = ""
    formats: tuple[str, ...] = ()
    out: str = ""
    since: str = ""
    owner: str = ""
    attempts: int = Field(default=3, ge=1, le=20)
    timeout_minutes: int = Field(default=DAY, ge=1, le=7 * DAY)

    @field_validator(*sorted(frozenset[str]().union(*TAKES.values())))
    @classmethod
    def _is_taken(cls, given: Any, info: ValidationInfo) -> Any:
        action = info.data.get("action", "")
        if action in TAKES and info.field_name not in TAKES[action]:
            taken = ", ".join(sorted(TAKES[action])) or "no options"
            raise ValueError(f"the action {action} does not take it; it takes {taken}")
        return given

    @field_validator("formats")
    @classmethod
    def _are_known(cls, given: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        known = FORMS.get(info.data.get("action", ""), frozenset(given))
        for form in given:
            if form not in known:
                raise ValueError(f"{form!r} is no form of it; known: {', '.join(sorted(known))}")
        return given

    @model_validator(mode="after")
    def _is_whole(self) -> JobTable:
        if self.action == "gate" and not self.baseline:
            raise ValueError("the action gate needs `baseline`: the approved baseline that the newest scan is held to")
        return self


class ScheduleTable(BaseModel):
    """What runs by the clock: the zone in which times are shown, the loopback port of health and metrics, the jobs."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Annotated[JobTable, BeforeValidator(_job)]] = Field(init=False)

    timezone: str = "UTC"
    port: int = Field(default=9464, ge=0, le=65535)

    @property
    def jobs(self) -> dict[str, JobTable]:
        """The jobs by name, in the order of the file."""
        return dict(self.__pydantic_extra__ or {})

    @model_validator(mode="before")
    @classmethod
    def _names(cls, given: Any) -> Any:
        for name, table in given.items() if isinstance(given, Mapping) else ():
            if isinstance(table, Mapping) and not NAME.fullmatch(str(name)):
                raise ValueError(f"{name!r} is no name of a job; give letters, digits, - and _, a letter first")
        return given
