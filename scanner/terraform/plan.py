"""Reads a plan: the world before it, the world after it, and what it does with each address."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from scanner.model.given import GivenError, PlannedChange
from scanner.terraform import providers, values
from scanner.terraform.decode import decoded
from scanner.terraform.entries import Entry, World, deposed
from scanner.terraform.references import References
from scanner.terraform.secret import HASHED
from scanner.terraform.shapes import Plan, ResourceChange, StateModule, StateResource, given

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import msgspec

    from scanner.model.kind import Kind
    from scanner.terraform.secret import Secrets
    from scanner.terraform.types import Types

MANAGED = "managed"
GONE = frozenset(("delete",))
DEEPEST = 100
"""How deep modules may nest."""


def resources_in(module: StateModule | None, depth: int = 0) -> Iterator[StateResource]:
    """Go over the managed resources of a state's values, those of its modules too."""
    if module is None or depth > DEEPEST:
        return
    yield from (resource for resource in module.resources or () if resource.mode == MANAGED)
    for child in module.child_modules or ():
        yield from resources_in(child, depth + 1)


class PlanReader:
    """Reads one plan."""

    def __init__(self, name: str, plan: Plan, types: Types, secrets: Secrets) -> None:
        """Take the plan, and index its code."""
        self.name = name
        self.plan = plan
        self._types = types
        self._secrets = secrets
        self.changes = [change for change in plan.resource_changes or () if change.mode == MANAGED]
        prior = resources_in(
            plan.prior_state.values.root_module if plan.prior_state and plan.prior_state.values else None
        )
        moved = {change.previous_address: change.address for change in self.changes if change.previous_address}
        self._prior: dict[str, StateResource] = {}
        for resource in prior:
            address = moved.get(resource.address, resource.address)
            self._prior[deposed(address, resource.deposed_key) if resource.deposed_key else address] = resource
        planned = dict.fromkeys((*self._prior, *(change.address for change in self.changes if not change.deposed)))
        self.references = References(plan.configuration, planned, types)
        self._partition = providers.partition(plan)
        self.references.keys = self._natural_keys()
        self.before: World = {}
        self.after: World = {}
        self.told: list[PlannedChange] = []

    def read(self) -> None:
        """Make both worlds and the list of changes."""
        for change in self.changes:
            self._change(change)
        for address, resource in self._prior.items():
            if address not in self.before:
                doc = self._document(resource.address, resource.type, resource.values, marks=resource.sensitive_values)
                self.before[address] = self.after[address] = self._entry(address, resource.type, doc, resource)

    def drift(self) -> list[PlannedChange]:
        """Give what Terraform says has changed outside of it."""
        found = []
        for change in self.plan.resource_drift or ():
            if change.mode == MANAGED:
                body = change.change
                before = self._given(change, body.before, body.before_sensitive)
                same = bytes(body.before) == bytes(body.after)
                after = before if same else self._given(change, body.after, body.after_sensitive)
                found.append(_told(change, before, after))
        return found

    def _given(self, change: ResourceChange, raw: msgspec.Raw, marks: msgspec.Raw) -> dict[str, Any] | None:
        return self._document(change.address, change.type, raw, marks=marks) if given(raw) else None

    def _change(self, change: ResourceChange) -> None:
        body, address = change.change, _address(change)
        prior = self._prior.get(address)
        before, after = None, None
        if prior is not None or given(body.before):
            raw, marks = (prior.values, prior.sensitive_values) if prior else (body.before, body.before_sensitive)
            also = self._decoded(body.before_sensitive) if prior else None
            before = self._document(change.address, change.type, raw, marks=marks, also=also)
            self.before[address] = self._entry(address, change.type, before, change)
        if set(body.actions) == {"forget"}:
            after = before
        elif set(body.actions) != GONE:
            untouched = set(body.actions) <= {"no-op"} and before is not None
            after = before if untouched and bytes(body.before) == bytes(body.after) else self._after(change)
        if after is not None:
            self.after[address] = self._entry(address, change.type, after, change)
        self.told.append(_told(change, before, after if set(body.actions) != {"forget"} else None))

    def _after(self, change: ResourceChange) -> dict[str, Any]:
        body = change.change
        return self._document(
            change.address,
            change.type,
            body.after,
            unknown=body.after_unknown,
            marks=body.after_sensitive,
            planned=True,
        )

    def _document(
        self, address: str, type: str, raw: msgspec.Raw, *, marks: msgspec.Raw, unknown: msgspec.Raw | None = None,
        also: Any = None, planned: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        code = self.references.code(address) if planned else None
        expressions = (code.expressions if isinstance(code.expressions, dict) else {}) if code else None
        found = self._decoded(raw)
        reading = values.Reading(
            address, type, self._secrets, self._types.names(type), expressions,
            lambda key, expression, hidden: self.references.refer(address, key, expression, hidden),
            _whole(found, self.references.code(address)), self._derived(address),
        )  # fmt: skip
        mask = self._decoded(unknown) if unknown is not None else None
        return values.document(reading, found, mask, _both(self._decoded(marks), also))

    def _derived(self, address: str) -> dict[str, str]:
        known = self.references.keys.get(address, {})
        return {"arn": known["arn"]} if "arn" in known else {}

    def _decoded(self, raw: msgspec.Raw) -> Any:
        return decoded(self.name, raw, Any) if given(raw) else None

    def _entry(self, address: str, type: str, doc: dict[str, Any], said: ResourceChange | StateResource) -> Entry:
        code = self.references.code(said.address)
        provider = (code.provider_config_key if code else "") or said.provider_name or ""
        return Entry(address, type, doc, provider, code.expressions if code else None)

    def _natural_keys(self) -> Mapping[str, Mapping[str, str]]:
        """Give the names that planned resources have already where their ids are not known yet."""
        found: dict[str, dict[str, str]] = {}
        for change in self.changes:
            kind, key = self._types.kinds.get(change.type), self._types.key(change.type)
            if kind is None or key in {"", "id", "arn"} or not given(change.change.after) or change.deposed:
                continue
            after = self._decoded(change.change.after)
            name = after.get(key) if isinstance(after, dict) else None
            if isinstance(name, str) and name:
                found[change.address] = {"id": name, key: name} | _derived_arn(kind, name, self._partition)
        return found

    def unspoken(self) -> list[str]:
        """Name what the code makes and the plan does not speak of, as one of some targets does not."""
        spoken = {change.address.partition("[")[0] for change in self.changes}
        root = self.plan.configuration.root_module if self.plan.configuration else None
        return [
            resource.address
            for resource in (root.resources if root else None) or ()
            if resource.mode == MANAGED and not resource.repeated and resource.address not in spoken
        ]


def _address(change: ResourceChange) -> str:
    return deposed(change.address, change.deposed) if change.deposed else change.address


def _told(change: ResourceChange, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> PlannedChange:
    return PlannedChange(
        address=_address(change), type=change.type, actions=tuple(change.change.actions), before=before, after=after,
        reason=change.action_reason or "",
    )  # fmt: skip


def _derived_arn(kind: type[Kind], name: str, partition: str) -> dict[str, str]:
    """Give the ARN that follows from the name alone, as a bucket's does."""
    if not kind.arn_format or "{account}" in kind.arn_format or "{region}" in kind.arn_format:
        return {}
    return {"arn": kind.arn_format.format(partition=partition, id=name)}


def _both(marks: Any, also: Any) -> Any:
    """Join two sets of marks; what either marks is marked."""
    if marks is True or also is True:
        return True
    if isinstance(marks, dict) and isinstance(also, dict):
        return {key: _both(marks.get(key), also.get(key)) for key in {*marks, *also}}
    if isinstance(marks, list) and isinstance(also, list) and len(marks) == len(also):
        return [_both(one, other) for one, other in zip(marks, also, strict=True)]
    return marks or also


def _whole(found: Any, code: Any) -> dict[str, str]:
    """Give the user data that the code writes where the plan keeps only its hash."""
    hashed = isinstance(found, dict) and isinstance(text := found.get("user_data"), str) and HASHED.fullmatch(text)
    written = code.expressions.get("user_data") if hashed and code and isinstance(code.expressions, dict) else None
    constant = written.get("constant_value") if isinstance(written, dict) else None
    return {"user_data": base64.b64encode(constant.encode()).decode()} if isinstance(constant, str) else {}


def checked(name: str, plan: Plan) -> list[str]:
    """Check the version of the format; give notes.

    Raises:
        GivenError: it is one that is not known.
    """
    if plan.format_version is None:
        return ["it does not say its format_version; it was read as 1.2"]
    major = plan.format_version.partition(".")[0]
    if major not in {"0", "1"}:
        raise GivenError(
            f"{name}: format_version {plan.format_version!r} is not known here (0.1 to 1.x are); "
            "make the plan with a Terraform of version 1"
        )
    return []
