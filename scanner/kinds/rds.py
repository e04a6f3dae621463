"""RDS and Aurora: instances, clusters, the networks and the parameters that they stand on.

DocumentDB and Neptune share this API: their instances and clusters are listed here as well, told by their engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scanner.kinds.common import tagged, tags
from scanner.kinds.rds_reading import copied_to, synced
from scanner.model.call import each, shared, then
from scanner.model.kind import Const, Kind, fact

PARAMETERS = ("rds.force_ssl", "require_secure_transport")
"""The parameters that are asked for, of the hundreds that a group has."""


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of a group; an empty value is the engine's own default.

    `source` is `user`, `system` or `engine-default`: AWS lists defaults too.
    """

    name: str
    value: str = ""
    source: str = ""


def parameters(items: Sequence[Mapping[str, Any]]) -> tuple[Parameter, ...]:
    """Read the parameters of a group."""
    return tuple(
        Parameter(item["ParameterName"], str(item.get("ParameterValue") or ""), item.get("Source", ""))
        for item in items
    )


class GroupUse(msgspec.Struct, frozen=True):
    """A parameter group that a database uses; `status` is `in-sync` where what the group says is in force."""

    name: str
    status: str = "in-sync"


def _groups(items: Sequence[Mapping[str, str]]) -> tuple[GroupUse, ...]:
    return tuple(GroupUse(item["DBParameterGroupName"], item["ParameterApplyStatus"]) for item in items)


class DBInstance(Kind, cfn="AWS::RDS::DBInstance", tf=("aws_db_instance", "aws_rds_cluster_instance")):
    """A database instance; one of a cluster names it (`cluster`), and most of its settings are the cluster's."""

    box = each("rds.DescribeDBInstances", "DBInstances")
    version = shared(
        "rds.DescribeDBEngineVersions",
        "DBEngineVersions",
        own="$box.EngineVersion",
        key="EngineVersion",
        Engine="$box.Engine",
        EngineVersion="$box.EngineVersion",
        IncludeAll=True,
        when="not box.DBClusterIdentifier",
    )

    id: str = fact("box.DBInstanceIdentifier", plan="identifier", template="DBInstanceIdentifier", sample="claims")
    arn: str = fact("box.DBInstanceArn", plan="arn", sample="arn:aws:rds:us-east-1:123456789012:db:claims")
    tags: Mapping[str, str] = fact("box.TagList", plan="tags", template="Tags", parse=tags(), default={})
    engine: str = fact("box.Engine", plan="engine", template="Engine", sample="postgres")
    engine_version: str = fact("box.EngineVersion", plan="engine_version", template="EngineVersion", sample="16.4")
    status: str = fact("box.DBInstanceStatus", plan=Const("available"), template=Const("available"), sample="available")
    cluster: str = fact(
        "box.DBClusterIdentifier", plan="cluster_identifier", template="DBClusterIdentifier", default=""
    )
    source: str = fact(
        "box.ReadReplicaSourceDBInstanceIdentifier | box.ReadReplicaSourceDBClusterIdentifier",
        plan="replicate_source_db",
        template="SourceDBInstanceIdentifier",
        default="",
        doc="What the instance is a read replica of; empty where it is none.",
    )
    encrypted: bool = fact("box.StorageEncrypted", plan="storage_encrypted", template="StorageEncrypted", sample=True)
    key: str = fact("box.KmsKeyId", plan="kms_key_id", template="KmsKeyId", default="")
    public: bool = fact(
        "box.PubliclyAccessible", plan="publicly_accessible", template="PubliclyAccessible", sample=False
    )
    multi_az: bool = fact("box.MultiAZ", plan="multi_az", template="MultiAZ", sample=True)
    retention: int = fact(
        "box.BackupRetentionPeriod",
        plan="backup_retention_period",
        template="BackupRetentionPeriod",
        sample=7,
        doc="Days for which automated backups are kept; 0 where there are none.",
    )
    deletion_protection: bool = fact(
        "box.DeletionProtection", plan="deletion_protection", template="DeletionProtection", sample=True
    )
    iam_authentication: bool = fact(
        "box.IAMDatabaseAuthenticationEnabled",
        plan="iam_database_authentication_enabled",
        template="EnableIAMDatabaseAuthentication",
        sample=True,
    )
    minor_upgrades: bool = fact(
        "box.AutoMinorVersionUpgrade",
        plan="auto_minor_version_upgrade",
        template="AutoMinorVersionUpgrade",
        default={"plan": True, "template": True},
        sample=True,
    )
    monitoring_interval: int = fact(
        "box.MonitoringInterval",
        plan="monitoring_interval",
        template="MonitoringInterval",
        default={"plan": 0, "template": 0},
        sample=60,
        doc="Seconds between two measurements of the operating system; 0 where there are none.",
    )
    exported_logs: tuple[str, ...] = fact(
        "box.EnabledCloudwatchLogsExports",
        plan="enabled_cloudwatch_logs_exports",
        template="EnableCloudwatchLogsExports",
        default=(),
        sample=("postgresql", "upgrade", "iam-db-auth-error"),
    )
    exportable_logs: tuple[str, ...] = fact(
        "version",
        parse=lambda version: tuple(version.get("ExportableLogTypes") or ()),
        sample=("postgresql", "upgrade", "iam-db-auth-error"),
        doc="The types of log that this version of the engine can send to CloudWatch Logs.",
    )
    parameter_groups: tuple[GroupUse, ...] = fact(
        "box.DBParameterGroups",
        plan="parameter_group_name",
        template="DBParameterGroupName",
        parse={"api": _groups, "plan": lambda name: (GroupUse(name),), "template": lambda name: (GroupUse(name),)},
        sample=(GroupUse("claims-parameters"),),
    )
    port: int = fact("box.Endpoint.Port", plan="port", template="Port", parse=int, sample=5432)
    security_groups: tuple[str, ...] = fact(
        "box.VpcSecurityGroups[].VpcSecurityGroupId",
        plan="vpc_security_group_ids",
        template="VPCSecurityGroups",
        sample=("sg-1",),
    )
    vpc: str = fact("box.DBSubnetGroup.VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    subnets: tuple[str, ...] = fact(
        "box.DBSubnetGroup.Subnets[].SubnetIdentifier", default={"api": ()}, sample=("subnet-1",)
    )
    zone: str = fact("box.AvailabilityZone", plan="availability_zone", default={"api": ""}, sample="us-east-1a")
    copied_to: tuple[str, ...] = fact("box", parse=copied_to, sample=(), doc="Regions where replicas of it lie.")
    volatile = ("box.LatestRestorableTime", "box.StatusInfos", "box.PercentProgress", "box.DBInstanceStatus")

    @property
    def custom(self) -> bool:
        """Whether it is one of RDS Custom, whose host the customer runs."""
        return self.engine.startswith("custom-")


