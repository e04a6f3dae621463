"""Tries whether AWS would answer a scan: who we are, what the clocks say, which IAM actions are allowed.

IAM API reference: SimulatePrincipalPolicy; AWS Security Token Service: GetCallerIdentity.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.config import Config

from scanner.aws.client import AwsClient, Patience, Request
from scanner.aws.errors import AwsError, Refusal
from scanner.aws.sessions import Identity, Sessions, Target
from scanner.model.gap import GapState
from scanner.model.kind import Kind
from scanner.model.operation import Call, Form, permission_of

SIMULATE = "iam.SimulatePrincipalPolicy"
DOCTOR_OPERATIONS = (SIMULATE,)
"""What `phiward doctor` calls besides the calls of kinds; no scan does."""

AT_ONCE = 100
"""Actions in one request."""

THREADS = 8
SOON = Patience(connect=5, read=20, attempts=2, tries=1)
REMOVED = frozenset({"NoSuchEntity", "InvalidInput"})
LIVES_ON = ("env", "shared-credentials-file", "config-file")
"""The places of keys that botocore does not renew."""


@dataclass(frozen=True)
class Met:
    """Who AWS says we are, or why it does not; `skew` is by how many seconds our clock is ahead of AWS's.

    `method` is where the credentials came from in botocore's words. `until` is when they end, where that is known, and
    `renewed` whether botocore then fetches others. `lasting` are keys without an end.
    """

    identity: Identity | None
    refused: str = ""
    skew: float | None = None
    method: str = ""
    until: datetime | None = None
    renewed: bool = False
    lasting: bool = False


@dataclass(frozen=True)
class Refused:
    """An action that is not allowed; `by` is what denies it, where known, `unsure` the condition keys it hangs on."""

    action: str
    by: str = ""
    unsure: tuple[str, ...] = ()


@dataclass
class Tried:
    """What was learned of the actions in one account: refused ones, those not tried, and how it was learned.

    `barred` is whether IAM may not be asked, `made` how many calls were made instead.
    """

    account: str
    way: str = ""
    barred: bool = False
    refused: list[Refused] = field(default_factory=list)
    untried: list[str] = field(default_factory=list)
    made: int = 0
    trouble: list[str] = field(default_factory=list)


def meet(sessions: Sessions) -> Met:
    """Ask AWS who we are, and read from its answer, or refusal, what its clock says."""
    seen: list[float] = []

    def note(http_response: Any, **_: Any) -> None:
        said = http_response.headers.get("Date")
        if said:
            seen.append((datetime.now(UTC) - parsedate_to_datetime(said)).total_seconds())

    sessions.base.events.register("after-call.sts.GetCallerIdentity", note)
    soon = Config(connect_timeout=SOON.connect, read_timeout=SOON.read, retries={"total_max_attempts": SOON.attempts})
    sessions.base._session.set_default_client_config(soon)  # noqa: SLF001  boto3 offers no other way
    try:
        identity = sessions.identity()
    except AwsError as error:
        return Met(None, str(error), seen[-1] if seen else None)
    held = sessions.base.get_credentials()
    method, until = str(getattr(held, "method", "")), getattr(held, "_expiry_time", None)
    renewed = until is not None
    if until is None and method == "env" and os.environ.get("AWS_CREDENTIAL_EXPIRATION"):
        until = _moment(os.environ["AWS_CREDENTIAL_EXPIRATION"])
    lasting = method in LIVES_ON and not getattr(held, "token", None)
    return Met(identity, "", seen[-1] if seen else None, method, until, renewed, lasting)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def principal_of(identity: Identity, target: Target) -> str:
    """Name the user or role whose policies count in an account; of an assumed role the path is not known."""
    if target.role:
        return target.role_arn
    parts = identity.arn.split(":")
    if parts[2] == "sts" and parts[5].startswith("assumed-role/"):
        return f"arn:{identity.partition}:iam::{identity.account}:role/{parts[5].split('/')[1]}"
    return identity.arn


def free_calls(kinds: Iterable[type[Kind]]) -> dict[str, Call]:
    """Give the declared calls that need nothing but themselves, by operation: listings, and what is asked once."""
    return {
        call.operation: call
        for kind in kinds
        for call in kind.calls.values()
        if call.form in {Form.EACH, Form.SHARED} and call.of is None and not call.when and not call.uses
        and "$" not in repr(call.params)
    }  # fmt: skip


class Prober:
    """Tries actions in accounts, by the client that makes only declared calls."""

    def __init__(self, sessions: Sessions, targets: Sequence[Target], kinds: Mapping[str, type[Kind]]) -> None:
        """Know where and what; nothing is asked yet."""
        self._calls = free_calls(kinds.values())
        self._scopes = {
            call.operation: kind.scope for kind in kinds.values() for call in kind.calls.values() if call.operation
        }
        allowed = frozenset({*DOCTOR_OPERATIONS, *self._calls})
        self._client = AwsClient(
            sessions, {target.account: target for target in targets}, allowed, THREADS, patience=SOON
        )
        self._home = sessions.home

    def attempt(self, target: Target, principal: str, actions: Sequence[str]) -> Tried:
        """Ask IAM what the principal may do; where IAM does not tell, make the calls that can be made."""
        tried = Tried(target.account)
        try:
            tried.refused = list(self._simulated(target, principal, actions))
        except Refusal as refusal:
            tried.barred = refusal.gap.state is GapState.DENIED
            why = "is denied" if tried.barred else f"gave no answer ({refusal.code})"
            if refusal.code in REMOVED:
                why = f"does not know {principal}"
            tried.way = f"by calls, for {permission_of(SIMULATE)} {why}"
            self._called(target, actions, tried)
        else:
            tried.way = "by IAM's simulation"
        return tried

    def _simulated(self, target: Target, principal: str, actions: Sequence[str]) -> Iterator[Refused]:
        for start in range(0, len(actions), AT_ONCE):
            asked = {"PolicySourceArn": principal, "ActionNames": list(actions[start : start + AT_ONCE])}
            request = Request(SIMULATE, asked, "EvaluationResults", permission=permission_of(SIMULATE))
            for page in self._client.pages((target.account, "global"), request):
                for result in page["EvaluationResults"]:
                    if result["EvalDecision"] != "allowed":
                        yield _refused(result)

    def _called(self, target: Target, actions: Sequence[str], tried: Tried) -> None:
        wanted = set(actions)
        able = {name: call for name, call in self._calls.items() if wanted & set(call.permissions)}
        with ThreadPoolExecutor(THREADS, thread_name_prefix="phiward-doctor") as pool:
            answers = dict(zip(able, pool.map(lambda call: self._ask(target, call), able.values()), strict=True))
        known: set[str] = set()
        for name, answer in answers.items():
            call = able[name]
            if answer is None or answer.code in call.absent:
                known |= set(call.permissions)
            elif answer.gap.state is GapState.DENIED:
                known |= set(call.permissions)
                tried.refused += [Refused(action) for action in call.permissions if action in wanted]
            else:
                tried.trouble.append(str(answer.gap))
        tried.made = len(able)
        tried.untried = sorted(wanted - known)

    def _ask(self, target: Target, call: Call) -> Refusal | None:
        """Ask for the first page alone."""
        regional = self._scopes[call.operation] == "regional"
        region = target.regions[0] if regional and target.regions else "global"
        try:
            next(iter(self._client.pages((target.account, region), Request.of(call, dict(call.params)))))
        except Refusal as refusal:
            return refusal
        return None


def _refused(result: Mapping[str, Any]) -> Refused:
    by = ""
    if result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False:
        by = "a service control policy"
    elif result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary") is False:
        by = "the permissions boundary"
    elif result["EvalDecision"] == "explicitDeny":
        by = "a policy that denies it"
    return Refused(str(result["EvalActionName"]), by, tuple(map(str, result.get("MissingContextValues", ()))))
