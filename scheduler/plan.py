"""The jobs of config.toml: when each is due, and the commands that one run of it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.engine.settings import ConfigError

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from scanner.engine.scheduled import JobTable
    from scanner.engine.settings import Config

SCAN = "scan"
REPEATED = {"accounts": "--account", "regions": "--region", "kinds": "--kind", "rules": "--rule", "packs": "--pack"}
PLAIN = {"notify": ("notify", "send"), "prune": ("prune",)}
GIVEN = {"since": "--since", "owner": "--owner", "baseline": "--baseline"}


@dataclass(frozen=True)
class Job:
    """One job; `folder` is where its reports go, `forms` which they are."""

    name: str
    table: JobTable
    folder: str
    forms: tuple[str, ...] = ()

    def commands(self, due: datetime, scan: str = "", *, resume: bool = False) -> list[list[str]]:
        """Give the commands of the run that was due then, one after the other: words for `phiward`.

        `scan` is the id that its scan gets; with `resume` the interrupted scan goes on as it was asked.
        """
        action = self.table.action
        if action == SCAN:
            what = ["--resume", "--id", scan] if resume else ["--id", scan, *self._options()]
            return [[action, "--quiet", *what, *self._judged()]]
        if action in PLAIN:
            return [[*PLAIN[action], "--quiet"]]
        words = [action, *self._options(), *(self._judged() if action == "gate" else ["--quiet"])]
        return [[*words, *self._written(form, due)] for form in self.forms] or [words]

    def _options(self) -> list[str]:
        found: list[str] = []
        for key, option in REPEATED.items():
            for value in getattr(self.table, key):
                found += [option, value]
        for key, option in GIVEN.items():
            if value := getattr(self.table, key):
                found += [option, value]
        return found

    def _judged(self) -> list[str]:
        return ["--fail-on", self.table.fail_on, *(["--allow-incomplete"] if self.table.allow_incomplete else [])]

    def _written(self, form: str, due: datetime) -> list[str]:
        """Name the file by the moment that was due, so that a run that is tried again writes no second one."""
        from reports import FORMATS

        suffix = "txt" if form == "text" else FORMATS[form].suffix
        name = f"{self.name}-{due:%Y%m%dT%H%MZ}.{suffix}"
        return ["--format", form, "--out", str(Path(self.folder) / name)]


def jobs_of(config: Config, name: str) -> list[Job]:
    """Give the jobs of a config.toml, in its order.

    Raises:
        ConfigError: it has none.
    """
    tables = config.schedule.jobs
    if not tables:
        raise ConfigError(
            f"{name}: it has no job; give one, such as [schedule.nightly] with cron = '0 2 * * *' and action = 'scan'"
        )
    return [Job(job, table, table.out or config.reports.out, _forms(config, table)) for job, table in tables.items()]


def _forms(config: Config, table: JobTable) -> tuple[str, ...]:
    if table.action == "report":
        return table.formats or tuple(config.reports.formats)
    return table.formats


def zone_of(config: Config, name: str) -> tzinfo:
    """Give the zone in which times are shown; UTC needs no tzdata of the machine.

    Raises:
        ConfigError: this machine knows no such zone.
    """
    from zoneinfo import ZoneInfo

    given = config.schedule.timezone
    if given == "UTC":
        return UTC
    try:
        return ZoneInfo(given)
    except (OSError, ValueError, LookupError):
        where = config.place(name, "schedule", "timezone")
        raise ConfigError(
            f"{where}: {given!r} is no time zone that this machine's tzdata knows; give one such as America/New_York"
        ) from None
