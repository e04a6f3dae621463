"""Accounts as a healthcare platform has them: some 1,200 resources at scale 1, every one of a seed alone.

`World(seed, scale, regions, accounts)` answers every operation that phiward's kinds declare, as AWS does: whole
listings by the names of the output shape (the endpoint cuts them into pages), or the code of a refusal where something
is not set or not there. The same resources are spread over the Regions; what is global is there once. Moments are
reckoned from `now`, by default the beginning of this day, so that what ages does not age while it is measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.endpoint.description import FIRST, MANAGEMENT, key_of
from bench.endpoint.protocols import Asked
from bench.endpoint.world import (
    audit,
    backup,
    balancers,
    classic,
    containers,
    databases,
    definitions,
    edge,
    fleets,
    groups,
    hosts,
    iam,
    iam_use,
    kms,
    links,
    logs,
    network,
    registry,
    s3,
    services,
    settings,
    stores,
    work,
)
from bench.endpoint.world.place import Answer, Place, Speaker

FAMILIES = (
    audit, backup, balancers, classic, containers, databases, definitions, edge, fleets, groups, hosts, iam, iam_use,
    kms, links, logs, network, registry, s3, services, settings, stores, work,
)  # fmt: skip
ANSWERS: dict[str, Speaker] = {name: speaker for family in FAMILIES for name, speaker in family.ANSWERS.items()}
"""By operation, what is said."""


def _today() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass
class World:
    """So many accounts of a size, of a seed; `endpoint` is the URL under which blobs are served."""

    seed: int = 1
    scale: float = 1.0
    regions: tuple[str, ...] = ("us-east-1",)
    accounts: int = 1
    latency: float = 0.0
    jitter: float = 0.0
    endpoint: str = ""
    now: datetime = field(default_factory=_today)
    _places: dict[tuple[str, str], Place] = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        """The ids of the accounts."""
        return [str(FIRST + number) for number in range(self.accounts)]

    @property
    def home(self) -> str:
        """The account whose credentials a scan starts with: the only one, or the organization's management account."""
        return self.members[0] if self.accounts == 1 else MANAGEMENT

    def answer(self, asked: Asked) -> Answer:
        """Give the answer to a request."""
        account = asked.key[4:] if asked.key.startswith("ASIA") else self.home
        if asked.operation in _SELF:
            return _SELF[asked.operation](self, account, asked)
        return ANSWERS[asked.operation](self.place(account, asked.region), asked.params)

    def place(self, account: str, region: str) -> Place:
        """Give what an account has in a Region."""
        if (account, region) not in self._places:
            self._places[account, region] = Place(
                self.seed, account, region, self.regions, self.scale, self.now, endpoint=lambda: self.endpoint
            )
        return self._places[account, region]

    def blob(self, digest: str) -> bytes | None:
        """Give what a digest names, as an address of GetDownloadUrlForLayer serves it; None where it names nothing."""
        every = (self.place(account, region) for account in (MANAGEMENT, *self.members) for region in self.regions)
        return next((found[digest] for found in map(registry.blobs, every) if digest in found), None)


def _identity(_: World, account: str, __: Asked) -> Answer:
    return {"Account": account, "Arn": f"arn:aws:iam::{account}:user/synthetic", "UserId": "AIDASYNTHETIC"}


def _assume(_: World, __: str, asked: Asked) -> Answer:
    account = asked.params["RoleArn"].split(":")[4]
    keys = {"AccessKeyId": key_of(account), "SecretAccessKey": "synthetic", "SessionToken": "synthetic"}
    return {"Credentials": {**keys, "Expiration": datetime(2099, 1, 1, tzinfo=UTC)}}


def _members(world: World, _: str, __: Asked) -> Answer:
    listed = [MANAGEMENT, *world.members]
    return {"Accounts": [{"Id": each, "Name": f"account-{each[-4:]}", "Status": "ACTIVE"} for each in listed]}


def _regions(world: World, _: str, __: Asked) -> Answer:
    return {"Regions": [{"RegionName": each, "OptInStatus": "opt-in-not-required"} for each in world.regions]}


_SELF = {
    "sts.GetCallerIdentity": _identity,
    "sts.AssumeRole": _assume,
    "organizations.ListAccounts": _members,
    "organizations.ListAccountsForParent": lambda *_: {"Accounts": []},
    "organizations.ListOrganizationalUnitsForParent": lambda *_: {"OrganizationalUnits": []},
    "organizations.ListRoots": lambda *_: {"Roots": []},
    "organizations.ListTagsForResource": lambda *_: {"Tags": []},
    "ec2.DescribeRegions": _regions,
}
