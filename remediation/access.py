"""By whose credentials a plan is carried out, and findings are published: never the scanner's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound

from scanner.aws.endpoints import own_endpoint
from scanner.aws.sessions import Sessions, Target
from scanner.engine.writers import WriterTable


class AccessError(Exception):
    """An account cannot be entered to write: the message says why, and how to mend it."""


@dataclass
class WriteAccess:
    """Sessions that may write, one for each account."""

    sessions: Sessions
    targets: Mapping[str, Target]
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def credentials(self, account: str) -> Mapping[str, str]:
        """Give keys that act in an account, fresh ones where they were about to expire."""
        frozen = self.sessions.session(self.targets[account]).get_credentials().get_frozen_credentials()
        keys = {"aws_access_key_id": frozen.access_key, "aws_secret_access_key": frozen.secret_key}
        return keys | ({"aws_session_token": frozen.token} if frozen.token else {})

    def client(self, account: str, service: str, region: str) -> Any:
        """Give boto3's client of a service in an account and Region."""
        key = (account, service, region)
        if key not in self._clients:
            config = Config(
                retries={"mode": "standard", "total_max_attempts": 2}, user_agent_extra="phiward-remediation"
            )
            made = self.sessions.session(self.targets[account]).client(service, region_name=region, config=config)
            self._clients[key] = own_endpoint(made)
        return self._clients[key]


def enter(scanner: Sessions, scanned: Mapping[str, Target], accounts: Sequence[str], table: WriterTable) -> WriteAccess:
    """Enter accounts as those who may write; `scanner` and `scanned` are the scanner's own way into them.

    Raises:
        AccessError: config.toml names nobody who may, they are the scanner's own credentials, or another account's.
    """
    sessions = _sessions(scanner, table)
    targets: dict[str, Target] = {}
    for account in accounts:
        if account not in scanned:
            raise AccessError(f"account {account} is not among those that config.toml scans")
        targets[account] = replace(scanned[account], role=table.role, external_id=table.external_id)
        writer = _identity(sessions, targets[account])
        if writer["Account"] != account:
            raise AccessError(f"[{table.called}] enters account {writer['Account']} where {account} is meant")
        if _who(writer["Arn"]) == _who(_identity(scanner, scanned[account])["Arn"]):
            raise AccessError(
                f"account {account}: {_who(writer['Arn'])} is the scanner's own identity, which may only read; name "
                f"another role or profile under [{table.called}]"
            )
    return WriteAccess(sessions, targets)


def _sessions(scanner: Sessions, table: WriterTable) -> Sessions:
    if not table.role and not table.profile:
        raise AccessError(
            f"nobody may write: name in config.toml under [{table.called}] the `role` to assume in each account, or "
            f"the `profile`, by which {table.purpose}; the scanner's own credentials only read"
        )
    try:
        return Sessions(base=boto3.Session(profile_name=table.profile) if table.profile else scanner.base)
    except ProfileNotFound as error:
        raise AccessError(f"[{table.called}] profile: {error}") from error


def _identity(sessions: Sessions, target: Target) -> Mapping[str, str]:
    try:
        found: Mapping[str, str] = (
            sessions.session(target).client("sts", region_name=sessions.home).get_caller_identity()
        )
    except (ClientError, BotoCoreError) as error:
        raise AccessError(f"account {target.account} cannot be entered to write: {error}") from error
    return found


def _who(arn: str) -> str:
    """Name an identity without its session: the role's ARN, or the user's."""
    head, found, rest = arn.partition(":assumed-role/")
    return f"{head}:assumed-role/{rest.split('/')[0]}" if found else arn
