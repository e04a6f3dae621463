"""The tables of config.toml on accounts: what holds for all, for an OU, for those that bear a tag, for one."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

ACCOUNT = re.compile(r"\d{12}")
REGION = re.compile(r"(af|ap|ca|cn|eu|il|me|mx|sa|us)(-gov|-iso[a-z]?)?-[a-z]+-\d")
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
SESSION_TAGS, TAG_KEY, TAG_VALUE = 50, 128, 256
"""How many session tags there may be, and the characters of a key and of a value (STS API reference, AssumeRole)."""


def account_id(value: str) -> str:
    """Take an account's id.

    Raises:
        ValueError: it is none.
    """
    if not ACCOUNT.fullmatch(value):
        raise ValueError(f"{value!r} is no account id; give its twelve digits in quotes")
    return value


def region_code(value: str) -> str:
    """Take a Region's code.

    Raises:
        ValueError: it is none.
    """
    if not REGION.fullmatch(value):
        raise ValueError(f"{value!r} is no Region; give a code such as us-east-1")
    return value


def _session_name(value: str) -> str:
    if value and not SESSION_NAME.fullmatch(value):
        raise ValueError(f"{value!r} is no session name; give 2 to 64 of letters, digits and +=,.@_-")
    return value


def _session_tags(given: dict[str, str]) -> dict[str, str]:
    if len(given) > SESSION_TAGS:
        raise ValueError(f"there may be {SESSION_TAGS} session tags, not {len(given)}")
    for key, value in given.items():
        if not key or len(key) > TAG_KEY or len(value) > TAG_VALUE:
            raise ValueError(f"{key!r}: a session tag's key has 1 to {TAG_KEY} characters, its value up to {TAG_VALUE}")
    return given


def _unit(value: str) -> str:
    if not value.strip("/ ") or value != value.strip("/ "):
        raise ValueError(f"{value!r} is no OU; give its id, or its path below the root, such as Workloads/Production")
    return value


def _tag(value: str) -> str:
    key, between, _ = value.partition("=")
    if not key or not between:
        raise ValueError(f"{value!r} is no tag; give KEY=VALUE, such as environment=production")
    return value


def _exclusions(given: Any) -> Any:
    """Take a tag with one value or with several."""
    if not isinstance(given, dict):
        raise ValueError('give a table of tags, such as { phiward = "off" }')  # noqa: TRY004  pydantic takes no other
    return {key: [values] if isinstance(values, str) else values for key, values in given.items()}


Account = Annotated[str, AfterValidator(account_id)]
Unit = Annotated[str, AfterValidator(_unit)]
Tag = Annotated[str, AfterValidator(_tag)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Session(_Table):
    """How an account is entered and looked at; what is not said is left to the next table.

    `session_tags` need `sts:TagSession` in the role's trust policy. `max_calls` is how many API calls a scan may make
    of the account to collect it.
    """

    session_name: Annotated[str, AfterValidator(_session_name)] = ""
    session_tags: Annotated[dict[str, str], AfterValidator(_session_tags)] = {}
    max_calls: int | None = Field(default=None, ge=1)
    regions: tuple[str, ...] = ()

    _regions = field_validator("regions")(lambda given: tuple(region_code(region) for region in given))


class Layer(Session):
    """What holds for the accounts of an OU, or for those that bear a tag."""

    group: str = ""
    environment: str = ""
    role: str | None = None
    external_id: str | None = None


class AccountTable(Layer):
    """One account: how it is called, what it belongs to, the role to assume there."""

    name: str = ""


class ExcludeTable(_Table):
    """The accounts of the organization that are left out."""

    accounts: tuple[Account, ...] = ()
    ous: tuple[Unit, ...] = ()
    tags: dict[str, tuple[str, ...]] = {}

    _tags = field_validator("tags", mode="before")(_exclusions)


class OrganizationTable(_Table):
    """What holds in parts of the organization: by OU (id or path below the root), and by tag of the account."""

    exclude: ExcludeTable = ExcludeTable()
    ous: dict[Unit, Layer] = {}
    tags: dict[Tag, Layer] = {}

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Give the tables of OUs and of tags."""
        return (*self.ous.values(), *self.tags.values())

    @property
    def asks_units(self) -> bool:
        """Say whether the accounts' OUs must be known."""
        return bool(self.ous or self.exclude.ous)

    @property
    def asks_tags(self) -> bool:
        """Say whether the accounts' tags must be known."""
        return bool(self.tags or self.exclude.tags)
