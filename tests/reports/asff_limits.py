"""What BatchImportFindings takes: botocore's shapes, and the limits that its documentation puts in words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

# AWS Security Hub API reference, AwsSecurityFinding and the types below it: the most characters of each text.
LENGTHS = {
    "Id": 512, "ProductArn": 2048, "ProductName": 128, "CompanyName": 128, "GeneratorId": 512, "Title": 256,
    "Description": 1024, "Remediation.Recommendation.Text": 512, "Note.Text": 512,
    "FindingProviderFields.Severity.Original": 64,
}  # fmt: skip
ITEMS = {"Resources": 32, "Compliance.RelatedRequirements": 32, "FindingProviderFields.Types": 50, "ProductFields": 50}
KEY, VALUE, RESOURCE, REGION, SIZE, BATCH = 128, 2048, 512, 16, 240_000, 100
MOMENTS = ("FirstObservedAt", "LastObservedAt", "CreatedAt", "UpdatedAt")
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
NAMESPACE = "Software and Configuration Checks/"


@cache
def service() -> Any:
    """Give Security Hub's model."""
    return botocore.session.get_session().get_service_model("securityhub")


def problems(request: dict[str, Any]) -> list[str]:
    """Name what Security Hub would refuse in a request."""
    shape = service().operation_model("BatchImportFindings").input_shape
    said = ParamValidator().validate(request, shape).generate_report()
    found = [said] if said else list(_values(request, shape, ""))
    if found:
        return found
    if len(request["Findings"]) > BATCH:
        found.append("more than a hundred findings")
    if len({(each["AwsAccountId"], each["ProductArn"].split(":")[3]) for each in request["Findings"]}) != 1:
        found.append("several accounts or Regions")
    return [*found, *(trouble for each in request["Findings"] for trouble in _finding(each))]


def _values(value: Any, shape: Any, path: str) -> Iterator[str]:
    """Check what botocore's validator leaves out: words of a list, patterns, unknown members, the most items."""
    if shape.type_name == "structure":
        yield from (f"{path}.{name} is unknown" for name in value if name not in shape.members)
        below = [(each, shape.members[name], f"{path}.{name}") for name, each in value.items()]
    elif shape.type_name == "list":
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{path} has {len(value)} items"
        below = [(each, shape.member, path) for each in value]
    else:
        below = [(each, shape.value, path) for each in value.values()] if shape.type_name == "map" else []
    for each, inner, where in below:
        yield from _values(each, inner, where)
    if shape.type_name == "string":
        yield from _text(value, shape, path)


def _text(value: str, shape: Any, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"{path} is {value!r}"
    if not re.search(shape.metadata.get("pattern", ""), value):
        yield f"{path} is blank"


def _finding(finding: dict[str, Any]) -> Iterator[str]:
    for path, most in (LENGTHS | ITEMS).items():
        value: Any = finding
        for step in path.split("."):
            value = value.get(step, {})
        if len(value) > most:
            yield f"{path} is {len(value)} long"
    types = {*service().shape_for("ResourceDetails").members, "AwsAccount", "Other"}
    yield from (f"Resources.Type is {each['Type']}" for each in finding["Resources"] if each["Type"] not in types)
    held = {
        "AwsAccountId": re.fullmatch(r"\d{12}", finding["AwsAccountId"]),
        "ProductFields": all(len(key) <= KEY and len(each) <= VALUE for key, each in finding["ProductFields"].items()),
        "Types": all(kind.startswith(NAMESPACE) for kind in finding["FindingProviderFields"]["Types"]),
        "Resources": all(
            len(each["Id"]) <= RESOURCE and len(each.get("Region", "")) <= REGION for each in finding["Resources"]
        ),
        "size": len(json.dumps(finding)) <= SIZE,
        **{name: re.fullmatch(MOMENT, finding[name]) for name in MOMENTS},
    }
    yield from (name for name, good in held.items() if not good)