class DBCluster(Kind, cfn="AWS::RDS::DBCluster", tf="aws_rds_cluster"):
    """A cluster: of Aurora, or of three instances in three zones (Multi-AZ DB cluster)."""

    box = each("rds.DescribeDBClusters", "DBClusters")

    id: str = fact("box.DBClusterIdentifier", plan="cluster_identifier", template="DBClusterIdentifier", sample="ehr")
    arn: str = fact("box.DBClusterArn", plan="arn", sample="arn:aws:rds:us-east-1:123456789012:cluster:ehr")
    tags: Mapping[str, str] = fact("box.TagList", plan="tags", template="Tags", parse=tags(), default={})
    engine: str = fact("box.Engine", plan="engine", template="Engine", sample="aurora-postgresql")
    engine_mode: str = fact(
        "box.EngineMode", plan="engine_mode", template="EngineMode", default="provisioned", sample="provisioned"
    )
    encrypted: bool = fact("box.StorageEncrypted", plan="storage_encrypted", template="StorageEncrypted", sample=True)
    key: str = fact("box.KmsKeyId", plan="kms_key_id", template="KmsKeyId", default="")
    multi_az: bool = fact("box.MultiAZ", sample=True)
    public: bool = fact(
        "box.PubliclyAccessible",
        template="PubliclyAccessible",
        default={"api": False},
        sample=False,
        doc="Said of Multi-AZ DB clusters only; of Aurora, each instance says it.",
    )
    gateway: bool = fact(
        "box.InternetAccessGatewayEnabled",
        default={"api": False},
        sample=False,
        doc="Whether an internet access gateway leads to it (Aurora PostgreSQL, express configuration).",
    )
    retention: int = fact(
        "box.BackupRetentionPeriod",
        plan="backup_retention_period",
        template="BackupRetentionPeriod",
        default={"plan": 1, "template": 1},
        sample=7,
    )
    deletion_protection: bool = fact(
        "box.DeletionProtection",
        plan="deletion_protection",
        template="DeletionProtection",
        default={"plan": False, "template": False},
        sample=True,
    )
    members: tuple[str, ...] = fact(
        "box.DBClusterMembers[].DBInstanceIdentifier", default={"api": ()}, sample=("ehr-1", "ehr-2")
    )
    parameter_group: str = fact(
        "box.DBClusterParameterGroup",
        plan="db_cluster_parameter_group_name",
        template="DBClusterParameterGroupName",
        sample="ehr-parameters",
    )
    parameters_in_force: bool = fact("box.DBClusterMembers", parse=synced, default={"api": True}, sample=True)
    port: int = fact("box.Port", plan="port", template="Port", parse=int, sample=5432)
    security_groups: tuple[str, ...] = fact(
        "box.VpcSecurityGroups[].VpcSecurityGroupId",
        plan="vpc_security_group_ids",
        template="VpcSecurityGroupIds",
        sample=("sg-1",),
    )
    subnet_group: str = fact(
        "box.DBSubnetGroup",
        plan="db_subnet_group_name",
        template="DBSubnetGroupName",
        default={"api": ""},
        sample="private",
    )
    copied_to: tuple[str, ...] = fact("box", parse=copied_to, sample=(), doc="Regions where replicas of it lie.")
    global_cluster: str = fact("box.GlobalClusterIdentifier", default={"api": ""}, doc="The global database it is of.")
    volatile = tuple(
        f"box.{name}"
        for name in (
            "LatestRestorableTime EarliestRestorableTime EarliestBacktrackTime BacktrackConsumedChangeRecords Capacity "
            "PercentProgress Status StatusInfos"
        ).split()
    )

    @property
    def aurora(self) -> bool:
        """Whether it is a cluster of Aurora."""
        return self.engine.startswith("aurora")


