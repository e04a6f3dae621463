"""What was done about findings: the log of plans, approvals and applied steps, and the lock of who applies one."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from scanner.store.errors import StoreError, spoken
from scanner.store.keeping import Keeping
from scanner.store.records import RemedyEvent, written
from scanner.store.tables import remediation_log

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Row


class Remedying(Keeping):
    """The part of the store that remembers remediation; no seal depends on it, and no pruning touches it."""

    def note_remedy(
        self,
        plan: str,
        hash: str,
        event: str,
        *,
        step: str = "",
        by: str = "",
        body: Mapping[str, Any] | None = None,
        at: datetime,
    ) -> RemedyEvent:
        """Add to the log of remediation; when this returns, the entry outlives a kill and a power cut.

        `body` is anything that JSON can hold, and is kept as it is: no secret may be in it.

        Raises:
            StoreError: a word is missing, or, while a plan is applied here, the lock was lost.
        """
        for what, said in (("plan", plan), ("hash", hash), ("event", event)):
            if not said.strip():
                raise StoreError(f"the log of remediation needs the {what}; give it")
        content = msgspec.json.encode(dict(body or {}), order="deterministic")
        row = {"plan": plan, "hash": hash, "at": written(at), "event": event, "step": step, "by": by}
        self._remedy_lock.prove()
        with self._writing() as connection:
            added: Any = connection.execute(remediation_log.insert().values(row | {"body": content.decode()}))
            seq: int = added.inserted_primary_key.seq
        return RemedyEvent(seq=seq, **row, body=msgspec.json.decode(content))

    def remedy_log(self, plan: str = "") -> list[RemedyEvent]:
        """Give the log of remediation, of one plan or of all, in the order in which it was written.

        Raises:
            StoreError: an entry was changed, so that it cannot be read.
        """
        query = select(remediation_log).order_by(remediation_log.c.seq)
        if plan:
            query = query.where(remediation_log.c.plan == plan)
        with self._reading() as connection:
            return [self._event(row) for row in connection.execute(query)]

    def _event(self, row: Row[Any]) -> RemedyEvent:
        try:
            body = msgspec.json.decode(row.body, type=dict[str, Any])
        except msgspec.DecodeError:
            raise StoreError(
                f"{self._where}: entry {row.seq} of the remediation log was changed; restore it from a backup"
            ) from None
        return RemedyEvent(**row._asdict() | {"body": body})

    @contextmanager
    def remedying(self, plan: str) -> Iterator[int | None]:
        """Let nobody else apply a plan on this store meanwhile.

        The value is a file descriptor, or None for a database in memory. A child process that is given it
        (`pass_fds`) has the lock too: should this process be killed, no other apply begins before the child has ended.

        Raises:
            StoreError: a plan is being applied, by whom is said where it is known.
        """
        name = " ".join(plan.split())
        with spoken(self._where):
            self._remedy_lock.take(f"{name}, process {os.getpid()} or one that it began")
        try:
            yield self._remedy_lock.descriptor
        finally:
            self._remedy_lock.release()
