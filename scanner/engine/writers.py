"""The tables of config.toml that say who may write: to mend what is wrong, and to tell Security Hub and SNS."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from scanner.engine.account_tables import region_code


class WriterTable(BaseModel):
    """By whose credentials something is written, which the scanner itself never does.

    `profile` is a profile of the AWS config files to start from, `role` one to assume in each account. `called` is the
    table's name, `purpose` what they are for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    called: ClassVar[str]
    purpose: ClassVar[str]

    profile: str = ""
    role: str = ""
    external_id: str = ""


class RemediationTable(WriterTable):
    """Who carries approved plans out.

    An approval holds for `approval_days`; `wave` steps at most are carried out before what they did is looked at.
    """

    called: ClassVar[str] = "remediation"
    purpose: ClassVar[str] = "plans are carried out"

    approval_days: int = Field(default=7, ge=1, le=90)
    wave: int = Field(default=20, ge=1, le=1000)


class PublishTable(WriterTable):
    """Who imports findings into Security Hub and publishes to SNS topics.

    All findings are imported into `region`; where it is empty, into their own Regions.
    """

    called: ClassVar[str] = "publish"
    purpose: ClassVar[str] = "findings are published"

    region: str = ""

    _region = field_validator("region")(lambda given: region_code(given) if given else given)
