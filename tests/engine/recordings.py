"""Recorded pairs: what Terraform's state says of resources, and what AWS answered about the same ones."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner import terraform
from scanner.engine.codified import Codified, codified
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.kinds.canon import canons
from scanner.model.kind import derive
from scanner.model.path import getter
from scanner.model.resource import Coverage, Resource, Snapshot, seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scanner.model.given import Given

PAIRS = Path(__file__).parents[3] / "shared" / "inputs" / "iac" / "c7n_pairs"
ACCOUNT, REGION = "644160558196", "us-east-1"
SERVICES = {"elasticfilesystem": "efs"}
"""What a service is called here, where the recordings have its endpoint's name."""


def _moments(value: Any) -> Any:
    if isinstance(value, list):
        return [_moments(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("__class__") == "datetime":
        year, month, day, hour = (int(value[part]) for part in ("year", "month", "day", "hour"))
        return datetime(year, month, day, hour, value["minute"], value["second"], tzinfo=UTC)
    return {name: _moments(item) for name, item in value.items()}


def answers(pair: str) -> dict[str, Any]:
    """Give the first recorded answer of each operation."""
    found: dict[str, Any] = {}
    for file in sorted((PAIRS / pair).glob("api__*_1.json")):
        service, _, operation = file.stem.removeprefix("api__").removesuffix("_1").partition(".")
        found[f"{SERVICES.get(service, service)}.{operation}"] = _moments(json.loads(file.read_text())["data"])
    return found


def state(pair: str, change: Callable[[dict[str, Any]], object] | None = None) -> Given:
    """Read what Terraform says; `change` may alter the attributes, by type and name, before."""
    known = json.loads((PAIRS / pair / "tf_resources.json").read_text())["resources"]
    if change is not None:
        change(known)
    resources = [
        {"address": f"{sort}.{name}", "mode": "managed", "type": sort, "name": name,
         "provider_name": "registry.terraform.io/hashicorp/aws", "values": values}
        for sort, some in known.items() for name, values in some.items() if isinstance(values, dict)
    ]  # fmt: skip
    document = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}}
    data = json.dumps(document, default=str).encode()
    return terraform.read(
        data, pair, kinds=kinds(), redactor=Redactor(b"k" * 32), account=ACCOUNT, region=REGION
    )  # fmt: skip


def live(pair: str, said: Mapping[str, Any] | None = None) -> list[Resource]:
    """Make the resources that the answers list; what no recording tells of them stays unseen."""
    return [each for name, doc in (said or answers(pair)).items() for each in _listed(name, doc)]


def _listed(operation: str, answer: Any) -> Iterator[Resource]:
    for kind in kinds().values():
        for call in [call for call in kind.calls.values() if call.operation == operation and not call.uses][:1]:
            for doc in getter(call.path)(answer) or ():
                made = Resource(kind.cfn, "", account=ACCOUNT, region=REGION, sections={call.name: seen(doc)})
                made.id = str(derive(made, kind.facts["id"]))
                named = derive(made, kind.facts["arn"]) if "arn" in kind.facts else ""
                made.arn = named or kind.arn_format.format(
                    partition="aws", account=ACCOUNT, region=REGION, id=made.id
                )  # fmt: skip
                yield made


def compared(given: Given, resources: list[Resource]) -> Codified:
    """Lay the state beside the answers."""
    known = kinds()
    listings = [
        Coverage(ACCOUNT, REGION, cfn, "box", "recorded", listing=True) for cfn in {each.kind for each in resources}
    ]  # fmt: skip
    snapshot = Snapshot(
        "s", datetime(2026, 11, 21, tzinfo=UTC), copy.deepcopy(resources), listings, targets=[(ACCOUNT, REGION)]
    )  # fmt: skip
    return codified([given], snapshot, known, canons(known.values()))
