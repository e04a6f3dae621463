"""What Terraform states say of an account, beside what the account is: missing, unmanaged, changed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.engine.gate.overlay import Seen
from scanner.engine.normalise import builtin, canonical
from scanner.model.gap import Unknown
from scanner.model.kind import Const, derive
from scanner.model.policy import PolicyDocument
from scanner.model.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.model.canon import Canon
    from scanner.model.given import Given
    from scanner.model.kind import Kind
    from scanner.model.resource import Snapshot

Place = tuple[str, str, str]
"""Account, Region and kind."""

Elsewhere = tuple[str, str, str]
"""Account, Region, and a name, id or ARN."""

TOKEN = re.compile(rb'"\$\{[\w-]+\.[^"{} ]+\}"')
"""What stands for a planned resource, as `planned.token` makes it."""

NOT_COMPARED = frozenset({"id", "arn", "name"})


class Managed(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that a state holds: its address, the state's name, and the ARN in the account."""

    state: str
    address: str
    kind: str
    resource: str
    account: str = ""
    region: str = ""


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that stands otherwise in the account than in the state."""

    at: Managed
    fact: str
    code: Any
    account: Any
    redacted: bool = False


class Codified(msgspec.Struct, kw_only=True):
    """How far code and account agree.

    `missing` are in a state and not in the account; `unmanaged` are in no state, in an account of which one speaks;
    `changed` are in both and otherwise. `twice` are resources that several addresses hold. `unclear` could not be
    looked for, with the reason; `incomparable` counts facts by kind that one side does not say, which are never taken
    for equal. `by_stacks` counts what stacks manage, `stale` names states that a newer one given with them outdates.
    """

    states: Sequence[str] = ()
    managed: Sequence[Managed] = ()
    missing: Sequence[Managed] = ()
    changed: Sequence[Mismatch] = ()
    unmanaged: Sequence[Resource] = ()
    twice: Mapping[str, Sequence[Managed]] = {}
    unclear: Sequence[tuple[Managed, str]] = ()
    by_stacks: int = 0
    stale: Sequence[str] = ()
    incomparable: Mapping[str, int] = {}

    @property
    def share(self) -> float | None:
        """Give the managed share of what code could manage, from 0 to 1; None where there is nothing."""
        managed = len({each.resource for each in self.managed}) + self.by_stacks
        every = managed + len(self.unmanaged)
        return managed / every if every else None


def codified(
    states: Sequence[Given], snapshot: Snapshot, kinds: Mapping[str, type[Kind]], canons: Mapping[str, Canon],
    stacks: Collection[Elsewhere] = (),
) -> Codified:  # fmt: skip
    """Lay states beside a snapshot; both are joined by ARN and natural key, never by an id that Terraform made up.

    `stacks` are the accounts, Regions and names of what stacks manage, which is in code too.
    """
    seen = Seen(snapshot.resources)
    listings = _listings(snapshot)
    found = Codified(states=[state.name for state in states])
    managed: list[Managed] = []
    missing: list[Managed] = []
    unclear: list[tuple[Managed, str]] = []
    changed: list[Mismatch] = []
    silent: Counter[str] = Counter()
    held: dict[int, list[Managed]] = defaultdict(list)
    for state in states:
        for resource in state.after.resources:
            origin = state.after.origins.get(resource.id)
            at = _managed(state.name, origin.address if origin else resource.id, resource)
            there = seen.find(resource)
            if there is not None:
                at = msgspec.structs.replace(at, resource=there.arn, account=there.account, region=there.region)
                managed.append(at)
                held[id(there)].append(at)
                changed += _mismatches(at, resource, there, kinds[resource.kind], silent)
                continue
            reason = _why_not(resource, snapshot, listings)
            if reason:
                unclear.append((at, reason))
            else:
                missing.append(at)
    found.managed, found.missing, found.unclear, found.changed = managed, missing, unclear, changed
    found.twice = {some[0].resource: some for some in held.values() if len({each.address for each in some}) > 1}
    spoken = {each.account for each in (*managed, *missing) if each.account} or set(snapshot.accounts)
    free = [
        each
        for each in snapshot.resources
        if each.account in spoken and id(each) not in held and _is_made_by_people(each, kinds, canons)
    ]
    regions = {region for _, region, _ in stacks}
    found.unmanaged = [each for each in free if not _in_stack(each, stacks, regions)]
    found.by_stacks = len(free) - len(found.unmanaged)
    found.stale = _stale(states)
    found.incomparable = dict(sorted(silent.items()))
    return found


def _in_stack(resource: Resource, stacks: Collection[Elsewhere], everywhere: Collection[str]) -> bool:
    """Say whether a stack manages a resource: by its tag, or as a stack lists it (a global one in any Region)."""
    if "aws:cloudformation:stack-name" in (resource.tags or {}):
        return True
    known = {name for name in (resource.id, resource.arn, resource.name) if name}
    regions = (resource.region,) if resource.region != "global" else everywhere
    return any((resource.account, region, name) in stacks for region in regions for name in known)


def _stale(states: Sequence[Given]) -> list[str]:
    """Name the states of which a newer one was given too: the same lineage with a higher serial."""
    newest: dict[str, int] = {}
    for state in states:
        if state.lineage and state.serial is not None:
            newest[state.lineage] = max(newest.get(state.lineage, state.serial), state.serial)
    return [
        f"{state.name} is serial {state.serial}, and serial {newest[state.lineage]} of the same state was given too"
        for state in states
        if state.serial is not None and state.serial < newest.get(state.lineage, state.serial)
    ]


def _managed(state: str, address: str, resource: Resource) -> Managed:
    return Managed(
        state=state, address=address, kind=resource.kind, resource=resource.arn, account=resource.account,
        region=resource.region,
    )  # fmt: skip


def _listings(snapshot: Snapshot) -> dict[Place, bool]:
    found: dict[Place, bool] = {}
    for entry in snapshot.coverage:
        if entry.listing:
            place = (entry.account, entry.region, entry.kind)
            found[place] = found.get(place, True) and entry.ok
    return found


def _why_not(resource: Resource, snapshot: Snapshot, listings: Mapping[Place, bool]) -> str:
    """Say why a resource that was not found may be there all the same; empty where it is not."""
    accounts = set(snapshot.accounts)
    if resource.account and resource.account not in accounts:
        return f"account {resource.account} is not in this scan"
    places = [
        place
        for place in listings
        if place[2] == resource.kind
        and (not resource.account or place[0] == resource.account)
        and (not resource.region or place[1] in {resource.region, "global"})
    ]
    if not places:
        return "its kind and Region are not in this scan"
    if not all(listings[place] for place in places):
        return "its kind was not listed whole"
    return ""


def _mismatches(
    at: Managed, code: Resource, there: Resource, kind: type[Kind], silent: Counter[str]
) -> Iterator[Mismatch]:
    for name, fact in kind.facts.items():
        if fact.plan is None or isinstance(fact.plan, Const) or name in NOT_COMPARED or fact.api is None:
            continue
        try:
            wanted, found = derive(code, fact), derive(there, fact)
        except Unknown:
            silent[kind.cfn] += 1
            continue
        if _has_token(wanted):
            silent[kind.cfn] += 1
            continue
        if not _agree(wanted, found, kind.unwritten.get(name)):
            secret = _is_secret(wanted) or _is_secret(found)
            yield Mismatch(
                at=at, fact=name, code=None if secret else builtin(wanted), account=None if secret else builtin(found),
                redacted=secret,
            )  # fmt: skip


def _agree(code: Any, account: Any, unwritten: Callable[[Any], bool] | None) -> bool:
    """Say whether a fact is the same on both sides; a name and the ARN that ends with it are."""
    if unwritten is not None:
        code, account = ([each for each in side if not unwritten(each)] for side in (code, account))
    if (
        isinstance(code, str)
        and isinstance(account, str)
        and code
        and code.startswith("arn:") != account.startswith("arn:")
    ):
        arn, name = sorted((code, account), key=lambda text: not text.startswith("arn:"))
        return arn.endswith((f"/{name}", f":{name}"))
    return comparable(code) == comparable(account)


def _has_token(value: Any) -> bool:
    """Say whether what code says is another planned resource's, which has no id yet."""
    return TOKEN.search(canonical(builtin(value))) is not None


