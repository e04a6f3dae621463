"""The page of how kinds are compared: what of each is noise, a class or folded, and how much a change weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.generate.markdown import code, codes, items, page, plain, plural, section, table
from scanner.kinds.canon import canons

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.model.canon import Canon, Touch
    from scanner.model.kind import Kind

INTRODUCTION = (
    "How `phiward drift` compares each kind, by its CloudFormation type; [drift.md](drift.md) says what the words "
    "mean. A path is `section.member`, as [kinds.md](kinds.md) names the sections; `[]` stands for the elements of a "
    "list. A change weighs as the longest path says that it lies under; of several of one path, the first whose "
    "pattern is found in what changed. *Worse* is what turns a change for the worse; where it is empty, no direction "
    "is known. What no path names weighs by the words in its name. All that is not said to be left out is compared."
)


def drift_page(kinds: Mapping[str, type[Kind]]) -> str:
    """Write the page of how all kinds are compared."""
    known = canons(kinds.values())
    left_out = sum(len(each.volatile) for each in known.values() if not each.observed)
    weighed = sum(len(each.touches) for each in known.values())
    return page(
        "How drift compares",
        INTRODUCTION,
        f"{plural(len(known), 'kind')}, {plural(left_out, 'path')} left out as noise, {plural(weighed, 'weight')}.",
        *(_kind(known[cfn]) for cfn in kinds),
    )


def _kind(canon: Canon) -> str:
    if canon.observed:
        return section(code(canon.kind), f"Not compared: {plain(canon.observed)}.")
    noise = ((code(path), plain(reason)) for path, reason in sorted(canon.volatile.items()))
    return section(
        code(canon.kind),
        items(_sentences(canon)),
        table(("path", "pattern", "severity", "impact", "worse"), _weights(canon)),
        table(("left out", "because"), noise),
    )


def _sentences(canon: Canon) -> Iterator[str]:
    """Say what of the kind's resources is compared otherwise than one by one."""
    if canon.members:
        yield f"Compared as a class: {plain(canon.members.strip())}."
    if canon.individual:
        yield f"Tells the members of a class apart, and is not compared between them: {codes(canon.individual)}."
    if canon.shown_on is not None:
        kind, path = canon.shown_on
        yield f"A change of the class is shown on the {code(kind)} whose {code(path)} names it."
    if canon.owner is not None:
        kind, path = canon.owner
        yield f"Comes and goes with the member of a class of {code(kind)} that {code(path)} names."
    if canon.derived:
        yield f"Comes and goes with others: {plain(canon.derived)}."
    for path, pattern, reason in canon.folded:
        yield f"Folded where {code(path)} matches {code(pattern)}: {plain(reason)}."
    for each in canon.governed:
        yield (
            f"{code(each.property)} is left out between {code(each.least)} and {code(each.most)} of a "
            f"{code(each.kind)}: {plain(each.reason)}."
        )
    for path, other in canon.follows.items():
        yield f"{code(path)} is told with {code(other)} alone, where both change."
    if canon.ordered:
        yield f"The order means something: {codes(sorted(canon.ordered))}."


def _weights(canon: Canon) -> Iterator[tuple[str, ...]]:
    for what, itself in (("it is there anew", canon.added), ("it is gone", canon.removed)):
        yield what, "", itself.severity, itself.impact, "always" if itself.gain == "worse" else ""
    for touch in sorted(canon.touches, key=lambda each: (each.path, not each.match)):
        pattern = code(touch.match) if touch.match else ""
        yield code(touch.path), pattern, touch.severity, touch.impact, _worse(touch)


def _worse(touch: Touch) -> str:
    """Say which way is for the worse."""
    if touch.bad:
        return codes(_text(each) for each in touch.bad)
    if touch.good:
        return f"other than {codes(_text(each) for each in touch.good)}"
    return {"worse": "more, or there", "better": "less, or gone"}.get(touch.gain, "")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
