"""Sessions: boto3's own credential chain, and roles assumed in other accounts."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import botocore.session
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError, ProfileNotFound

from scanner.aws.errors import AwsError, refusal
from scanner.model.gap import Gap

HOME_REGION: Mapping[str, str] = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
"""Where each partition's global services are called."""


BASE_OPERATIONS = ("ec2.DescribeRegions", "organizations.ListAccounts", "sts.GetCallerIdentity")
"""What is called before any kind is collected: who we are, and where to look."""


@dataclass(frozen=True)
class Target:
    """An account to look at: its name, its Regions, and the role to assume there (empty: the caller's own)."""

    account: str
    name: str = ""
    regions: tuple[str, ...] = ()
    role: str = ""
    external_id: str = ""
    partition: str = "aws"


@dataclass(frozen=True)
class Identity:
    """Who the credentials are: `sts.GetCallerIdentity`."""

    account: str
    arn: str
    partition: str


@dataclass
class Sessions:
    """Gives each account's boto3 session: the base session, or one that assumes the account's role and renews it."""

    base: Any = None
    region: str = ""
    _made: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Start from boto3's chain unless a session was given.

        Raises:
            AwsError: the profile that is named does not exist.
        """
        if self.base is None:
            try:
                self.base = boto3.Session()
            except ProfileNotFound as error:
                raise AwsError(f"{error}; set AWS_PROFILE to one of the profiles in the AWS config file") from error

    @property
    def home(self) -> str:
        """The Region that the first calls go to."""
        return str(self.region or self.base.region_name or "us-east-1")

    def identity(self) -> Identity:
        """Ask who we are.

        Raises:
            AwsError: there are no credentials, they are refused, or the endpoint cannot be reached.
        """
        try:
            answer = self.base.client("sts", region_name=self.home).get_caller_identity()
        except NoCredentialsError as error:
            raise AwsError(
                "no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or run `aws sso login`"
            ) from error
        except NoRegionError as error:
            raise AwsError("no Region: set AWS_REGION or [aws] regions in config.toml") from error
        except ClientError as error:
            raise AwsError(f"AWS refuses the credentials: {error}; renew them and run again") from error
        except BotoCoreError as error:
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
            if target.account not in self._made:
                self._made[target.account] = self._assumed(target)
            return self._made[target.account]

    def with_regions(self, target: Target, known: Iterable[str]) -> Target:
        """Give the target its enabled Regions; an account that cannot be entered keeps the home Region, to be named.

        Raises:
            AwsError: the Regions of an account that can be entered cannot be listed.
        """
        if self.entry_gap(target) is not None:
            return replace(target, regions=(HOME_REGION.get(target.partition, self.home),))
        client = self.session(target).client("ec2", region_name=self.home)
        return replace(target, regions=enabled_regions(client, known))

    def entry_gap(self, target: Target) -> Gap | None:
        """Say why an account's role cannot be assumed, or None when it can (or none is to be assumed)."""
        if not target.role:
            return None
        operation, permission = "sts.AssumeRole", "sts:AssumeRole"
        try:
            self.session(target).get_credentials().get_frozen_credentials()
        except ClientError as error:
            said = error.response.get("Error", {})
            return refusal(operation, permission, str(said.get("Code", "")), str(said.get("Message", ""))).gap
        except BotoCoreError as error:
            return refusal(operation, permission, type(error).__name__, str(error)).gap
        return None

    def _assumed(self, target: Target) -> Any:
        inner = self.base._session  # noqa: SLF001  boto3 offers no other way to share the loader
        role = target.role
        if not role.startswith("arn:"):
            role = f"arn:{target.partition}:iam::{target.account}:role/{role}"
        extra = {"RoleSessionName": "phiward"} | ({"ExternalId": target.external_id} if target.external_id else {})
        fetcher = AssumeRoleCredentialFetcher(
            client_creator=inner.create_client, source_credentials=inner.get_credentials(), role_arn=role,
            extra_args=extra,
        )  # fmt: skip
        made = botocore.session.Session()
        made.register_component("data_loader", inner.get_component("data_loader"))
        made._credentials = DeferredRefreshableCredentials(  # noqa: SLF001  as boto3's own documentation does
            refresh_using=fetcher.fetch_credentials, method="assume-role"
        )
        return boto3.Session(botocore_session=made, region_name=self.home)


def enabled_regions(client: Any, known: Iterable[str]) -> tuple[str, ...]:
    """Ask which of the known Regions the account has enabled (`ec2.DescribeRegions`).

    Raises:
        AwsError: the question is refused.
    """
    try:
        answer = client.describe_regions(AllRegions=False)
    except (ClientError, BotoCoreError) as error:
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


def member_accounts(sessions: Sessions) -> tuple[dict[str, str], str]:
    """List the organization's active accounts (`organizations.ListAccounts`); where refused, say why."""
    client = sessions.base.client("organizations", region_name=sessions.home)
    try:
        pages = client.get_paginator("list_accounts").paginate()
        found = {str(entry["Id"]): str(entry["Name"]) for page in pages for entry in page["Accounts"]
                 if entry.get("State", entry.get("Status")) == "ACTIVE"}  # fmt: skip
    except ClientError as error:
        return {}, str(error.response.get("Error", {}).get("Code", "refused"))
    except BotoCoreError as error:
        return {}, type(error).__name__
    return found, ""
