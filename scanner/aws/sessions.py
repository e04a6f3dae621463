"""Sessions: boto3's own credential chain, and roles assumed in other accounts."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import DeferredRefreshableCredentials, create_assume_role_refresher
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound
from botocore.parsers import ResponseParserError

from scanner.aws.errors import AwsError, refusal
from scanner.aws.expiry import Expiry
from scanner.aws.models import lean
from scanner.model.gap import Gap

HOME_REGION: Mapping[str, str] = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where each partition's global services are called."""


BASE_OPERATIONS = (
    "ec2.DescribeRegions", "organizations.ListAccounts", "organizations.ListAccountsForParent",
    "organizations.ListOrganizationalUnitsForParent", "organizations.ListRoots", "organizations.ListTagsForResource",
    "sts.GetCallerIdentity",
)  # fmt: skip
"""What is called before any kind is collected: who we are, and where to look."""

SHORT = Config(connect_timeout=10, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 4})
"""How who we are and where to look is asked: what makes everything else wait is given up after a minute and a half."""

SILENT = 300.0
"""Seconds for which a role that nobody answered for is not asked for again."""

TRIES = 3
"""So often a role is assumed whose credentials come incomplete."""

SESSION_NAME = "phiward"
"""The name of a role's session, by which CloudTrail tells what phiward did, unless config.toml gives another."""


@dataclass(frozen=True)
class Target:
    """An account to look at: its name, its Regions, and the role to assume there (empty: the caller's own).

    `session_tags` are pairs of key and value. `max_calls` is how many API calls may be made to collect the account;
    None is as many as it takes. `gap` is why the account cannot be looked at, where that is known beforehand.
    """

    account: str
    name: str = ""
    regions: tuple[str, ...] = ()
    role: str = ""
    external_id: str = ""
    partition: str = "aws"
    session_name: str = SESSION_NAME
    session_tags: tuple[tuple[str, str], ...] = ()
    max_calls: int | None = None
    gap: Gap | None = None

    @property
    def role_arn(self) -> str:
        """The ARN of the role to assume; empty where none is."""
        if not self.role or self.role.startswith("arn:"):
            return self.role
        return f"arn:{self.partition}:iam::{self.account}:role/{self.role}"

    @property
    def entry(self) -> dict[str, Any]:
        """The parameters of `sts.AssumeRole`."""
        given: dict[str, Any] = {"RoleArn": self.role_arn, "RoleSessionName": self.session_name}
        if self.external_id:
            given["ExternalId"] = self.external_id
        if self.session_tags:
            given["Tags"] = [{"Key": key, "Value": value} for key, value in self.session_tags]
        return given


@dataclass(frozen=True)
class Identity:
    """Who the credentials are: `sts.GetCallerIdentity`."""

    account: str
    arn: str
    partition: str


