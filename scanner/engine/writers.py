"""The tables of config.toml that say who may write: to mend what is wrong, and to tell Security Hub and SNS."""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


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

    @field_validator("region")
    @classmethod
    def _region(cls, given: str) -> str:
        if given and not REGION.fullmatch(given):
            raise ValueError(f"{given!r} is no Region; give a code such as us-east-1")
        return given
