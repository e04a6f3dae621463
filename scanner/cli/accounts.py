"""Which accounts there are, what holds for each of them, and where in them to look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scanner.cli.wire import UsageError
from scanner.engine.account_tables import ACCOUNT, REGION
from scanner.engine.accounts import Held, Member, held, unknown_units, with_accounts
from scanner.engine.settings import Config, ConfigError

if TYPE_CHECKING:
    from scanner.aws.sessions import Identity, Sessions, Target
    from scanner.cli.wire import Wiring

NAMES = 20
"""So many names are told to who gives one that is none."""


@dataclass(frozen=True)
class Survey:
    """The accounts that config.toml and the organization name, each with what holds for it."""

    config: Config
    held: tuple[Held, ...]
    sessions: Sessions
    identity: Identity

    @property
    def whole_config(self) -> Config:
        """The configuration with each account's whole table: groups and environments that OUs and tags say too."""
        return with_accounts(self.config, [each for each in self.held if not each.left_out])

    @property
    def left_out(self) -> list[Held]:
        """The accounts that a scan of all leaves out."""
        return [each for each in self.held if each.left_out]

    def targets(self, accounts: Sequence[str] = (), regions: Sequence[str] = ()) -> list[Target]:
        """Say where to look: in the accounts named, else in all but those left out; their Regions, else all enabled.

        An account that cannot be entered, or whose Regions cannot be listed, is a target with the reason as its gap.

        Raises:
            UsageError: an account or Region is named that is none, or a role is not known.
            AwsError: the Regions of our own account are wanted, of no other, and cannot be listed.
        """
        for region in regions:
            if not REGION.fullmatch(region):
                raise UsageError(f"--region {region}: no Region; give a code such as us-east-1")
        made = [self._target(each, regions) for each in self._chosen(accounts)]
        return self._with_regions(made)

    def one(self, text: str) -> Held:
        """Give one account, by its id or name.

        Raises:
            UsageError: there is no such account.
        """
        account = self._account(text)
        found = next((each for each in self.held if each.member.account == account), None)
        if found is None:
            raise UsageError(f"account {account} is neither in config.toml nor in the organization")
        return found

    def role_of(self, found: Held) -> str:
        """Give the role to assume in an account; empty where our own credentials look at it."""
        said = found.why.get("role", "").startswith("[accounts.")
        return "" if found.member.account == self.identity.account and not said else found.table.role or ""

    def _chosen(self, given: Sequence[str]) -> list[Held]:
        known = {each.member.account: each for each in self.held}
        if not given:
            chosen = [each for each in self.held if not each.left_out]
            if not chosen:
                raise UsageError("every account is left out; `phiward accounts list` says why")
            return chosen
        named = (self._account(text) for text in given)
        return [known.get(account) or held(self.config, Member(account)) for account in dict.fromkeys(named)]

    def _account(self, text: str) -> str:
        found = self._by_name.get(text, [text])
        if len(found) > 1:
            raise UsageError(f"--account {text}: the name of {', '.join(found)}; give the twelve digits")
        if not ACCOUNT.fullmatch(found[0]):
            names = ", ".join(list(self._by_name)[:NAMES]) or "none"
            more = ", ..." if len(self._by_name) > NAMES else ""
            raise UsageError(
                f"--account {text}: neither twelve digits nor a name in config.toml (names: {names}{more})"
            )
        return found[0]

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for each in self.held:
            if each.table.name != each.member.account:
                found[each.table.name].append(each.member.account)
        return found

    def _target(self, found: Held, regions: Sequence[str]) -> Target:
        from scanner.aws.sessions import SESSION_NAME, Target

        account, table, role = found.member.account, found.table, self.role_of(found)
        if account != self.identity.account and not role:
            raise UsageError(f"account {account}: say in [aws] role which role to assume there")
        if role.startswith("arn:") and role.split(":")[4:5] != [account]:
            raise UsageError(f"account {account}: {role} is a role of another account; give the role's name alone")
        return Target(
            account, table.name, tuple(regions) or table.regions, role, table.external_id or "",
            self.identity.partition, session_name=table.session_name or SESSION_NAME,
            session_tags=tuple(table.session_tags.items()), max_calls=table.max_calls,
        )  # fmt: skip

    def _with_regions(self, targets: list[Target]) -> list[Target]:
        from scanner.aws.organization import with_regions
        from scanner.aws.sessions import regions_of_partition

        partition = self.identity.partition
        known = regions_of_partition(self.sessions.base, partition)
        unknown = {region for target in targets for region in target.regions if known and region not in known}
        if unknown:
            raise UsageError(f"{', '.join(sorted(unknown))}: not in the partition {partition}")
        if [target.account for target in targets] == [self.identity.account] and not targets[0].regions:
            return [self.sessions.with_regions(targets[0], known)]
        asked = with_regions(self.sessions, [target for target in targets if not target.regions], known)
        by_account = {target.account: target for target in asked}
        return [by_account.get(target.account, target) for target in targets]


