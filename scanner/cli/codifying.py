"""`phiward drift --terraform`: what the states of Terraform say, beside what the account is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from scanner.cli.data import chosen_scan
from scanner.cli.output import answer
from scanner.cli.wire import UsageError
from scanner.model.exits import CLEAN, INCOMPLETE, VIOLATION
from scanner.model.rule import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.cli.drifting import How
    from scanner.cli.wire import Wiring
    from scanner.model.change import Attribution
    from scanner.model.given import Given
    from scanner.model.resource import Resource, Snapshot
    from scanner.store import ScanInfo, Store

WEIGHT = "medium"
"""What a difference between code and account weighs: as much as the rule iac_state_matches_account."""


def show_codified(wiring: Wiring, states: Sequence[str], scan: str, how: How, *, show_suppressed: bool) -> int:
    """Lay states and plans beside the newest scan, tell how they agree, and give the exit code.

    Raises:
        UsageError: a form is asked for that there is none of.
        GivenError: a file cannot be used.
        StoreError: there is no scan.
    """
    from reports import codified as rendering
    from scanner.engine.codified import codified
    from scanner.engine.registry import kinds
    from scanner.engine.reported import reported
    from scanner.kinds.canon import canons
    from scanner.kinds.losses import echoes

    if how.format == "csv":
        raise UsageError("--terraform is told as table or json; leave --format csv out")
    given = [_as_it_is(file) for state in states for file in read(wiring, state)]
    with wiring.store() as store:
        info = chosen_scan(store, scan)
        known = kinds()
        snapshot = store.snapshot(info.id)
        found = codified(given, snapshot, known, canons(known.values()), _stacks(snapshot))
        view = rendering.CodifiedView(
            found=found, creators=_creators(store, info, found.unmanaged),
            reported={each.name: reported(each, echoes()) for each in given if each.drift},
            notes=[f"{each.name}: {note}" for each in given for note in each.notes],
        )  # fmt: skip
    is_json = how.format == "json"
    answer(rendering.render_json(view) if is_json else rendering.render(view, show_suppressed=show_suppressed), how.out)
    differs = (
        found.missing
        or found.changed
        or found.unmanaged
        or any(not each.reason for some in view.reported.values() for each in some)
    )
    if differs and SEVERITIES.index(how.fail_on) <= SEVERITIES.index(WEIGHT):
        return VIOLATION
    return INCOMPLETE if found.unclear and not how.allow_incomplete else CLEAN


def code_beside(wiring: Wiring) -> Callable[[Snapshot], Iterable[Resource]] | None:
    """Give what tells a scan of the states that config.toml names, read now; None where it names none.

    Raises:
        GivenError: a state cannot be used.
    """
    given = [_as_it_is(file) for place in wiring.config.iac.terraform for file in read(wiring, place)]
    return partial(_states, given) if given else None


def _states(given: Sequence[Given], snapshot: Snapshot) -> list[Resource]:
    """Give for each account what rules on code are told."""
    from scanner.engine.codified import codified, states_of
    from scanner.engine.registry import kinds
    from scanner.kinds.canon import canons
    from scanner.kinds.iac import IacState
    from scanner.model.resource import Resource, Source

    known = kinds()
    found = codified(given, snapshot, known, canons(known.values()), _stacks(snapshot))
    name = ", ".join(each.name for each in given)
    made = []
    for account, facts in states_of(found, snapshot.accounts).items():
        state = Resource(IacState.cfn, name, account=account, region="global", tags={}, source=Source.FACTS)
        state.facts = {"id": name, "tags": {}, **facts}
        made.append(state)
    return made


def read(wiring: Wiring, place: str) -> Sequence[Given]:
    """Read a state or plan, each state of a folder, or one in S3.

    Raises:
        GivenError: it cannot be used.
    """
    from scanner import terraform
    from scanner.engine.registry import kinds

    return terraform.read_all(
        place, kinds=kinds(), redactor=wiring.redactor(), read_object=read_object,
    )  # fmt: skip


def _stacks(snapshot: Snapshot) -> set[tuple[str, str, str]]:
    """Give the names of what the stacks of CloudFormation manage, as far as they were seen."""
    from scanner.kinds.cloudformation import Stack
    from scanner.model.gap import Unknown

    found: set[tuple[str, str, str]] = set()
    for resource in snapshot.resources:
        if resource.kind == Stack.cfn:
            try:
                found |= {(resource.account, resource.region, name) for name in Stack(resource).resources}
            except Unknown:
                continue
    return found


def _as_it_is(given: Given) -> Given:
    """Take of a plan what it knows to be there, not what it is going to make."""
    return msgspec.structs.replace(given, after=given.before) if given.before is not None else given


def read_object(address: str) -> bytes:
    """Read an object of S3 (`s3://bucket/key`) by the caller's own credentials.

    Raises:
        GivenError: it cannot be read.
    """
    from scanner.aws.objects import read_object as read_it

    bucket, _, key = address.removeprefix("s3://").partition("/")
    return read_it(bucket, key)


def _creators(store: Store, info: ScanInfo, unmanaged: Sequence[Resource]) -> dict[str, Attribution]:
    """Give who made resources, as far as a night saw them come."""
    finished = [each for each in store.scans() if each.finished and each.as_of < info.as_of]
    if not finished or not unmanaged:
        return {}
    known = store.attributed_between(finished[0].id, info.id)
    places = {each.arn: (each.account, each.region, each.kind, each.identity, "") for each in unmanaged}
    return {resource: known[place] for resource, place in places.items() if place in known}
