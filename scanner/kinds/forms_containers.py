"""Forms of what ECS, S3 and AWS Config answer, in which two spellings of the same thing are the same.

A value that is not as a form expects stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scanner.model.canon import Bag, Labelled

SHARED_NETWORK = frozenset({"awsvpc", "host"})
"""The network modes in which a container's port is the host's, whether or not the definition repeats it."""

CAPABILITY = "com.amazonaws.ecs.capability."
PLACE = frozenset({"availability-zone", "subnet-id", "awsvpc-trunk-id", "ami-id", "instance-type"})
"""The attributes by which container instances of one sort differ, and those that their EC2 instances have."""

SETTLED: Mapping[str, str] = {
    "enabling": "enabled", "requested": "enabled", "disabling": "disabled",
    "locking-policy": "locked", "unlocking-policy": "unlocked",
}  # fmt: skip
"""How RDS writes a switch on its way (API_DBCluster, LocalWriteForwardingStatus; API_DBInstance)."""

GROUPS = "http://acs.amazonaws.com/groups/global/"


def task_definition(given: Any) -> Any:
    """Give a task definition in which each port mapping says the host's port as its network mode makes it.

    Port 0, a port that is left out, and in the modes awsvpc and host the container's own port are the same.
    Source: API_PortMapping, hostPort.
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("containerDefinitions"), list):
        return given
    shared = given.get("networkMode") in SHARED_NETWORK
    return {
        **given,
        "containerDefinitions": [_container(item, shared=shared) for item in given["containerDefinitions"]],
    }


def _container(given: Any, *, shared: bool) -> Any:
    if not isinstance(given, Mapping) or not isinstance(given.get("portMappings"), list):
        return given
    return {**given, "portMappings": [_mapping(item, shared=shared) for item in given["portMappings"]]}


def _mapping(given: Any, *, shared: bool) -> Any:
    if not isinstance(given, Mapping):
        return given
    if shared and not given.get("containerPortRange"):
        return {**given, "hostPort": given.get("containerPort")}
    return {**given, "hostPort": given.get("hostPort") or 0}


def number(given: Any) -> Any:
    """Read a whole number that is written as text."""
    return int(given) if isinstance(given, str) and given.isdecimal() else given


def lower(given: Any) -> Any:
    """Write an enumeration in small letters."""
    return given.lower() if isinstance(given, str) else given


def switches(given: Any) -> Any:
    """Give options without those that are off, which is what their absence means."""
    return {name: held for name, held in given.items() if held is not False} if isinstance(given, Mapping) else given


def failure(given: Any) -> Any:
    """Give a status only where it tells of a failure: `SUCCESS` and `PENDING` take turns."""
    return given if not isinstance(given, str) or "fail" in given.casefold() else None


def settled(given: Any) -> Any:
    """Give a switch by the position that it is moving to: `enabling` is enabled, `unlocking-policy` unlocked."""
    return SETTLED.get(given, given) if isinstance(given, str) else given


def instance_attributes(given: Any) -> Any:
    """Give the attributes of a container instance without what tells it from its like, and its capabilities as a set.

    The versions of Docker's API are left out: the agent's version says them. So are image and type of the machine,
    which are compared on its EC2 instance.
    """
    if not isinstance(given, list) or not all(isinstance(item, Mapping) and "name" in item for item in given):
        return given
    names = [str(item["name"]) for item in given]
    made: dict[str, Any] = {
        name.removeprefix("ecs."): item.get("value")
        for name, item in zip(names, given, strict=True)
        if not name.startswith(CAPABILITY) and name.removeprefix("ecs.") not in PLACE
        and not name.startswith("ecs.capability.")
    }  # fmt: skip
    can = (name.removeprefix(CAPABILITY).removeprefix("ecs.capability.") for name in names if ".capability." in name)
    return {**made, "capabilities": Bag(sorted({name for name in can if not name.startswith("docker-remote-api.")}))}


def acl_grants(given: Any) -> Any:
    """Give the grants of an access control list, each known by what it gives to whom.

    The display name, which S3 no longer gives everywhere, is left out. Source: API_Grantee.
    """
    if not isinstance(given, list) or not all(isinstance(item, Mapping) and "Permission" in item for item in given):
        return given
    return Bag(_grant(item) for item in given)


def _grant(item: Mapping[str, Any]) -> Labelled:
    who = item.get("Grantee") or {}
    name = str(who.get("URI", "")).removeprefix(GROUPS) or who.get("ID") or who.get("EmailAddress") or ""
    made = Labelled({"Grantee": name, "Permission": item["Permission"]})
    made.label = f"{item['Permission']} to {name}"
    return made


def bucket_encryption(given: Any) -> Any:
    """Give the rules of a bucket's default encryption; SSE-S3 alone, which every bucket has, is what absence means.

    A KMS key that is not named is the key aws/s3. Source: Amazon S3 User Guide, "Setting default server-side
    encryption behavior for Amazon S3 buckets".
    """
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        return given
    rules = [{name: held for name, held in item.items() if held not in (False, None)} for item in given]
    return None if rules == [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}] else rules


CONTAINERS: Mapping[str, Callable[[Any], Any]] = {
    function.__name__: function
    for function in (
        task_definition,
        number,
        lower,
        switches,
        failure,
        settled,
        instance_attributes,
        acl_grants,
        bucket_encryption,
    )
}
"""The forms by the names that the tables use."""