def survey(wiring: Wiring, sessions: Sessions, identity: Identity, *, whole: bool = False) -> Survey:
    """Ask the organization, where config.toml says so, and say what holds for each account; with `whole` ask for OUs.

    Raises:
        ConfigError: an OU is named that the organization does not have.
        AwsError: the organization does not answer.
    """
    config = wiring.config
    members: dict[str, Member] = {}
    if config.aws.organization:
        from scanner.aws.organization import discover

        units, tags = config.organization.asks_units, config.organization.asks_tags
        found = discover(sessions, identity, units=units or whole, tags=tags)
        members = found.members
        for keys in unknown_units(config, found.units) if units else ():
            where = config.place(wiring.name, *keys)
            raise ConfigError(f"{where}: the organization has no such OU; `phiward accounts list` names them")
    for account in config.accounts or (() if config.aws.organization else (identity.account,)):
        members.setdefault(account, Member(account))
    return Survey(config, tuple(held(config, member) for member in members.values()), sessions, identity)


def config_of_group(wiring: Wiring, group: str) -> Config:
    """Give the configuration in which a group has all its accounts; where OUs or tags give it, AWS is asked for them.

    Raises:
        AwsError, ConfigError: as `survey`.
    """
    config = wiring.config
    if not config.aws.organization or all(layer.group != group for layer in config.organization.layers):
        return config
    from scanner.aws.sessions import Sessions

    sessions = Sessions()
    return survey(wiring, sessions, sessions.identity()).whole_config


def resumed(survey: Survey, scanned: Sequence[tuple[str, str]], home: str) -> list[Target]:
    """Give the targets of an interrupted scan, by its places: exactly the Regions that it was to look at.

    An account whose Regions nobody could list when the scan began was to be looked at in the home Region alone. Where
    they can be listed now, this scan does not look there: it would show an account as whole of which it saw one Region.
    """
    regions: dict[str, list[str]] = defaultdict(list)
    for account, region in scanned:
        if region != "global":
            regions[account].append(region)
        else:
            regions.setdefault(account, [])
    targets = []
    everywhere = sorted({each for some in regions.values() for each in some}) or [home]
    for target in survey.targets(sorted(regions), everywhere):
        own = tuple(regions[target.account])
        targets.append(replace(target, regions=own))
    alone = [target.account for target in targets if target.regions == (home,)]
    chosen = len(alone) == len(targets)  # by --region, for every account
    unsaid = [account for account in alone if not chosen and not _said(survey, account)]
    now = {target.account: target for target in survey.targets(unsaid)} if unsaid else {}
    return [_settled(target, now.get(target.account)) for target in targets]


def _said(survey: Survey, account: str) -> bool:
    found = next((each for each in survey.held if each.member.account == account), None)
    return bool((found.table if found else survey.config.aws).regions)


def _settled(target: Target, now: Target | None) -> Target:
    from scanner.model.gap import Gap

    if now is None or (now.gap is None and now.regions == target.regions):
        return target
    if now.gap is not None:
        return replace(target, gap=now.gap)
    message = "its Regions could not be listed when this scan began, and now can: begin a new scan"
    return replace(target, gap=Gap("ec2.DescribeRegions", error="RegionsNotKnown", message=message))
