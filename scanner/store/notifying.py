"""Who was told what: each thing once to each channel, whichever process tells it, and again where it did not arrive."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import and_, delete, func, or_, select, update

from scanner.engine.notifying import Notice
from scanner.store import scanning
from scanner.store.errors import StoreError
from scanner.store.notice_tables import notices
from scanner.store.records import moment, written
from scanner.store.session import Session
from scanner.store.tables import judgements, verdicts
from scanner.store.writing import upserting

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

WAITING, SENDING, TOLD, QUIET = "waiting", "sending", "told", "quiet"
LEASE = timedelta(minutes=15)
"""How long who sends has for it, before another takes it for dead and sends it again."""

MOST = 400
"""How many notices become one message at most."""


class Claim(msgspec.Struct, frozen=True):
    """What one process may send to a channel now, the oldest first."""

    id: str
    notices: tuple[Notice, ...]


class Notices(Session):
    """The part of a store that knows who was told what; use it in a `with` statement.

    Every method raises `StoreError`, one line for the user, when the database cannot do what is asked.
    """

    def note(self, channel: str, key: str, notice: Notice | None, *, at: datetime) -> bool:
        """Note what a channel is to be told, or that it is nothing; give whether nobody had noted it before."""
        row = {
            "channel": channel, "key": key, "state": WAITING if notice else QUIET, "at": written(at), "tries": 0,
            "body": msgspec.json.encode(notice).decode(), **dict.fromkeys(("claim", "after", "sent", "said"), ""),
        }  # fmt: skip
        with self._writing() as connection:
            added = upserting(connection)(notices).values(row).on_conflict_do_nothing().returning(notices.c.seq)
            return connection.execute(added).first() is not None

    def knows(self, channel: str, key: str) -> bool:
        """Say whether this was noted for a channel."""
        query = select(notices.c.seq).where(notices.c.channel == channel, notices.c.key == key)
        with self._reading() as connection:
            return connection.execute(query).first() is not None

    def keys(self, channel: str) -> set[str]:
        """Give all that was noted for a channel."""
        with self._reading() as connection:
            return set(connection.execute(select(notices.c.key).where(notices.c.channel == channel)).scalars())

    def waiting(self, channel: str, *, at: datetime) -> list[Notice]:
        """Give what a channel is still to be told, the oldest first."""
        query = select(notices).where(_free(channel, at)).order_by(notices.c.seq).limit(MOST)
        with self._reading() as connection:
            return [self._notice(row) for row in connection.execute(query)]

    def claim(self, channel: str, *, at: datetime) -> Claim:
        """Take what a channel is still to be told, so that no other process sends it too, until `LEASE` is over."""
        token = secrets.token_hex(8)
        taken = {"state": SENDING, "claim": token, "after": written(at + LEASE), "tries": notices.c.tries + 1}
        with self._writing() as connection:
            free = select(notices.c.seq).where(_free(channel, at)).order_by(notices.c.seq).limit(MOST)
            mine = and_(notices.c.seq.in_(free.scalar_subquery()), _free(channel, at))
            connection.execute(update(notices).where(mine).values(taken))
            rows = connection.execute(select(notices).where(notices.c.claim == token).order_by(notices.c.seq)).all()
        return Claim(token, tuple(self._notice(row) for row in rows))

    def told(self, claim: Claim, *, at: datetime) -> None:
        """Note that it arrived; it is told no more."""
        self._settle(claim, state=TOLD, sent=written(at), said="")

    def kept(self, claim: Claim, said: str) -> None:
        """Note that it did not arrive, and why; the next run sends it again."""
        self._settle(claim, state=WAITING, claim="", after="", said=said)

    def _settle(self, given: Claim, **values: str) -> None:
        mine = (notices.c.claim == given.id) & (notices.c.state == SENDING)
        with self._writing() as connection:
            connection.execute(update(notices).where(mine).values(values))

    def last(self, channel: str) -> datetime | None:
        """Say when a channel was last told anything."""
        query = select(func.max(notices.c.sent)).where(notices.c.channel == channel, notices.c.state == TOLD)
        with self._reading() as connection:
            sent = connection.execute(query).scalar()
        return moment(sent) if sent else None

    def forget(self, before: datetime) -> int:
        """Forget what was noted before a moment, told or not; give how much."""
        with self._writing() as connection:
            return connection.execute(delete(notices).where(notices.c.at < written(before))).rowcount

    def before(self, scan: str) -> dict[str, str]:
        """Give, of each finding that became another in a scan, the severity that it had until then.

        Raises:
            StoreError: there is no such scan, or it was pruned.
        """
        with self._reading() as connection:
            return _changed(connection, scanning.row_of(connection, scan).seq)

    def _notice(self, row: Row[tuple[object, ...]]) -> Notice:
        try:
            return msgspec.json.decode(row.body, type=Notice)
        except msgspec.DecodeError:
            raise StoreError(
                f"{self._where}: notice {row.seq} was changed and cannot be read; delete its row from `notices`"
            ) from None


def _free(channel: str, at: datetime) -> ColumnElement[bool]:
    """Choose what nobody is sending, or who did so has been silent for too long."""
    dead = (notices.c.state == SENDING) & (notices.c.after <= written(at))
    return (notices.c.channel == channel) & or_(notices.c.state == WAITING, dead)


def _changed(connection: Connection, seq: int) -> dict[str, str]:
    """Find the fingerprints of which one interval ends where another begins, with the first one's severity."""
    now, then = verdicts.alias("now"), verdicts.alias("then")
    here = (then.c.account == judgements.c.account) & (then.c.ended == seq)
    meets = (now.c.fingerprint == then.c.fingerprint) & (now.c.account == then.c.account) & (now.c.since == seq)
    query = select(now.c.fingerprint, then.c.severity).join_from(judgements, then, here).join(now, meets)
    return dict(connection.execute(query.where(judgements.c.scan == seq)).all())
