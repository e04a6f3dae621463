"""What the rules on users' passwords and access keys share.

The state is that of the credential report, which AWS renews at most every four hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from scanner.model.gap import Gap, GapState, Unknown

if TYPE_CHECKING:
    from scanner.kinds.iam import User


class Credential(NamedTuple):
    """A password or access key of a user; each question is asked when it is called, and may be unknown."""

    name: str
    active: Callable[[], bool]
    made: Callable[[], datetime | None]
    used: Callable[[], datetime | None]


def access_keys(user: User) -> Iterator[Credential]:
    """Give both access keys that a user can have."""
    yield Credential("access key 1", lambda: user.key_1_active, lambda: user.key_1_rotated, lambda: user.key_1_used)
    yield Credential("access key 2", lambda: user.key_2_active, lambda: user.key_2_rotated, lambda: user.key_2_used)


def credentials(user: User) -> Iterator[Credential]:
    """Give the password for the console and the access keys."""
    yield Credential("password", lambda: user.console, lambda: user.password_changed, lambda: user.password_used)
    yield from access_keys(user)


def made(credential: Credential) -> datetime:
    """Say since when the credential is as it is.

    Raises:
        Unknown: the report does not say it.
    """
    moment = credential.made()
    if moment is None:
        message = f"the credential report does not say since when the {credential.name} is there"
        raise Unknown(Gap("iam.GetCredentialReport", message=message, state=GapState.PARTIAL))
    return moment
