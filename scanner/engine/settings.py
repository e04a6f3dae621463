"""config.toml: read, checked and turned into typed settings; a mistake gets one clear line."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from scanner.engine.account_tables import (
    ACCOUNT,
    Account,
    AccountTable,
    OrganizationTable,
    Session,
    account_id,
    region_code,
)
from scanner.engine.cells import Cells
from scanner.engine.drift.allowed import DriftTable
from scanner.engine.incremental_table import IncrementalTable
from scanner.engine.notified import Channels
from scanner.engine.scheduled import ScheduleTable
from scanner.engine.toml_lines import line_of
from scanner.engine.writers import PublishTable, RemediationTable

PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?/(?:tcp|udp)")
LAST_PORT = 65535
RETENTION_DAYS = 2192
"""Six years, as 164.316(b)(2)(i) asks of documentation."""


class ConfigError(ValueError):
    """config.toml is wrong: where, what, and how to mend it."""


def _cidr(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        hint = _without_host_bits(value)
        raise ValueError(f"{value!r} is no range{hint or '; give a CIDR such as 10.64.0.0/12'}") from error


def _without_host_bits(value: str) -> str:
    try:
        return f"; did you mean {ipaddress.ip_network(value, strict=False)}?"
    except ValueError:
        return ""


def _ports(given: Any) -> Any:
    if not isinstance(given, list | tuple):
        raise ValueError("give a list of ports, such as [6783, '6783-6784/udp', 'esp']")  # noqa: TRY004  pydantic takes no other
    for port in given:
        if not _is_port(port):
            raise ValueError(
                f"{port!r} is no port; give a number from 1 to 65535, or a text such as '6783/tcp' or 'esp'"
            )
    return given


def _is_port(given: Any) -> bool:
    if isinstance(given, str):
        match = PORTS.fullmatch(given)
        return given == "esp" or (match is not None and 0 < int(match[1]) <= int(match[2] or match[1]) <= LAST_PORT)
    return isinstance(given, int) and not isinstance(given, bool) and 0 < given <= LAST_PORT


def _pools(given: Any) -> Any:
    """Take one range or several for each name."""
    if not isinstance(given, Mapping):
        raise ValueError('give a table of names and ranges, such as "cells" = "10.64.0.0/12"')  # noqa: TRY004
    for name, pools in given.items():
        if not isinstance(pools, str | list | tuple):
            raise ValueError(f"{name!r} has no range; give one or a list of them")  # noqa: TRY004
    return {name: [pools] if isinstance(pools, str) else pools for name, pools in given.items()}


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StoreTable(_Table):
    """Where the history is kept, and how long."""

    url: str = "sqlite:///phiward.db"
    retention_days: int = Field(default=RETENTION_DAYS, ge=1)


class AwsTable(Session):
    """Which accounts and Regions, the role to assume in each account, and how it is looked at, unless others say so.

    With `organization`, all accounts of the organization are looked at, and those of `[accounts]`. `engine` is that of
    `phiward scan --engine`.
    """

    organization: bool = False
    role: str = ""
    external_id: str = ""
    threads: int = Field(default=32, ge=1, le=256)
    engine: str = "threads"
    incremental: IncrementalTable | None = None


class ScopeTable(_Table):
    """What holds PHI: these accounts, these VPCs, what bears these tags."""

    tags: dict[str, str] = {}
    accounts: tuple[str, ...] = ()
    vpcs: tuple[str, ...] = ()

    _accounts = field_validator("accounts")(lambda given: tuple(account_id(account) for account in given))


class PacksTable(_Table):
    """Which packs of rules are on."""

    enabled: tuple[str, ...] = ()


class OverlayTable(_Table):
    """The encrypted overlay network, where there is one.

    `ports` are those of its control and data: a number means TCP and UDP, a text one of them (`"6783/tcp"`,
    `"6783-6784/udp"`) or a protocol without ports (`"esp"`).
    """

    cidr: str = ""
    ports: tuple[int | str, ...] = ()

    _cidr = field_validator("cidr")(lambda given: _cidr(given) if given else given)
    _ports = field_validator("ports", mode="before")(_ports)


class DrTable(_Table):
    """Where systems are brought up again when their Region is lost."""

    region: str = ""

    _region = field_validator("region")(lambda given: region_code(given) if given else given)


class IacTable(_Table):
    """The states of Terraform that a scan is laid beside: files, folders of states, or `s3://bucket/key`."""

    terraform: tuple[str, ...] = ()


class ReportsTable(_Table):
    """Where reports go, and which, and who signs them.

    `signer` is the path of a PKCS#12 file, or of a PEM file with key and certificates; `signer_passphrase` names the
    environment variable with its passphrase.
    """

    out: str = "reports-out"
    formats: tuple[Literal["html", "pdf", "csv", "json"], ...] = ("html", "pdf")
    signer: str = ""
    signer_passphrase: str = "PHIWARD_SIGNER_PASSPHRASE"  # noqa: S105  where it is, not what it is


class Config(_Table):
    """The whole of config.toml; `rules` holds each rule's table as it stands, and `paths`.

    `address_plan` gives each pool of addresses, one CIDR or a list, to an account by its id or name, to a group's
    environment (`"cells/production"`), to a group, or to an environment; the first of these that is named counts.
    """

    store: StoreTable = StoreTable()
    aws: AwsTable = AwsTable()
    accounts: dict[Account, AccountTable] = {}
    organization: OrganizationTable = OrganizationTable()
    scope: ScopeTable = ScopeTable()
    packs: PacksTable = PacksTable()
    overlay: OverlayTable = OverlayTable()
    address_plan: dict[str, tuple[Annotated[str, AfterValidator(_cidr)], ...]] = {}
    cells: Cells = {}
    dr: DrTable = DrTable()
    drift: DriftTable = DriftTable()
    iac: IacTable = IacTable()
    publish: PublishTable = PublishTable()
    remediation: RemediationTable = RemediationTable()
    reports: ReportsTable = ReportsTable()
    schedule: ScheduleTable = ScheduleTable()
    notify: Channels = {}
    rules: dict[str, Any] = {}
    _text: str = PrivateAttr("")

    def model_post_init(self, context: Any) -> None:
        """Keep the text that was read, so that a mistake found later is said with its line too."""
        self._text = str((context or {}).get("text", ""))

    _pools = field_validator("address_plan", mode="before")(_pools)

    @field_validator("address_plan")
    @classmethod
    def _planned(cls, given: dict[str, tuple[str, ...]], info: ValidationInfo) -> dict[str, tuple[str, ...]]:
        known = set(info.data.get("accounts", {}))
        layers = info.data["organization"].layers if "organization" in info.data else ()
        for table in (*info.data.get("accounts", {}).values(), *layers):
            named = {table.name} if isinstance(table, AccountTable) else set()
            known |= named | {table.group, table.environment, f"{table.group}/{table.environment}"} - {""}
        for name in given:
            if name not in known and not ACCOUNT.fullmatch(name):
                raise ValueError(f"{name!r} is no account of [accounts], nor a group or environment there")
        return given

    @field_validator("rules")
    @classmethod
    def _rule_paths(cls, given: dict[str, Any]) -> dict[str, Any]:
        paths = given.get("paths", [])
        if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
            raise ValueError("give `paths` as a list of files and folders")
        return given

    def place(self, name: str, *keys: str) -> str:
        """Say where a key stands: the file, the line, the key."""
        line = f", line {line_of(self._text, list(keys))}" if self._text else ""
        return f"{name}{line}, {'.'.join(keys)}"

    @property
    def rule_paths(self) -> tuple[str, ...]:
        """The rule files of the user's own."""
        return tuple(self.rules.get("paths", ()))


def load(path: Path) -> Config:
    """Read a config.toml.

    Raises:
        ConfigError: it cannot be read, is no TOML, or says what phiward does not know.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"{path}: cannot be read: {reason}") from error
    try:
        return parse(text, str(path))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error


def parse(text: str, name: str = "config.toml") -> Config:
    """Read the text of a config.toml.

    Raises:
        ConfigError: it says what phiward does not know.
        tomllib.TOMLDecodeError: it is no TOML.
    """
    given = tomllib.loads(text)
    try:
        return Config.model_validate(given, context={"text": text})
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(_line(first, text, name)) from error


def _line(error: Mapping[str, Any], text: str, name: str) -> str:
    keys = [str(key) for key in error["loc"] if key != "[key]"]
    where = f"{name}, line {line_of(text, keys)}, {'.'.join(keys)}"
    if error["type"] == "extra_forbidden":
        known = _known(keys[:-1])
        return f"{where}: there is no such key; known here: {', '.join(known)}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {message[0].lower()}{message[1:]}"


def _known(keys: list[str]) -> list[str]:
    model: Any = Config
    for key in keys:
        if key in model.model_fields:
            model = next(_tables(model.model_fields[key].annotation))
    return sorted(model.model_fields)


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _tables(part)
