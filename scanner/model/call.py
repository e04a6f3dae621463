"""The words in which a kind declares its calls; each makes a `Call`, which is a value and does nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from scanner.model.operation import ROOTS, Applied, Call, Form, Merge, applied, permission_of

if TYPE_CHECKING:
    from scanner.model.kind import Kind

__all__ = [
    "ROOTS",
    "Applied",
    "Call",
    "Form",
    "Merge",
    "applied",
    "batch",
    "download",
    "each",
    "job",
    "permission_of",
    "refs",
    "shared",
    "then",
]


def _expected(path: str, given: str | None) -> str:
    return path.partition(".")[0].partition("[")[0] if given is None else given


def each(
    operation: str,
    path: str,
    *,
    of: type[Kind] | None = None,
    parse: Callable[[Any], Any] | None = None,
    without: Callable[[Any], Any] | None = None,
    when: str = "",
    absent: Sequence[str] = (),
    iam: Sequence[str] = (),
    bucket: str = "",
    expect: str | None = None,
    **params: Any,
) -> Any:
    """List: every item at `path` over all pages is one resource (with `of`: for every resource of the parent kind).

    `parse` makes a document of an item that is none. `without` gives, of an item of this listing and of an item of the
    kind's `refs`, the value by which an item that the refs already name is left out. `expect` is the member that an
    answer always has (by default the first of the path); an answer without it is an error, not an empty list.
    """
    return Call(
        Form.EACH,
        operation,
        path,
        params,
        of=of,
        parse=parse,
        without=without,
        when=when,
        absent=tuple(absent),
        iam=tuple(iam),
        bucket=bucket,
        expect=_expected(path, expect),
    )


def refs(*facts: str, parse: Callable[[Any], Any] | None = None) -> Any:
    """List what facts of other kinds refer to: every distinct value of the facts (`Kind.fact`) is one resource."""
    return Call(Form.REFS, "", facts=facts, parse=parse)


def then(
    operation: str,
    path: str = "",
    *,
    when: str = "",
    absent: Sequence[str] = (),
    iam: Sequence[str] = (),
    bucket: str = "",
    expect: str | None = None,
    region: str = "",
    merge: Merge | None = None,
    **params: Any,
) -> Any:
    """Ask once more for each resource; `absent` are the error codes that mean "not configured".

    With `merge`, the questions of several resources go out in one call.
    """
    return Call(
        Form.THEN,
        operation,
        path,
        params,
        when=when,
        absent=tuple(absent),
        iam=tuple(iam),
        bucket=bucket,
        expect=_expected(path, expect),
        region=region,
        merge=merge,
    )


def batch(
    operation: str,
    path: str,
    *,
    ids: str,
    own: str,
    key: str,
    size: int,
    when: str = "",
    absent: Sequence[str] = (),
    iam: Sequence[str] = (),
    bucket: str = "",
    expect: str | None = None,
    **params: Any,
) -> Any:
    """Ask for many resources at once.

    `ids` is the parameter that takes the list, `own` the reference to this resource's id, `key` the path in an answered
    item that holds the id, `size` AWS's limit. Resources of the same remaining parameters go together. A resource
    that the answer leaves out has gone between the two calls, unless the answer names another reason.
    """
    return Call(
        Form.BATCH,
        operation,
        path,
        params,
        ids=ids,
        own=own,
        key=key,
        size=size,
        when=when,
        absent=tuple(absent),
        iam=tuple(iam),
        bucket=bucket,
        expect=_expected(path, expect),
    )


def shared(
    operation: str,
    path: str,
    *,
    own: str | Applied,
    key: str,
    when: str = "",
    absent: Sequence[str] = (),
    iam: Sequence[str] = (),
    bucket: str = "",
    expect: str | None = None,
    parse: Callable[[Any], Any] | None = None,
    many: bool = False,
    region: str = "",
    union: str = "",
    **params: Any,
) -> Any:
    """Ask once for the account and Region, and give each resource the item whose `key` is its `own` reference.

    A resource without such an item has an absent section. With `many`, the section is the list of all such items. With
    `region`, a reference, it is asked once in each Region that resources name so. `union` is a parameter that takes a
    list of literals: what other kinds ask of the same operation goes out in the same call, with all their lists.
    """
    return Call(
        Form.SHARED,
        operation,
        path,
        params,
        own=own,
        key=key,
        when=when,
        absent=tuple(absent),
        iam=tuple(iam),
        bucket=bucket,
        expect=_expected(path, expect),
        parse=parse,
        size=2 if many else 1,
        region=region,
        union=union,
    )


def job(
    start: str,
    operation: str,
    path: str = "",
    *,
    ready: str = "",
    ticket: str = "",
    own: str = "",
    key: str = "",
    parse: Callable[[Any], Any] | None = None,
    iam: Sequence[str] = (),
    absent: Sequence[str] = (),
    when: str = "",
    expect: str | None = None,
    **params: Any,
) -> Any:
    """Start, poll with a bound, fetch.

    `start` is called until the condition `ready` on its answer holds, then `operation`. With `own` and `key` it is
    fetched once for the account and shared (see `shared`), else it is made for each resource. With `ticket`, `start` is
    called once, the member of that name in its answer is the one parameter of `operation`, and it is the answer to this
    for which `ready` must come to hold.
    """
    return Call(
        Form.JOB,
        operation,
        path,
        params,
        start=start,
        ready=ready,
        ticket=ticket,
        own=own,
        key=key,
        parse=parse,
        iam=tuple(iam),
        absent=tuple(absent),
        when=when,
        expect=_expected(path, expect),
        size=1,
    )


def download(
    operation: str,
    url: str,
    *,
    digest: str | Applied,
    when: str = "",
    absent: Sequence[str] = (),
    iam: Sequence[str] = (),
    region: str = "",
    parse: Callable[[Any], Any] | None = None,
    **params: Any,
) -> Any:
    """Ask for an address, fetch it over HTTPS, and keep it only if its SHA-256 is `digest`.

    `digest` is a reference or `applied`; `parse` makes the document of what the fetched JSON holds.
    """
    return Call(
        Form.DOWNLOAD,
        operation,
        url,
        params,
        own=digest,
        when=when,
        absent=tuple(absent),
        iam=tuple(iam),
        expect=_expected(url, None),
        region=region,
        parse=parse,
    )
