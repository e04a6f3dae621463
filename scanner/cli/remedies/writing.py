"""By whose credentials a plan is carried out, and how the account is looked at meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scanner.cli.wire import Clock, UsageError, Wiring

if TYPE_CHECKING:
    from remediation.world import Look, Place
    from scanner.aws.sessions import Sessions, Target
    from scanner.model.kind import Kind
    from scanner.model.resource import Snapshot

NOBODY = (
    "nobody may write: name in config.toml under [remediation] the `role` to assume in each account, or the `profile`, "
    "by which plans are carried out; the scanner's own credentials only read"
)


@dataclass
class Reader:
    """The scanner's own way into the accounts."""

    sessions: Sessions
    targets: Mapping[str, Target]


def reading(wiring: Wiring) -> Reader:
    """Enter the accounts as a scan does.

    Raises:
        UsageError: an account has no role to assume.
        AwsError: AWS cannot be used with these credentials.
    """
    from scanner.aws.sessions import Sessions

    sessions = Sessions()
    targets = wiring.targets(sessions, sessions.identity())
    return Reader(sessions, {target.account: target for target in targets})


def live_look(wiring: Wiring, reader: Reader) -> Look:
    """Give what collects kinds in places now, as a scan does."""
    from scanner.aws.collect import GLOBAL, Collector
    from scanner.model.resource import Snapshot as Seen

    redactor = wiring.redactor()

    def look(places: Iterable[Place], kinds: Mapping[str, type[Kind]]) -> Snapshot:
        regions: dict[str, set[str]] = {}
        for account, region in places:
            regions.setdefault(account, set()).add(region)
        unknown = sorted(set(regions) - set(reader.targets))
        if unknown:
            raise UsageError(f"account {unknown[0]} of the plan is not among those that config.toml scans")
        targets = [
            replace(reader.targets[account], regions=tuple(sorted(some - {GLOBAL})))
            for account, some in regions.items()
        ]
        skip = [(account, GLOBAL) for account, some in regions.items() if GLOBAL not in some]
        now = Clock().now()
        seen = Seen("now", now, targets=sorted(places))
        for found in Collector(reader.sessions, kinds, redactor, now, wiring.config.aws.threads).collect(targets, skip):
            seen.resources += found.resources
            seen.coverage += found.coverage
        return seen

    return look


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
        from botocore.config import Config

        from scanner.aws.client import own_endpoint

        key = (account, service, region)
        if key not in self._clients:
            config = Config(
                retries={"mode": "standard", "total_max_attempts": 2}, user_agent_extra="phiward-remediation"
            )
            made = self.sessions.session(self.targets[account]).client(service, region_name=region, config=config)
            self._clients[key] = own_endpoint(made)
        return self._clients[key]


def writers(wiring: Wiring, reader: Reader, accounts: Sequence[str]) -> WriteAccess:
    """Enter the accounts as those who may write.

    Raises:
        UsageError: config.toml names nobody who may, they are the scanner's own credentials, or another account's.
        AwsError: AWS cannot be used with these credentials.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound

    from scanner.aws.sessions import Sessions

    table = wiring.config.remediation
    if not table.role and not table.profile:
        raise UsageError(NOBODY)
    try:
        base = boto3.Session(profile_name=table.profile) if table.profile else reader.sessions.base
    except ProfileNotFound as error:
        raise UsageError(f"[remediation] profile: {error}") from error
    sessions = Sessions(base=base)
    targets: dict[str, Target] = {}
    for account in accounts:
        scanned = reader.targets.get(account)
        if scanned is None:
            raise UsageError(f"account {account} of the plan is not among those that config.toml scans")
        targets[account] = replace(scanned, role=table.role, external_id=table.external_id)
        try:
            writer = sessions.session(targets[account]).client("sts", region_name=sessions.home).get_caller_identity()
            scanner = reader.sessions.session(scanned).client("sts", region_name=sessions.home).get_caller_identity()
        except (ClientError, BotoCoreError) as error:
            raise UsageError(f"account {account} cannot be entered to write: {error}") from error
        if writer["Account"] != account:
            raise UsageError(f"[remediation] enters account {writer['Account']} where the plan is for {account}")
        if _who(writer["Arn"]) == _who(scanner["Arn"]):
            raise UsageError(
                f"account {account}: {_who(writer['Arn'])} is the scanner's own identity, which may only read; name "
                "another role or profile under [remediation]"
            )
    return WriteAccess(sessions, targets)


def _who(arn: str) -> str:
    """Name an identity without its session: the role's ARN, or the user's."""
    head, found, rest = arn.partition(":assumed-role/")
    return f"{head}:assumed-role/{rest.split('/')[0]}" if found else arn
