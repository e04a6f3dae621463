"""Reads a plan or a state from bytes, a file, a folder of states, or an object in S3."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.model.given import Given, GivenError, PlannedChange, Setting
from scanner.terraform import providers, state
from scanner.terraform.decode import decoded, utf8
from scanner.terraform.echoes import erase
from scanner.terraform.entries import Entry, Folded, Place, World
from scanner.terraform.fold import Fold
from scanner.terraform.plan import PlanReader, checked
from scanner.terraform.resources import learned, made
from scanner.terraform.secret import Secrets
from scanner.terraform.shapes import Head, Plan, State, StateFile, given
from scanner.terraform.sources import Sources
from scanner.terraform.types import Types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scanner.engine.redact import Redactor
    from scanner.model.kind import Kind

SUFFIXES = (".tfstate", ".json")
"""What files in a folder of states are called."""

_VERSION = re.compile(r"\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_S3 = re.compile(r"s3://[^/]+/.+")


def read_all(
    where: str, *, kinds: Mapping[str, type[Kind]], redactor: Redactor, account: str = "", region: str = "",
    sources: Path | None = None, read_object: Callable[[str], bytes] | None = None,
) -> Sequence[Given]:  # fmt: skip
    """Read a file, every state in a folder (`*.tfstate`, `*.json`), or an object in S3 (`s3://bucket/key`).

    `read_object` is given the address of an object and gives its bytes.

    Raises:
        GivenError: one of them cannot be used.
    """
    options: dict[str, Any] = {
        "kinds": kinds, "redactor": redactor, "account": account, "region": region, "sources": sources,
    }  # fmt: skip
    if where.startswith("s3://"):
        if not _S3.fullmatch(where):
            raise GivenError(f"{where}: no object in S3; write s3://bucket/key")
        if read_object is None:
            raise GivenError(f"{where}: objects in S3 are not read here; copy it to a file and give that")
        return [read(read_object(where), where, **options)]
    path = Path(where)
    if not path.is_dir():
        return [read(path, where, **options)]
    files = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and _is_given(file, path))
    if not files:
        raise GivenError(f"{where}: the folder holds no *.tfstate or *.json file; name the file itself")
    return [read(file, str(file), **options) for file in files]


def _is_given(file: Path, folder: Path) -> bool:
    return file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)


def read(
    source: Path | bytes, name: str, *, kinds: Mapping[str, type[Kind]], redactor: Redactor, account: str = "",
    region: str = "", sources: Path | None = None,
) -> Given:  # fmt: skip
    """Read a plan in JSON (format 0.1 to 1.x), a state printed by `terraform show -json`, or a state file of version 4.

    `name` is what the file is called in messages, `account` and `region` hold where the file does not say them, and
    `sources` is the folder of the code, for file and line.

    Raises:
        GivenError: it is none of these, or is broken.
    """
    data = utf8(name, source if isinstance(source, bytes) else _bytes(source, name))
    head: Head = decoded(name, data, Head)
    _check_terraform(name, head.terraform_version)
    job = _Job(name, Types(kinds), Secrets(redactor), account, region, Sources(sources) if sources else None)
    if given(head.resource_changes) or given(head.planned_values):
        return job.plan(decoded(name, data, Plan))
    if head.version is not None:
        state.refuse_version(name, head.version)
        return job.state_file(decoded(name, data, StateFile))
    if head.format_version is not None:
        return job.state(decoded(name, data, State), data)
    raise GivenError(
        f"{name}: JSON, but neither a Terraform plan nor a state (no resource_changes, values or version in it); "
        "give what `terraform show -json` prints"
    )


def _bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise GivenError(f"{name}: cannot be read: {error.strerror}; check the path") from error


def _check_terraform(name: str, version: Any) -> None:
    if version is not None and not (isinstance(version, str) and _VERSION.fullmatch(version)):
        raise GivenError(
            f"{name}: terraform_version {version!r} is no version of Terraform; it was changed by hand or broken, "
            "write it anew"
        )


class _Job:
    """One file on its way."""

    def __init__(
        self, name: str, types: Types, secrets: Secrets, account: str, region: str, sources: Sources | None
    ) -> None:
        self.name, self.types, self.secrets = name, types, secrets
        self.account, self.region, self.sources = account, region, sources
        self.notes: list[str] = []

    def plan(self, plan: Plan) -> Given:
        """Read a plan."""
        self.notes += checked(self.name, plan)
        reader = PlanReader(self.name, plan, self.types, self.secrets)
        reader.read()
        drift = reader.drift()
        erase(reader.before, reader.after, self.types)
        used = {entry.provider for world in (reader.before, reader.after) for entry in world.values()}
        place = providers.place(plan, used, self.account, self.region)
        place = learned(place, (*reader.before.values(), *reader.after.values()))
        before, before_fold = self._folded(reader.before, place)
        after, after_fold = self._folded(reader.after, place, reader)
        self.notes += list(dict.fromkeys((*before_fold.notes(), *after_fold.notes())))
        unspoken = reader.unspoken()
        if unspoken:
            self.notes.append(
                f"the plan does not speak of {', '.join(unspoken[:5])}: it was made for some targets only"
            )
        partial = bool(plan.errored or plan.complete is False or plan.deferred_changes or unspoken)
        return Given(
            name=self.name, sort="plan", version=plan.format_version or "",
            before=self._setting(reader.before, before), after=self._setting(reader.after, after),
            changes=[self._named(change, before, after) for change in reader.told],
            drift=[self._named(change, before, after) for change in drift],
            errored=bool(plan.errored), is_partial=partial, notes=tuple(self.notes),
        )  # fmt: skip

    def state_file(self, found: StateFile) -> Given:
        """Read a state file."""
        world = state.from_file(self.name, found, self.types, self.secrets)
        return self._state(world, str(found.version), found.serial, found.lineage or "")

    def state(self, found: State, data: bytes) -> Given:
        """Read what `terraform show -json` prints of a state."""
        self.notes += checked(self.name, decoded(self.name, data, Plan))
        world = state.from_show(self.name, found, self.types, self.secrets)
        return self._state(world, found.format_version or "")

    def _state(self, world: World, version: str, serial: int | None = None, lineage: str = "") -> Given:
        folded, fold = self._folded(world, learned(Place(self.account, self.region), world.values()))
        return Given(
            name=self.name, sort="state", version=version, after=self._setting(world, folded), serial=serial,
            lineage=lineage, notes=(*self.notes, *fold.notes()),
        )  # fmt: skip

    def _folded(self, world: World, place: Place, reader: PlanReader | None = None) -> tuple[Folded, Fold]:
        fold = Fold(world, self.types, reader.references if reader else None)
        fold.run()
        return made(fold, self.types, place), fold

    def _setting(self, world: World, folded: Folded) -> Setting:
        origins: dict[str, Any] = {}
        for entry, resource in folded.resources:
            origin = self._origin(entry)
            for key in (resource.arn, resource.id):
                origins.setdefault(key, origin)
        others = [(entry.address, entry.type) for entry in _strangers(world.values(), self.types)]
        return Setting([resource for _, resource in folded.resources], origins, others)

    def _origin(self, entry: Entry) -> Any:
        from scanner.model.given import Origin

        return self.sources.origin(entry.address) if self.sources else Origin(address=entry.address)

    def _named(self, change: PlannedChange, before: Folded, after: Folded) -> PlannedChange:
        resource = after.of.get(change.address) or before.of.get(change.address)
        kind = self.types.kinds.get(change.type) or next(
            (kind for kind, _ in self.types.parts.get(change.type, ())), None
        )
        return PlannedChange(
            address=change.address, type=change.type, kind=resource.kind if resource else kind.cfn if kind else "",
            resource=resource.id if resource else "", actions=change.actions, before=change.before, after=change.after,
            reason=change.reason,
        )  # fmt: skip


def _strangers(entries: Iterable[Entry], types: Types) -> Iterable[Entry]:
    return (entry for entry in entries if entry.type not in types.kinds and entry.type not in types.parts)