class DBSubnetGroup(Kind, cfn="AWS::RDS::DBSubnetGroup", tf="aws_db_subnet_group"):
    """The subnets among which RDS places databases."""

    box = each("rds.DescribeDBSubnetGroups", "DBSubnetGroups")
    labels = tagged("$box.DBSubnetGroupArn", "rds:subgrp")

    id: str = fact("box.DBSubnetGroupName", plan="name", template="DBSubnetGroupName", sample="private")
    arn: str = fact("box.DBSubnetGroupArn", plan="arn", sample="arn:aws:rds:us-east-1:123456789012:subgrp:private")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    vpc: str = fact("box.VpcId", plan="vpc_id", sample="vpc-0123456789abcdef0")
    subnets: tuple[str, ...] = fact(
        "box.Subnets[].SubnetIdentifier", plan="subnet_ids", template="SubnetIds", sample=("subnet-1",)
    )


class DBParameterGroup(Kind, cfn="AWS::RDS::DBParameterGroup", tf="aws_db_parameter_group"):
    """A parameter group of instances, with those parameters that rules read (`PARAMETERS`)."""

    arn_format = "arn:{partition}:rds:{region}:{account}:pg:{id}"

    box = each("rds.DescribeDBParameterGroups", "DBParameterGroups")
    said = then(
        "rds.DescribeDBParameters",
        "Parameters",
        DBParameterGroupName="$box.DBParameterGroupName",
        Filters=[{"Name": "parameter-name", "Values": list(PARAMETERS)}],
    )
    labels = tagged("$box.DBParameterGroupArn", "rds:pg")

    id: str = fact("box.DBParameterGroupName", plan="name", template="DBParameterGroupName", sample="claims-parameters")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    family: str = fact("box.DBParameterGroupFamily", plan="family", template="Family", sample="postgres16")
    parameters: tuple[Parameter, ...] = fact("said", parse=parameters, sample=())


class DBClusterParameterGroup(Kind, cfn="AWS::RDS::DBClusterParameterGroup", tf="aws_rds_cluster_parameter_group"):
    """A parameter group of clusters, with those parameters that rules read (`PARAMETERS`)."""

    arn_format = "arn:{partition}:rds:{region}:{account}:cluster-pg:{id}"

    box = each("rds.DescribeDBClusterParameterGroups", "DBClusterParameterGroups")
    said = then(
        "rds.DescribeDBClusterParameters",
        "Parameters",
        DBClusterParameterGroupName="$box.DBClusterParameterGroupName",
        Filters=[{"Name": "parameter-name", "Values": list(PARAMETERS)}],
    )
    labels = tagged("$box.DBClusterParameterGroupArn", "rds:cluster-pg")

    id: str = fact(
        "box.DBClusterParameterGroupName", plan="name", template="DBClusterParameterGroupName", sample="ehr-parameters"
    )
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    family: str = fact("box.DBParameterGroupFamily", plan="family", template="Family", sample="aurora-postgresql16")
    parameters: tuple[Parameter, ...] = fact("said", parse=parameters, sample=())
