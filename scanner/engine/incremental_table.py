"""The table [aws.incremental] of config.toml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class IncrementalTable(BaseModel):
    """What is not asked for again: without this table, nothing.

    Every `full_every`-th scan asks for all. On the others a share `sample` of what is taken from the night before (one
    answer at least) is asked for nevertheless and compared. `pages` is how many pages of 50 events of CloudTrail's
    history are read for an account and Region at most, at 2 a second.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    full_every: int = Field(default=7, ge=1, le=366)
    sample: float = Field(default=0.05, gt=0, le=1)
    pages: int = Field(default=60, ge=1, le=2000)
