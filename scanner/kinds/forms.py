"""What turns a part of an answer into what it means, so that two spellings of the same thing are the same.

Each form takes the plain value that lies at a path and gives a plain value, in which a `Bag` is a list whose order
means nothing and a `Labelled` an element that brings its own name. A value that is not as a form expects stays as it
is: an answer that AWS changes must still be compared.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any
from urllib.parse import unquote

from scanner.kinds.forms_balancers import BALANCERS
from scanner.kinds.forms_containers import CONTAINERS
from scanner.kinds.forms_network import NETWORK, endpoint_policy
from scanner.kinds.forms_policies import POLICIES, policy
from scanner.kinds.network_reasoning import Permission, permissions
from scanner.model.canon import Bag, Form, Labelled


def labelled(label: str, **members: Any) -> Labelled:
    """Make an element that brings its own name."""
    made = Labelled(members)
    made.label = label
    return made


def text(given: Any) -> Any:
    """Read JSON that lies as text in an answer."""
    try:
        return json.loads(unquote(given)) if isinstance(given, str) else given
    except ValueError:
        return given


def pairs(key: str, value: str) -> Form:
    """Give the form of a list of named values: a map."""

    def form(given: Any) -> Any:
        if not isinstance(given, list) or not all(isinstance(item, Mapping) and key in item for item in given):
            return given
        return {str(item[key]): item.get(value) for item in given}

    return form


def by(key: str) -> Form:
    """Give the form of a list of objects that are known by a member: a bag of named elements without that member."""

    def form(given: Any) -> Any:
        if not isinstance(given, list) or not all(isinstance(item, Mapping) and key in item for item in given):
            return given
        return Bag(labelled(str(item[key]), **dict(item)) for item in given)

    return form


def values(key: str) -> Form:
    """Give the form of a list of objects of which one member says all: a bag of its values."""

    def form(given: Any) -> Any:
        if not isinstance(given, list) or not all(isinstance(item, Mapping) and key in item for item in given):
            return given
        return Bag(item[key] for item in given)

    return form


def words(given: Any) -> Any:
    """Read names that are separated by commas: a bag."""
    return Bag(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given


def cidr(given: Any) -> Any:
    """Write an address range without host bits, in lower case."""
    try:
        return str(ipaddress.ip_network(given, strict=False))
    except ValueError:
        return given


def port_permissions(given: Any) -> Any:
    """Take a group's permissions apart into one element for each source: `tcp/22 from 0.0.0.0/0`."""
    if not isinstance(given, list) or not all(isinstance(item, Mapping) and "IpProtocol" in item for item in given):
        return given
    return Bag(_permission(item) for item in permissions(given))


def _permission(item: Permission) -> Labelled:
    peer = cidr(item.peer) if item.kind == "cidr" else item.peer
    made = labelled(f"{item.ports} from {peer}", protocol=item.protocol, peer=peer)
    if item.protocol != "-1":
        made |= {"from_port": item.from_port, "to_port": item.to_port}
    if item.description:
        made["description"] = item.description
    return made


def upper(given: Any) -> Any:
    """Write an enumeration in capitals."""
    return given.upper() if isinstance(given, str) else given


def name_of_arn(given: Any) -> Any:
    """Give the last word of an ARN, or a name as it is."""
    return given.rpartition("/")[2] if isinstance(given, str) else given


def without_revision(given: Any) -> Any:
    """Give a task definition's family, of its ARN or `family:revision`."""
    return given.rpartition("/")[2].partition(":")[0] if isinstance(given, str) else given


PAIRS = (
    "Key Value", "key value", "Name Value", "name value", "TagKey TagValue", "ParameterKey ParameterValue",
    "name valueFrom", "type value", "namespace value", "hostname ipAddress", "OutputKey OutputValue",
    "AttributeName AttributeValues", "AttributeName AttributeValue",
    "DBParameterGroupName ParameterApplyStatus", "ParameterName ParameterValue",
)  # fmt: skip
VALUES = (
    "Arn", "PolicyArn", "VpcSecurityGroupId", "DBSecurityGroupName", "SubnetIdentifier", "OptionGroupName",
    "DBClusterOptionGroupName", "DBInstanceAutomatedBackupsArn",
)  # fmt: skip


def _forms() -> Iterator[tuple[str, Form]]:
    for function in (text, words, cidr, port_permissions, upper, name_of_arn, without_revision):
        yield function.__name__, function
    for spelling in PAIRS:
        yield f"pairs {spelling}", pairs(*spelling.split())
    for member in ("Name", "name", "Id", "ID", "Key"):
        yield f"by {member}", by(member)
    for member in VALUES:
        yield f"values {member}", values(member)
    yield from CONTAINERS.items()
    yield from POLICIES.items()
    yield from NETWORK.items()
    yield from BALANCERS.items()
    yield "endpoint policy", endpoint_policy(policy)


def careful(form: Form) -> Form:
    """Make a form that gives back as it is what it was not made for, however deep that lies."""

    @wraps(form)
    def tried(given: Any) -> Any:
        try:
            return form(given)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
            return given

    return tried


FORMS: Mapping[str, Callable[[Any], Any]] = {name: careful(form) for name, form in _forms()}
"""The forms by the names that the tables use."""
