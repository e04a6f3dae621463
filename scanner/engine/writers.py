"""The `[remediation]` table of config.toml: who may write, and how carefully."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RemediationTable(BaseModel):
    """By whose credentials approved plans are carried out, which the scanner itself never has.

    `profile` is a profile of the AWS config files to start from, `role` one to assume in each account. An approval
    holds for `approval_days`; `wave` steps at most are carried out before what they did is looked at.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: str = ""
    role: str = ""
    external_id: str = ""
    approval_days: int = Field(default=7, ge=1, le=90)
    wave: int = Field(default=20, ge=1, le=1000)
