from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from scanner.demo.server import DemoServer
from tests.remediation.twin.twinned import Clients, rebuilt, serving

pytestmark = pytest.mark.long

RDS = tuple(
    f"RDS::{name}"
    for name in "DBInstance DBCluster DBSubnetGroup DBParameterGroup DBClusterParameterGroup DBSnapshot".split()
)
EFS = tuple(f"EFS::{name}" for name in ("FileSystem", "MountTarget", "AccessPoint"))
ALONG = ("EC2::VPC", "EC2::Subnet", "EC2::SecurityGroup")
OWNER = [{"Key": "owner", "Value": "platform"}]


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with serving() as started:
        yield started


@pytest.fixture
def moto(server: DemoServer) -> DemoServer:
    urlopen(Request(f"{server.url}/moto-api/reset", method="POST")).read()
    return server


def databases(clients: Clients) -> None:
    rds, ec2 = clients("rds"), clients("ec2")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]]
    rds.create_db_subnet_group(DBSubnetGroupName="in", DBSubnetGroupDescription="private", SubnetIds=subnets)
    rds.create_db_parameter_group(DBParameterGroupName="tls", DBParameterGroupFamily="mysql8.0", Description="TLS only")
    only = {"ParameterName": "require_secure_transport", "ParameterValue": "ON", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName="tls", Parameters=[only])
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="tls", DBParameterGroupFamily="aurora-mysql8.0", Description="TLS only"
    )
    (group,) = ec2.describe_security_groups()["SecurityGroups"]
    rds.create_db_instance(
        DBInstanceIdentifier="claims", DBInstanceClass="db.t3.medium", Engine="mysql", EngineVersion="8.0.40",
        AllocatedStorage=20, MasterUsername="claims", MasterUserPassword="not kept anywhere", DBSubnetGroupName="in",
        DBParameterGroupName="tls", BackupRetentionPeriod=7, MultiAZ=True, StorageEncrypted=False, Tags=OWNER,
        VpcSecurityGroupIds=[group["GroupId"]], EnableCloudwatchLogsExports=["error"], DeletionProtection=True,
    )  # fmt: skip
    rds.create_db_cluster(
        DBClusterIdentifier="ehr", Engine="aurora-mysql", EngineVersion="8.0.mysql_aurora.3.08.0", MasterUsername="ehr",
        ManageMasterUserPassword=True, DBSubnetGroupName="in", DBClusterParameterGroupName="tls", Tags=OWNER,
        BackupRetentionPeriod=14,
    )  # fmt: skip
    rds.create_db_instance(
        DBInstanceIdentifier="ehr-1", DBClusterIdentifier="ehr", DBInstanceClass="db.r6g.large", Engine="aurora-mysql"
    )
    rds.create_db_snapshot(DBInstanceIdentifier="claims", DBSnapshotIdentifier="before-upgrade")
    rds.modify_db_snapshot_attribute(
        DBSnapshotIdentifier="before-upgrade", AttributeName="restore", ValuesToAdd=["444455556666"]
    )


def test_databases_come_back_with_their_groups_and_snapshots(moto: DemoServer) -> None:
    before, found, lacking = rebuilt(moto, databases, *RDS, *ALONG)
    assert lacking == {}
    assert {each.kind.removeprefix("AWS::") for each in before} >= set(RDS)
    assert [each for each in found if each.resource[2].removeprefix("AWS::") in RDS] == []


def shares(clients: Clients) -> None:
    efs, ec2 = clients("efs"), clients("ec2")
    name = efs.create_file_system(CreationToken="phi", Encrypted=True, Backup=True, Tags=OWNER)["FileSystemId"]
    efs.put_lifecycle_configuration(FileSystemId=name, LifecyclePolicies=[{"TransitionToIA": "AFTER_30_DAYS"}])
    tls = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    policy = {"Version": "2012-10-17", "Statement": [{**tls, "Condition": condition}]}
    efs.put_file_system_policy(FileSystemId=name, Policy=json.dumps(policy))
    subnet, group = ec2.describe_subnets()["Subnets"][0], ec2.describe_security_groups()["SecurityGroups"][0]
    efs.create_mount_target(FileSystemId=name, SubnetId=subnet["SubnetId"], SecurityGroups=[group["GroupId"]])
    efs.create_access_point(FileSystemId=name, PosixUser={"Uid": 1000, "Gid": 1000}, RootDirectory={"Path": "/claims"})


def test_a_file_system_comes_back_with_its_doors(moto: DemoServer) -> None:
    before, found, lacking = rebuilt(moto, shares, *EFS, *ALONG)
    assert lacking == {}
    assert {each.kind.removeprefix("AWS::") for each in before} >= set(EFS)
    assert [each for each in found if each.resource[2].removeprefix("AWS::") in EFS] == []
