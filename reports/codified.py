"""How far Terraform states and an account agree, as text for a terminal and as JSON for programs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from reports.json_report import SCHEMA, encode
from reports.words import clean, plural, value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.engine.codified import Codified, Managed, Mismatch
    from scanner.engine.reported import Reported
    from scanner.model.change import Attribution

LIMIT = 60
WIDE = 48
Creators = Mapping[str, "Attribution"]
"""Who made a resource, by its ARN, as far as it is known."""


class CodifiedView(msgspec.Struct, frozen=True, kw_only=True):
    """What is told: how code and account agree, who made what is in no code, what Terraform itself reports."""

    found: Any
    creators: Mapping[str, Any] = {}
    reported: Mapping[str, Sequence[Any]] = {}
    notes: Sequence[str] = ()


def render(view: CodifiedView, *, show_suppressed: bool = False) -> str:
    """Give the answer as lines of text."""
    return "\n".join(clean(line) for line in _lines(view, show_suppressed=show_suppressed)) + "\n"


def _lines(view: CodifiedView, *, show_suppressed: bool) -> Iterator[str]:
    found: Codified = view.found
    share = "nothing here could be managed" if found.share is None else f"{found.share:.0%} is managed"
    yield f"{plural(len(found.states), 'state')} beside the account: {share}"
    yield (
        f"{len(found.missing)} missing, {len(found.changed)} changed, {len(found.unmanaged)} unmanaged, "
        f"{len(found.managed)} found, {len(found.unclear)} unclear"
    )
    yield from _some("in a state and not in the account", map(_missing, found.missing))
    yield from _some("otherwise in the account", map(_changed, found.changed))
    yield from _some("in the account and in no state", (_unmanaged(each, view.creators) for each in found.unmanaged))
    twice = (f"{name}: {', '.join(each.address for each in some)}" for name, some in found.twice.items())
    yield from _some("in more than one place of the code", twice)
    yield from _some("not looked for", (f"{each.address} of {each.state}: {why}" for each, why in found.unclear))
    for name, entries in view.reported.items():
        yield from _reported(name, entries, show_suppressed=show_suppressed)
    if found.incomparable:
        total = sum(found.incomparable.values())
        yield ""
        yield f"{plural(total, 'fact')} not comparable, since one side does not say them: " + ", ".join(
            f"{kind} {count}" for kind, count in Counter(found.incomparable).most_common(6)
        )
    if found.by_stacks:
        yield ""
        yield f"managed by stacks of CloudFormation: {found.by_stacks}"
    yield from (f"stale: {line}" for line in found.stale)
    yield from (f"note: {note}" for note in view.notes)


def _some(title: str, lines: Iterable[str]) -> Iterator[str]:
    known = list(lines)
    if not known:
        return
    yield ""
    yield f"{title}:"
    yield from (f"  {line}" for line in known[:LIMIT])
    if len(known) > LIMIT:
        yield f"  ... and {len(known) - LIMIT} more; --format json gives all"


def _missing(each: Managed) -> str:
    return f"{each.address}  {each.kind} (state {each.state})"


def _changed(each: Mismatch) -> str:
    if each.redacted:
        return f"{each.at.address}  {each.fact} changed (a secret)"
    return f"{each.at.address}  {each.fact}: {value_text(each.code, WIDE)} -> {value_text(each.account, WIDE)}"


def _unmanaged(resource: Any, creators: Creators) -> str:
    by = creators.get(resource.arn)
    who = f", made by {by.who} ({by.channel}, {by.event})" if by is not None and by.event else ""
    return f"{resource.kind} {resource.name} {resource.account}/{resource.region}{who}"


def _reported(name: str, entries: Sequence[Reported], *, show_suppressed: bool) -> Iterator[str]:
    real = [each for each in entries if not each.reason]
    noise = [each for each in entries if each.reason]
    lines = (
        f"{each.address} " + ("is gone" if each.deleted else f"changed: {', '.join(each.attributes)}") for each in real
    )
    yield from _some(f"changed outside of Terraform, as {name} tells", lines)
    if noise:
        reasons = Counter(each.reason.rpartition(": ")[2] for each in noise)
        yield ""
        yield f"told by {name} and no change: {len(noise)}"
        yield from (f"  {count:>4}  {reason}" for reason, count in reasons.most_common())
        if show_suppressed:
            yield from (f"  {each.address}: {each.reason}" for each in noise)


def render_json(view: CodifiedView) -> str:
    """Give the document."""
    found: Codified = view.found
    by_kind: dict[str, int] = defaultdict(int)
    for each in found.unmanaged:
        by_kind[each.kind] += 1
    made = {
        "schema": SCHEMA,
        "states": list(found.states),
        "managed_share": found.share,
        "missing": [msgspec.to_builtins(each) for each in found.missing],
        "changed": [msgspec.to_builtins(each) for each in found.changed],
        "unmanaged": [_resource(each, view.creators) for each in found.unmanaged],
        "twice": {name: [each.address for each in some] for name, some in found.twice.items()},
        "unclear": [{**msgspec.to_builtins(each), "reason": why} for each, why in found.unclear],
        "by_stacks": found.by_stacks,
        "stale": list(found.stale),
        "incomparable": dict(found.incomparable),
        "reported": {name: [msgspec.to_builtins(each) for each in some] for name, some in view.reported.items()},
        "notes": list(view.notes),
        "summary": {"managed": len(found.managed), "unmanaged_by_kind": dict(sorted(by_kind.items()))},
    }
    return msgspec.json.format(encode(made), indent=2).decode() + "\n"


def _resource(resource: Any, creators: Creators) -> dict[str, Any]:
    by = creators.get(resource.arn)
    return {
        "kind": resource.kind, "resource": resource.arn, "name": resource.name, "account": resource.account,
        "region": resource.region, "made_by": msgspec.to_builtins(by) if by is not None and by.event else None,
    }  # fmt: skip
