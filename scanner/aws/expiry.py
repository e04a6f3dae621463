"""Credentials that expire while a scan uses them: they are renewed, or all is over at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.credentials import RefreshableCredentials
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    LoginError,
    MetadataRetrievalError,
    RefreshWithMFAUnsupportedError,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from scanner.aws.errors import EXPIRED, CredentialsEndedError, code_of

LOST = (
    CredentialRetrievalError, TokenRetrievalError, SSOError, LoginError, MetadataRetrievalError,
    RefreshWithMFAUnsupportedError,
)  # fmt: skip
"""What boto3 raises where credentials that it renews cannot be renewed: a sign-on has ended, nobody gives new ones."""


@dataclass
class Expiry:
    """What is known of how our credentials expire.

    `own` gives our own credentials, `ask` asks AWS by them who we are (`sts.GetCallerIdentity`, which every identity
    may). That they have ended is said only when AWS says it there too: one operation may err, and so may one attempt.
    """

    own: Callable[[], Any]
    ask: Callable[[], Any]
    _ended: str = ""
    _renewed: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Let no call be made once our own credentials have ended.

        Raises:
            CredentialsEndedError: they have.
        """
        if self._ended:
            raise CredentialsEndedError(self._ended)

    def key_of(self, credentials: Any) -> str:
        """Give the access key that signs now (None: our own); credentials that are about to end are renewed first.

        Raises:
            BotoCoreError, ClientError: they cannot be renewed.
        """
        known = self.own() if credentials is None else credentials
        try:
            return str(known.get_frozen_credentials().access_key) if known is not None else ""
        except RuntimeError as error:  # botocore's word for new credentials that have expired already
            raise CredentialRetrievalError(provider=known.method, error_msg=str(error)) from error

    def expired(self, credentials: Any, key: str) -> None:
        """Take that AWS called the credentials expired that signed by `key`: renew them, or see whether all is over.

        Raises:
            CredentialsEndedError: they are our own, and cannot be renewed.
        """
        known = self.own() if credentials is None else credentials
        with self._lock:
            if isinstance(known, RefreshableCredentials) and key not in self._renewed:
                self._renewed.add(key)
                if known._access_key == key:  # noqa: SLF001  asked by its public name it would be renewed
                    known._expiry_time = known._time_fetcher()  # noqa: SLF001  botocore has no other way to renew them
                return
        if credentials is None:
            self._confirm()

    def refused(self, error: Exception) -> None:
        """Take that a role was not entered, or a call not signed: see whether that is because our own have ended.

        Raises:
            CredentialsEndedError: it is.
        """
        if _ends(error):
            self._confirm()

    def _confirm(self) -> None:
        with self._lock:
            self.check()
            try:
                self.ask()
            except (BotoCoreError, ClientError, ResponseParserError) as error:
                if _ends(error):
                    self._ended = f"the AWS credentials have expired and cannot be renewed from here ({error})"
            except RuntimeError as error:
                self._ended = f"the AWS credentials were renewed, and have expired all the same ({error})"
            self.check()


def _ends(error: Exception) -> bool:
    return isinstance(error, LOST) or (isinstance(error, ClientError) and code_of(error.response) in EXPIRED)
