"""Forms of policies that say, of each statement, what weighs: that it lets in everyone, or allows everything.

Source: IAM User Guide, "IAM JSON policy elements reference"; `scanner.model.policy` for what public and admin mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from scanner.model.canon import Bag, Labelled
from scanner.model.policy import PolicyDocument, PolicyError

SHOWN = 3
"""How many actions name a statement that has no Sid."""

PUBLIC = "Public"
ADMINISTRATOR = "Administrator"
DELETED = "DeletedPrincipal"
"""Members that a form adds to a statement of which they are true."""


def policy(given: Any) -> Any:
    """Give a policy, JSON text or document, in one spelling: a bag of statements, each known by Sid or sense."""
    return _marked(given, lambda _document: lambda _entry: ())


def resource_policy(given: Any) -> Any:
    """Give a resource's or a trust policy in one spelling; statements that anyone may use say `Public`.

    A statement whose principal has been deleted, which IAM shows by the unique id of what it was, says
    `DeletedPrincipal`. Source: IAM User Guide, "AWS JSON policy elements: Principal".
    """
    return _marked(given, _open)


def identity_policy(given: Any) -> Any:
    """Give an identity's policy in one spelling; statements that allow everything say `Administrator`."""
    return _marked(given, _unbounded)


def default_version(given: Any) -> Any:
    """Give of the versions of a managed policy the one in force, as an identity's policy."""
    if not isinstance(given, list):
        return given
    found = [item for item in given if isinstance(item, Mapping) and item.get("IsDefaultVersion")]
    return identity_policy(found[0].get("Document")) if len(found) == 1 else given


def managed_policy(given: Any) -> Any:
    """Give a managed policy; of one of AWS's own the version in force alone, which only AWS can change.

    Source: IAM User Guide, "Managed policies and inline policies": AWS managed policies.
    """
    if not isinstance(given, Mapping) or ":iam::aws:policy/" not in str(given.get("Arn")):
        return given
    kept = {name: held for name, held in given.items() if name not in {"PolicyVersionList", "IsAttachable"}}
    return {**kept, "ProviderVersion": given.get("DefaultVersionId")}


Marks = Callable[[Mapping[str, Any]], Iterable[str]]
"""Says of a statement which members a form adds to it."""


def _marked(given: Any, marks: Callable[[PolicyDocument], Marks]) -> Any:
    try:
        document = PolicyDocument.parse(given)
    except PolicyError:
        return given
    if document is None:
        return None
    whole, of = json.loads(document.canonical()), marks(document)
    return {**whole, "Statement": Bag(_statement(entry, of(entry)) for entry in whole["Statement"])}


def _statement(entry: Mapping[str, Any], marks: Iterable[str]) -> Labelled:
    made = Labelled({name: _sets(value) for name, value in entry.items()})
    made |= dict.fromkeys(marks, True)
    made.label = _label(entry)
    return made


def _sets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sets(inner) for name, inner in value.items()}
    return Bag(value) if isinstance(value, list) else value


def _label(entry: Mapping[str, Any]) -> str:
    """Name a statement by its Sid, else by its sense; a Deny says so in both, and an Allow whose Sid says Deny too."""
    verb, name = entry["Effect"], entry.get("Sid")
    if name:
        return f"{verb} {name}" if verb == "Deny" or str(name).startswith("Deny ") else str(name)
    actions = entry.get("Action") or [f"all but {', '.join(entry.get('NotAction') or ())}"]
    rest = f" and {len(actions) - SHOWN} more" if len(actions) > SHOWN else ""
    return f"{verb} {', '.join(actions[:SHOWN])}{rest}"


def _open(document: PolicyDocument) -> Marks:
    public = {_canonical(grant.statement.to_json()) for grant in document.public()}

    def marks(entry: Mapping[str, Any]) -> Iterator[str]:
        if _canonical(entry) in public:
            yield PUBLIC
        principals = entry.get("Principal")
        named = principals.get("AWS", ()) if isinstance(principals, Mapping) else ()
        if any(name.startswith(("AROA", "AIDA")) for name in named):
            yield DELETED

    return marks


def _unbounded(document: PolicyDocument) -> Marks:
    unbounded = {_canonical(statement.to_json()) for statement in document.grants_admin()}

    def marks(entry: Mapping[str, Any]) -> Iterator[str]:
        if "Principal" not in entry and _canonical(entry) in unbounded:
            yield ADMINISTRATOR

    return marks


def _canonical(statement: Mapping[str, Any]) -> str:
    document = PolicyDocument.parse({"Statement": [statement]})
    return "" if document is None else document.canonical()


POLICIES: Mapping[str, Callable[[Any], Any]] = {
    "policy": policy,
    "resource policy": resource_policy,
    "identity policy": identity_policy,
    "default version": default_version,
    "managed_policy": managed_policy,
}
"""The forms by the names that the tables use."""
