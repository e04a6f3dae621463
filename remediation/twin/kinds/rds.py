"""RDS: databases and clusters, where they lie, their parameters and their snapshots."""

from __future__ import annotations

from typing import Any

from remediation.twin.later import renamed
from remediation.twin.registry import builds
from remediation.twin.site import Site, UnbuiltError, doc, fitting
from remediation.twin.standin import PLACEHOLDER
from remediation.twin.tagging import pairs
from scanner.model.resource import Resource

_OF_AWS = ("default.", "default:")
_MOTOS_KEY = "default_kms_key_id"
"""What moto says in the place of the AWS managed key that it never makes."""


@builds("AWS::RDS::DBSubnetGroup")
def subnet_group(site: Site, resource: Resource) -> None:
    """Make the subnet group."""
    box = doc(resource, "box")
    made = site.call(
        resource, "rds.CreateDBSubnetGroup", **fitting("rds.CreateDBSubnetGroup", box),
        SubnetIds=[each["SubnetIdentifier"] for each in box["Subnets"]], Tags=pairs(resource) or None,
    )["DBSubnetGroup"]  # fmt: skip
    site.pair(box["DBSubnetGroupArn"], made["DBSubnetGroupArn"])


@builds("AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup")
def parameter_group(site: Site, resource: Resource) -> None:
    """Make the parameter group with what was set in it; AWS's default groups come with the databases."""
    box, of = doc(resource, "box"), resource.kind.rpartition(":")[2]
    if box[f"{of}Name"].startswith(_OF_AWS):
        return
    wanted = fitting(f"rds.Create{of}", box)
    site.call(resource, f"rds.Create{of}", **wanted, Tags=pairs(resource) or None)
    names = ("ParameterName", "ParameterValue", "ApplyMethod")
    said = [
        {name: each[name] for name in names if name in each}
        for each in doc(resource, "said") or ()
        if each.get("ParameterValue") is not None and each.get("Source", "user") == "user"
    ]
    if said:
        site.call(resource, f"rds.Modify{of}", **{f"{of}Name": box[f"{of}Name"]}, Parameters=said)


def _common(site: Site, resource: Resource) -> dict[str, Any]:
    """Give what instances and clusters are asked for in other words than they are described in.

    A password's key that is not in the twin is AWS's own, which is taken where none is named.
    """
    box = doc(resource, "box")
    key = box.get("KmsKeyId")
    secret = box.get("MasterUserSecret")
    under = (secret or {}).get("KmsKeyId")
    return {
        "VpcSecurityGroupIds": [each["VpcSecurityGroupId"] for each in box.get("VpcSecurityGroups", ())] or None,
        "EnableCloudwatchLogsExports": box.get("EnabledCloudwatchLogsExports") or None,
        "EnableIAMDatabaseAuthentication": box.get("IAMDatabaseAuthenticationEnabled"),
        "KmsKeyId": None if key == _MOTOS_KEY else key,
        "ManageMasterUserPassword": True if secret else None,
        "MasterUserSecretKmsKeyId": under if renamed(site, under) else None,
        "MasterUserPassword": None if secret else PLACEHOLDER,
        "Tags": pairs(resource) or None,
    }


@builds("AWS::RDS::DBCluster")
def cluster(site: Site, resource: Resource) -> None:
    """Make the cluster; its instances follow."""
    box = doc(resource, "box")
    wanted = {
        **fitting("rds.CreateDBCluster", box, "AllocatedStorage", "StorageType", "ScalingConfiguration"),
        **_common(site, resource),
        "DBSubnetGroupName": box.get("DBSubnetGroup"),
        "DBClusterParameterGroupName": _own(box.get("DBClusterParameterGroup")),
    }
    made = site.call(resource, "rds.CreateDBCluster", **wanted)["DBCluster"]
    _pair(site, box, made, "DBClusterArn", "DbClusterResourceId", "Endpoint", "ReaderEndpoint")


def _own(name: str | None) -> str | None:
    return None if str(name or "").startswith(_OF_AWS) else name


def _pair(site: Site, ours: dict[str, Any], theirs: dict[str, Any], *members: str) -> None:
    for member in members:
        one, other = ours.get(member), theirs.get(member)
        if isinstance(one, str) and isinstance(other, str):
            site.pair(one, other)
    secret, other = (each.get("MasterUserSecret") or {} for each in (ours, theirs))
    site.pair(secret.get("SecretArn"), other.get("SecretArn"))
    if secret and not renamed(site, secret.get("KmsKeyId")):
        site.pair(secret.get("KmsKeyId"), other.get("KmsKeyId"))


@builds("AWS::RDS::DBInstance")
def instance(site: Site, resource: Resource) -> None:
    """Make the instance, alone or in its cluster."""
    box = doc(resource, "box")
    wanted = {
        **fitting("rds.CreateDBInstance", box),
        **_common(site, resource),
        "Port": box.get("Endpoint", {}).get("Port"),
        "DBSubnetGroupName": box.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "DBParameterGroupName": _own((box.get("DBParameterGroups") or [{}])[0].get("DBParameterGroupName")),
        "OptionGroupName": _own((box.get("OptionGroupMemberships") or [{}])[0].get("OptionGroupName")),
        "DBSecurityGroups": None,
    }
    if box.get("MultiAZ"):
        wanted.pop("AvailabilityZone", None)
    if box.get("DBClusterIdentifier"):
        for name in ("MasterUsername", "MasterUserPassword", "ManageMasterUserPassword", "MasterUserSecretKmsKeyId"):
            wanted.pop(name, None)
    made = site.call(resource, "rds.CreateDBInstance", **wanted)["DBInstance"]
    _pair(site, box, made, "DBInstanceArn", "DbiResourceId")
    _pair(site, box.get("Endpoint", {}), made.get("Endpoint", {}), "Address")


@builds("AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot")
def snapshot(site: Site, resource: Resource) -> None:
    """Make a snapshot that was made by hand, and share it as it is shared; find one that RDS made by itself."""
    box, of = doc(resource, "box"), resource.kind.rpartition(":")[2]
    owner = {"DBSnapshot": "DBInstanceIdentifier", "DBClusterSnapshot": "DBClusterIdentifier"}[of]
    name = {f"{of}Identifier": box[f"{of}Identifier"]}
    if box["SnapshotType"] != "manual":
        seen = site.call(resource, f"rds.Describe{of}s", **{owner: box[owner]}, SnapshotType=box["SnapshotType"])
        free = [each for each in seen[f"{of}s"] if site.pairs.real(each[f"{of}Arn"]) == each[f"{of}Arn"]]
        if not free:
            raise UnbuiltError(f"rds.Create{of}: RDS has made no {box['SnapshotType']} snapshot in the twin")
        site.pair(box[f"{of}Identifier"], free[0][f"{of}Identifier"])
        site.pair(box[f"{of}Arn"], free[0][f"{of}Arn"])
        return
    site.call(resource, f"rds.Create{of}", **name, **{owner: box[owner]}, Tags=pairs(resource) or None)
    for each in doc(resource, "attributes") or ():
        if each.get("AttributeName") == "restore" and each.get("AttributeValues"):
            shared = {"AttributeName": "restore", "ValuesToAdd": each["AttributeValues"]}
            site.call(resource, f"rds.Modify{of}Attribute", **name, **shared)