@dataclass
class Sessions:
    """Gives each account's boto3 session: the base session, or one that assumes the account's role and renews it.

    `making` is held by whoever makes a client of a session: boto3's sessions are not safe for several threads.
    """

    base: Any = None
    region: str = ""
    _made: dict[str, Any] = field(default_factory=dict)
    _entered: dict[str, Any] = field(default_factory=dict)
    making: Any = field(default_factory=threading.RLock)
    expiry: Expiry = field(init=False)
    _entering: dict[str, threading.Lock] = field(default_factory=dict)
    _silent: dict[str, tuple[float, Gap | None]] = field(default_factory=dict)
    _sts: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Start from boto3's chain unless a session was given.

        Raises:
            AwsError: the profile that is named does not exist.
        """
        # A role that may not be assumed is told by the coverage, not by a traceback on standard error.
        logging.getLogger("botocore.credentials").setLevel(logging.CRITICAL)
        if self.base is None:
            try:
                self.base = lean(boto3.Session())
            except ProfileNotFound as error:
                raise AwsError(f"{error}; set AWS_PROFILE to one of the profiles in the AWS config file") from error
        self.expiry = Expiry(self.base.get_credentials, lambda: self._asker().get_caller_identity())

    @property
    def home(self) -> str:
        """The Region that the first calls go to."""
        return str(self.region or self.base.region_name or "us-east-1")

    def home_of(self, partition: str) -> str:
        """The Region where a partition's global services are called."""
        return HOME_REGION.get(partition, self.home)

    def identity(self) -> Identity:
        """Ask who we are.

        Raises:
            AwsError: there are no credentials, they are refused, or the endpoint cannot be reached.
        """
        try:
            answer = self._asker().get_caller_identity()
        except NoCredentialsError as error:
            raise AwsError(
                "no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run `aws sso login`"
            ) from error
        except NoRegionError as error:
            raise AwsError("no Region: set AWS_REGION or [aws] regions in config.toml") from error
        except ClientError as error:
            raise AwsError(f"AWS refuses the credentials: {error}; renew them and run again") from error
        except (BotoCoreError, ResponseParserError) as error:
            raise AwsError(f"AWS cannot be reached: {error}; check the network and AWS_ENDPOINT_URL") from error
        arn = str(answer["Arn"])
        return Identity(str(answer["Account"]), arn, arn.split(":")[1])

    def session(self, target: Target) -> Any:
        """Give the session of an account.

        Sessions of several accounts share one loader of botocore's models, which is most of a session's memory.
        """
        if not target.role:
            return self.base
        with self._lock:
            key = repr(target.entry)
            if key not in self._made:
                self._made[key] = self._assumed(target)
            return self._made[key]

    def signer(self, target: Target) -> tuple[Any, Any]:
        """Give the session whose clients may serve an account, and the credentials to sign its calls with.

        Where the credentials are None the session's own are meant. Accounts that are entered by a role share the
        clients of the base session: to make a client takes longer than most calls, and a quarter of a megabyte.
        """
        if not target.role:
            return self.session(target), None
        with self._lock:
            return self.base, self._credentials(target)

    def with_regions(self, target: Target, known: Iterable[str]) -> Target:
        """Give the target its enabled Regions; an account that cannot be entered keeps the home Region, to be named.

        Raises:
            AwsError: the Regions of an account that can be entered cannot be listed.
        """
        if self.entry_gap(target) is not None:
            return replace(target, regions=(self.home_of(target.partition),))
        client = self.session(target).client("ec2", region_name=self.home, config=SHORT)
        return replace(target, regions=enabled_regions(client, known))

    def entry_gap(self, target: Target) -> Gap | None:
        """Say why an account cannot be entered, or None when it can (or no role is to be assumed).

        Raises:
            CredentialsEndedError: our own credentials have expired.
        """
        if target.gap is not None or not target.role:
            return target.gap
        self.expiry.check()
        key = repr(target.entry)
        with self._lock:
            alone = self._entering.setdefault(key, threading.Lock())
        with alone:  # where STS does not answer, one place waits for it and not each of the account after the other
            since, gap = self._silent.get(key, (float("-inf"), None))
            if time.monotonic() - since >= SILENT:
                gap, silent = self._enter(target)
                if silent:
                    self._silent[key] = (time.monotonic(), gap)
            return gap

    def _enter(self, target: Target) -> tuple[Gap | None, bool]:
        """Say why a role cannot be assumed, and whether that is because nobody answers."""
        operation, permission = "sts.AssumeRole", "sts:AssumeRole"
        gap: Gap | None = None
        for _ in range(TRIES):
            try:
                self.expiry.key_of(self.signer(target)[1])
            except ClientError as error:
                self.expiry.refused(error)
                said = error.response.get("Error", {})
                gap = refusal(operation, permission, str(said.get("Code", "")), str(said.get("Message", ""))).gap
                return gap, False
            except BotoCoreError as error:
                self.expiry.refused(error)
                return refusal(operation, permission, type(error).__name__, str(error)).gap, True
            except (ResponseParserError, KeyError) as error:
                gap = refusal(operation, permission, "IncompleteAnswer", f"{type(error).__name__}: {error}").gap
            else:
                return None, False
        return gap, False

    def _assumed(self, target: Target) -> Any:
        inner = self.base._session  # noqa: SLF001  boto3 offers no other way to share the loader
        made = botocore.session.Session()
        made.register_component("data_loader", inner.get_component("data_loader"))
        made._credentials = self._credentials(target)  # noqa: SLF001  as boto3's own documentation does
        return boto3.Session(botocore_session=made, region_name=self.home)

    def _credentials(self, target: Target) -> Any:
        """Give the credentials of a role, which are fetched when first used and renewed before they end."""
        key = repr(target.entry)
        if key not in self._entered:
            self._entered[key] = DeferredRefreshableCredentials(
                refresh_using=create_assume_role_refresher(self._asker(), target.entry), method="assume-role"
            )
        return self._entered[key]

    def _asker(self) -> Any:
        """Give the client of STS, by our own credentials."""
        with self.making:
            if self._sts is None:
                self._sts = self.base.client("sts", region_name=self.home, config=SHORT)
            return self._sts


def enabled_regions(client: Any, known: Iterable[str]) -> tuple[str, ...]:
    """Ask which of the known Regions the account has enabled (`ec2.DescribeRegions`).

    Raises:
        AwsError: the question is refused.
    """
    try:
        answer = client.describe_regions(AllRegions=False)
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        raise AwsError(
            f"the enabled Regions cannot be listed: {error}; allow ec2:DescribeRegions or set [aws] regions"
        ) from error
    mine = set(known)
    return tuple(sorted(
        region["RegionName"] for region in answer["Regions"]
        if region.get("OptInStatus", "opted-in") != "not-opted-in" and (not mine or region["RegionName"] in mine)
    ))  # fmt: skip


def regions_of_partition(session: Any, partition: str) -> tuple[str, ...]:
    """Name the Regions that botocore knows in a partition."""
    return tuple(session.get_available_regions("ec2", partition_name=partition))
