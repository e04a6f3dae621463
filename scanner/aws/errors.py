"""What AWS's refusals mean."""

from __future__ import annotations

from typing import Any

from scanner.model.gap import Gap, GapState
from scanner.model.operation import Call

DENIED = frozenset({
    "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException",
    "Client.UnauthorizedOperation", "Forbidden", "ForbiddenException", "NotAuthorized", "NotAuthorizedException",
    "UnauthorizedAccess", "UnauthorizedException", "UnauthorizedOperation", "403",
})  # fmt: skip
THROTTLED = frozenset({
    "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
    "SlowDown", "Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException",
    "TransactionInProgressException", "429",
})  # fmt: skip
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
AGAIN = THROTTLED | EXPIRED
"""Errors after which the same may be answered when it is asked again."""
REGION_OFF = frozenset({"AuthFailure", "InvalidClientTokenId", "OptInRequired", "UnrecognizedClientException"})
DECLARED_ERRORS = (ValueError, KeyError, TypeError, IndexError, AttributeError)
"""What a pure function of a declaration raises on an answer that is not as AWS describes it."""


class AwsError(Exception):
    """AWS cannot be used as configured: one clear line for the user, exit code 2."""


class CredentialsEndedError(AwsError):
    """Our own credentials have expired while we worked, and cannot be renewed from here: every further call is vain."""


class ForbiddenOperationError(RuntimeError):
    """An operation was asked for that no declaration names; the client refuses it."""


class TruncatedAnswerError(Exception):
    """An answer was shorter than it said, or lacked the member that it always has."""


class Refusal(Exception):
    """A call was not answered; `gap` says why, `code` is AWS's error code."""

    def __init__(self, gap: Gap, code: str) -> None:
        """Keep what is missing."""
        super().__init__(str(gap))
        self.gap = gap
        self.code = code


def refusal(operation: str, permission: str, code: str, message: str) -> Refusal:
    """Make the refusal of an error code."""
    state = GapState.ERROR
    if code in DENIED:
        state = GapState.DENIED
    elif code in THROTTLED:
        state = GapState.THROTTLED
    text = " ".join(message.split())[:300]
    if code in REGION_OFF:
        text = f"{text} (is the Region enabled for this account?)"
    return Refusal(Gap(operation, permission, code, text, state), code)


def malformed(call: Call, error: Exception) -> Gap:
    """Say that an answer is not as AWS describes it; of the error only what cannot hold a value that was read."""
    what = f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else type(error).__name__
    return Gap(call.operation, "", "Malformed", f"the answer is not as AWS describes it ({what})", GapState.ERROR)


def code_of(answer: Any) -> str:
    """Give the error code of an answer that botocore parsed."""
    return str(answer.get("Error", {}).get("Code", "")) if isinstance(answer, dict) else ""
