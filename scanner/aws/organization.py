"""The organization: its accounts, their OUs and tags, as the management account or a delegated administrator sees it.

AWS Organizations User Guide, API reference: ListAccounts, ListRoots, ListOrganizationalUnitsForParent,
ListAccountsForParent, ListTagsForResource.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from scanner.aws.client import AwsClient, Patience, Request
from scanner.aws.errors import AwsError, Refusal
from scanner.aws.limits import Bucket, Limits
from scanner.aws.sessions import BASE_OPERATIONS, Identity, Sessions, Target
from scanner.engine.accounts import Member, Unit
from scanner.model.gap import Gap, GapState
from scanner.model.operation import permission_of

GLOBAL = "global"
THREADS = 16
NO_ORGANIZATION = "AWSOrganizationsNotInUseException"


@dataclass(frozen=True)
class Organization:
    """The members of an organization by id; `units` are its roots and OUs, where they were asked for."""

    members: dict[str, Member]
    units: tuple[Unit, ...] = ()


def _bucket() -> Bucket:
    """Make a bucket for Organizations, which answers few requests a second, and the same for a whole organization."""
    return Bucket(rate=4.0, least=0.5, most=10.0, burst=8.0)


def discover(
    sessions: Sessions, identity: Identity, *, units: bool = False, tags: bool = False, patience: Patience | None = None
) -> Organization:
    """List the accounts of our organization, in every state; with `units` their OUs too, with `tags` what they bear.

    Raises:
        AwsError: any of it is refused: accounts are never left out, or looked at otherwise, for want of an answer.
    """
    asker = _Asker(sessions, identity, patience or Patience(attempts=8, tries=5))
    try:
        members = {
            str(entry["Id"]): Member(str(entry["Id"]), str(entry.get("Name", "")), _state(entry))
            for entry in asker.items("ListAccounts", "Accounts")
        }
        tree = list(_tree(asker)) if units else []
        for path in tree:
            for entry in asker.items("ListAccountsForParent", "Accounts", ParentId=path[-1].id):
                account = str(entry["Id"])
                known = members.get(account) or Member(account, str(entry.get("Name", "")), _state(entry))
                members[account] = replace(known, units=path)
        if tags:
            with ThreadPoolExecutor(THREADS) as pool:
                found = pool.map(asker.tags, members)
                members = {
                    account: replace(members[account], tags=its) for account, its in zip(members, found, strict=True)
                }
    except Refusal as refusal:
        raise AwsError(_refused(refusal)) from refusal
    return Organization(members, tuple({unit.id: unit for path in tree for unit in path}.values()))


def _state(entry: Any) -> str:
    return str(entry.get("State") or entry.get("Status") or "ACTIVE")


def _tree(asker: _Asker) -> Iterator[tuple[Unit, ...]]:
    """Give the way from the root to the root itself and to each OU."""
    waiting: list[tuple[Unit, ...]] = [(Unit(str(root["Id"]), ""),) for root in asker.items("ListRoots", "Roots")]
    while waiting:
        path = waiting.pop(0)
        yield path
        for entry in asker.items("ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=path[-1].id):
            name = f"{path[-1].path}/{entry['Name']}".lstrip("/")
            waiting.append((*path, Unit(str(entry["Id"]), name)))


class _Asker:
    """Asks Organizations, by the client that makes only declared calls."""

    def __init__(self, sessions: Sessions, identity: Identity, patience: Patience) -> None:
        target = Target(identity.account, partition=identity.partition)
        allowed = frozenset(operation for operation in BASE_OPERATIONS if operation.startswith("organizations."))
        limits = Limits(_bucket)
        self._place = (identity.account, GLOBAL)
        self._client = AwsClient(sessions, {identity.account: target}, allowed, THREADS, limits, patience)

    def items(self, action: str, member: str, **params: str) -> Iterator[Any]:
        operation = f"organizations.{action}"
        request = Request(operation, params, member, permission=permission_of(operation))
        for page in self._client.pages(self._place, request):
            yield from page[member]

    def tags(self, account: str) -> dict[str, str]:
        """Give what an account bears."""
        found = self.items("ListTagsForResource", "Tags", ResourceId=account)
        return {str(each["Key"]): str(each["Value"]) for each in found}


def _refused(refusal: Refusal) -> str:
    gap = refusal.gap
    why = f"{gap}; scan again"
    if refusal.code == NO_ORGANIZATION:
        why = "this account is in none"
    elif gap.state is GapState.DENIED:
        why = (
            f"{gap.permission} is denied: run phiward in the management account or a delegated administrator of AWS "
            "Organizations, with the policy of `phiward iam-policy`"
        )
    return f"the organization's accounts cannot be listed: {why}, or name accounts in [accounts]"


def with_regions(sessions: Sessions, targets: list[Target], known: tuple[str, ...]) -> list[Target]:
    """Give each target its enabled Regions (`ec2.DescribeRegions`), many accounts at once.

    An account that cannot be entered, or whose Regions cannot be listed, keeps the home Region, to be named, and gets
    the gap that says why nothing of it is looked at: which of its Regions would be missing nobody could tell.
    """
    client = AwsClient(
        sessions, {target.account: target for target in targets}, frozenset({"ec2.DescribeRegions"}), THREADS
    )

    def ask(target: Target) -> Target:
        lost = replace(target, regions=(sessions.home_of(target.partition),))
        gap = sessions.entry_gap(target)
        if gap is not None:
            return replace(lost, gap=gap)
        operation = "ec2.DescribeRegions"
        request = Request(operation, {"AllRegions": False}, "Regions", permission=permission_of(operation))
        try:
            answer = client.one((target.account, sessions.home), request)
        except Refusal as refusal:
            return replace(lost, gap=_regions_unknown(refusal.gap))
        regions = {str(each["RegionName"]) for each in answer["Regions"] if each.get("OptInStatus") != "not-opted-in"}
        return replace(target, regions=tuple(sorted(regions & set(known) if known else regions)))

    with ThreadPoolExecutor(THREADS, thread_name_prefix="phiward-regions") as pool:
        return list(pool.map(ask, targets))


def _regions_unknown(gap: Gap) -> Gap:
    said = gap.message or gap.error
    message = f"the enabled Regions cannot be listed, so nothing was looked at ({said}); or set `regions`"
    return Gap(gap.call, gap.permission, gap.error, message, gap.state)
