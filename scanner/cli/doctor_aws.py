"""What `phiward doctor` asks AWS: who we are, the clocks, the accounts' roles and Regions, the permissions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scanner.cli.doctor_line import Line, State, ok, wrong
from scanner.cli.wire import UsageError, Wiring

if TYPE_CHECKING:
    from scanner.aws.doctor import Met, Refused, Tried
    from scanner.aws.sessions import Identity, Sessions, Target
    from scanner.model.kind import Kind

SKEW_WARNS, SKEW_STOPS = 30.0, 240.0
"""Seconds by which clocks may differ; AWS refuses a request signed more than five minutes off."""

TRIED = 20
"""Permissions are tried in so many accounts, unless some are named."""

SHOWN = 8
HOW = {
    "env": "from the environment",
    "shared-credentials-file": "from the AWS credentials file",
    "config-file": "from the AWS config file",
    "iam-role": "of the instance's role",
    "container-role": "of the task's role",
    "assume-role": "by a role of the profile",
    "assume-role-with-web-identity": "by a web identity",
    "sso": "by single sign-on",
}
LEFT = ("regions", "accounts", "permissions")


def on_aws(wiring: Wiring, accounts: Sequence[str]) -> Iterator[Line]:
    """Ask AWS; what cannot be asked is said to be unknown."""
    from scanner.aws.doctor import meet
    from scanner.aws.errors import AwsError
    from scanner.aws.sessions import Sessions

    try:
        sessions = Sessions()
    except AwsError as error:
        yield wrong("credentials", error)
        yield from (Line(State.UNKNOWN, check, "not asked: there are no credentials") for check in LEFT)
        return
    met = meet(sessions)
    yield from _credentials(met)
    yield _clock(met.skew)
    if met.identity is None:
        yield from (Line(State.UNKNOWN, check, "not asked: AWS did not answer who we are") for check in LEFT)
        return
    yield from _Places(wiring, sessions, met.identity, accounts).lines()


def _credentials(met: Met) -> Iterator[Line]:
    if met.identity is None:
        line = wrong("credentials", met.refused)
        if not line.mend:
            said, _, mend = line.said.partition(": ")
            line = replace(line, said=said, mend=mend)
        yield line
        return
    arn = met.identity.arn
    until = f", until {met.until:%Y-%m-%d %H:%M} UTC" if met.until else ""
    then = ", then renewed" if met.until and met.renewed else ""
    said = f"{arn}, {HOW.get(met.method, f'by {met.method}')}{until}{then}"
    if arn.endswith(":root"):
        yield Line(State.MEND, "credentials", said, "never use the root user: make a role with `phiward iam-policy`")
    elif met.lasting:
        yield Line(State.WARN, "credentials", f"{said}: a key without an end", "use a role, or single sign-on")
    else:
        yield ok("credentials", said)


def _clock(skew: float | None) -> Line:
    if skew is None:
        return Line(State.UNKNOWN, "clock", "AWS did not answer, so there is no other clock to compare with")
    if abs(skew) < SKEW_WARNS:
        return ok("clock", "as AWS's, to some seconds")
    said = f"{_span(abs(skew))} {'ahead of' if skew > 0 else 'behind'} AWS's"
    state = State.MEND if abs(skew) >= SKEW_STOPS else State.WARN
    return Line(state, "clock", said, "keep time by NTP (chrony, systemd-timesyncd): AWS refuses more than 5 minutes")


def _span(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.0f} s"


@dataclass
class _Places:
    """The accounts that a scan would look at, each tried."""

    wiring: Wiring
    sessions: Sessions
    identity: Identity
    accounts: Sequence[str]

    def lines(self) -> Iterator[Line]:
        from scanner.aws.errors import AwsError
        from scanner.engine.settings import ConfigError

        try:
            wanted, actual = self._targets()
        except (AwsError, ConfigError, UsageError) as error:
            yield wrong("accounts", error)
            yield Line(State.UNKNOWN, "permissions", "not tried: it is not known in which accounts")
            return
        yield from self._entered(actual)
        yield from self._regions(wanted, actual)
        open_ones = [target for target in actual if target.gap is None or target.gap.call != "sts.AssumeRole"]
        yield from self._permissions(open_ones)

    def _targets(self) -> tuple[list[Target], list[Target]]:
        """Give the targets as config.toml has them, and with the Regions that each account has enabled."""
        from scanner.aws.organization import with_regions
        from scanner.aws.sessions import regions_of_partition
        from scanner.cli.accounts import survey

        home = self.sessions.home_of(self.identity.partition)
        held = survey(self.wiring, self.sessions, self.identity)
        named = [each.table.regions for each in held.held]
        wanted = held.targets(self.accounts) if all(named) else held.targets(self.accounts, [home])
        if not all(named):  # those without Regions of their own have every enabled one
            own = {each.member.account: each.table.regions for each in held.held}
            wanted = [replace(target, regions=own.get(target.account, ())) for target in wanted]
        known = regions_of_partition(self.sessions.base, self.identity.partition)
        return wanted, with_regions(self.sessions, [replace(target, regions=(), gap=None) for target in wanted], known)

    def _entered(self, targets: Sequence[Target]) -> Iterator[Line]:
        shut = [target for target in targets if target.gap is not None and target.gap.call == "sts.AssumeRole"]
        for target in shut:
            said = f"{target.role_arn} cannot be assumed ({target.gap.message or target.gap.error})"  # type: ignore[union-attr]
            mend = "the role must be there, and its trust policy name "
            yield Line(State.MEND, "accounts", said, f"{mend}{self.identity.arn} and [aws] external_id", target.account)
        by_role = len([target for target in targets if target.role]) - len(shut)
        said = f"{by_role} entered by a role, {len([each for each in targets if not each.role])} by our own credentials"
        if len(shut) < len(targets):
            yield ok("accounts", said)

    def _regions(self, wanted: Sequence[Target], actual: Sequence[Target]) -> Iterator[Line]:
        from scanner.aws.sessions import regions_of_partition

        seen = 0
        for asked, found in zip(wanted, actual, strict=True):
            if found.gap is not None:
                if found.gap.call != "sts.AssumeRole":
                    yield _not_listed(found, asked.regions)
                continue
            seen += 1
            off = sorted(set(asked.regions) - set(found.regions))
            if off:
                mend = "enable them, or take them out of config.toml: what lies there is UNKNOWN"
                yield Line(State.MEND, "regions", f"{', '.join(off)}: not enabled", mend, found.account)
        if seen == 1:
            found = next(each for each in actual if each.gap is None)
            known = regions_of_partition(self.sessions.base, self.identity.partition)
            yield ok("regions", f"{len(found.regions)} on, {len(set(known) - set(found.regions))} off", found.account)
        elif seen:
            counts = sorted(len(each.regions) for each in actual if each.gap is None)
            span = f"{counts[0]}" if counts[0] == counts[-1] else f"{counts[0]} to {counts[-1]}"
            yield ok("regions", f"{span} on in each of {seen} accounts")

    def _permissions(self, targets: Sequence[Target]) -> Iterator[Line]:
        from scanner.aws.doctor import Prober, principal_of

        some = targets if self.accounts else targets[:TRIED]
        prober = Prober(self.sessions, some, self._kinds)
        for target in some:
            own = target.account == self.identity.account and not target.role
            principal = principal_of(self.identity, target)
            actions = sorted(self._actions(own=own))
            tried = prober.attempt(target, principal, actions)
            yield from self._told(tried, principal, len(actions))
        if len(some) < len(targets):
            more = len(targets) - len(some)
            yield Line(State.UNKNOWN, "permissions", f"{more} more accounts were not tried", "name them with --account")

    def _told(self, tried: Tried, principal: str, asked: int) -> Iterator[Line]:
        for service, refused in _by_service(tried.refused).items():
            yield self._denied(service, refused, tried.account, principal)
        for trouble in tried.trouble:
            yield Line(State.WARN, "permissions", trouble, account=tried.account)
        allowed = asked - len(tried.refused) - len(tried.untried)
        said = f"{allowed} allowed, {len(tried.refused)} refused; tried {tried.way}"
        if tried.untried:
            said += f" ({tried.made} calls); {len(tried.untried)} need a resource, and were not tried"
            mend = "allow iam:SimulatePrincipalPolicy" if tried.barred else ""
            yield Line(State.WARN, "permissions", said, mend, tried.account)
        elif not tried.refused:
            yield ok("permissions", said, tried.account)

    def _denied(self, service: str, refused: Sequence[Refused], account: str, principal: str) -> Line:
        rules = sorted({rule for each in refused for rule in self._needing.get(each.action, ())})
        names = ", ".join(each.action.partition(":")[2] for each in refused[:SHOWN])
        more = f" and {len(refused) - SHOWN} more" if len(refused) > SHOWN else ""
        said, by = f"{service}: {names}{more} refused", {each.by for each in refused} - {""}
        keys = sorted({key for each in refused for key in each.unsure})
        mend = f"attach the policy of `phiward iam-policy` to {principal}"
        if by:
            mend = f"{', '.join(sorted(by))} denies it; allow it there"
        if keys and all(each.unsure for each in refused):
            said += f" where {', '.join(keys)} is not known, on which it depends"
            return Line(
                State.WARN, "permissions", said, "see whether the conditions hold for phiward", account, (*rules,)
            )
        return Line(State.MEND if rules else State.WARN, "permissions", said, mend, account, (*rules,))

    @cached_property
    def _kinds(self) -> dict[str, type[Kind]]:
        """The kinds that a scan of everything collects."""
        from scanner.engine.registry import kinds

        return dict(kinds())

    def _actions(self, *, own: bool) -> set[str]:
        """Name the actions that a scan needs in an account; the organization is asked in our own alone."""
        from scanner.generate.policy import BASE, permissions
        from scanner.model.operation import permission_of

        needed = {each.action for each in permissions(self._kinds.values())}
        of_kinds = {
            action for kind in self._kinds.values() for call in kind.calls.values() for action in call.permissions
        }
        organization = {permission_of(name) for name in BASE if name.startswith("organizations.")} - of_kinds
        return needed if own and self.wiring.config.aws.organization else needed - organization

    @cached_property
    def _needing(self) -> dict[str, set[str]]:
        """Name the rules that need an action, by the facts that their examples read."""
        from scanner.generate.reading import needs, reading

        found: dict[str, set[str]] = defaultdict(set)
        for rule in self.wiring.rules():
            for need in needs(reading(rule).facts):
                for action in need.call.permissions:
                    found[action].add(rule.id)
        return found


def _not_listed(found: Target, named: Sequence[str]) -> Line:
    """Say that nobody could tell which Regions are enabled: a scan goes by those that config.toml names, if any."""
    if named:
        said = f"ec2:DescribeRegions is not answered; whether {', '.join(named)} are enabled is not known"
        return Line(State.WARN, "regions", said, "allow ec2:DescribeRegions", found.account)
    return Line(State.MEND, "regions", str(found.gap), "allow ec2:DescribeRegions", found.account)


def _by_service(refused: Iterable[Refused]) -> dict[str, list[Refused]]:
    found: dict[str, list[Refused]] = defaultdict(list)
    for each in sorted(refused, key=lambda one: one.action):
        found[each.action.partition(":")[0]].append(each)
    return found