def comparable(value: Any) -> bytes:
    """Give what is equal for facts that mean the same: sets in any order, policies in any spelling, tags of people."""
    return canonical(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, PolicyDocument):
        return value.canonical(labels=False)
    made = builtin(value)
    if isinstance(made, dict):
        return {name: _plain(item) for name, item in made.items() if not name.startswith("aws:")}
    if isinstance(made, list):
        return sorted((_plain(item) for item in made), key=canonical)
    return made


def _is_secret(value: Any) -> bool:
    return b'"$redacted"' in canonical(builtin(value))


def _is_made_by_people(resource: Resource, kinds: Mapping[str, type[Kind]], canons: Mapping[str, Canon]) -> bool:
    """Say whether code could manage a resource: a service made it not, nor AWS as a default."""
    from scanner.engine.drift.compare import folded

    kind, canon = kinds.get(resource.kind), canons.get(resource.kind)
    if kind is None or not kind.tf or kind.singleton or canon is None or canon.observed or canon.derived:
        return False
    return resource.identity == resource.id and not folded(resource, canon)


def states_of(found: Codified, accounts: Iterable[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Give for each account what the rules on code are told: what is managed, missing and changed."""
    return {
        account: {
            "managed": tuple(sorted({each.resource for each in found.managed if each.account == account})),
            "missing": tuple(sorted(each.address for each in found.missing if each.account in {"", account})),
            "changed": tuple(
                sorted(f"{each.at.address}: {each.fact}" for each in found.changed if each.at.account == account)
            ),
        }
        for account in accounts
    }
