"""`cell-alpha`, `cell-beta`, `cell-gamma`: client cells of one blueprint, so that a drifted one stands out.

Each holds one client's compliance analytics: a VPC, a key, records in S3 and DynamoDB, a service on Fargate, and a
utility host that takes in files. Gamma has been worked on by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.demo.systems import care, edge
from scanner.demo.systems.cloud import Cloud, instance_profile, pairs, role, specification, tagged
from scanner.demo.systems.containers import cluster, container, inside, log_group, push, repository, service, task
from scanner.demo.systems.foundation import deployer, person
from scanner.demo.systems.hosts import BLOCK_METADATA, JOIN, METADATA_SERVICE, Host, fleet, join
from scanner.demo.systems.network import FULL_RECORD, Network, network, opened, trusted
from scanner.demo.systems.policies import CONTAINER_HOST, SYSTEMS_MANAGER, allow, document, world_readable
from scanner.demo.systems.storage import bucket

if TYPE_CHECKING:
    from scanner.demo.systems.foundation import Foundation

_MISTAKEN_ADDRESS = "192.0.2.0/32"


@dataclass(frozen=True)
class Cell:
    """What the blueprint is given for a client."""

    client: str
    cidr: str
    drifted: bool = False


ALPHA = Cell("alpha", "10.64.0.0/16")
BETA = Cell("beta", "10.65.0.0/16")
GAMMA = Cell("gamma", "10.66.0.0/16", drifted=True)


def build(cloud: Cloud, foundation: Foundation, cell: Cell) -> None:
    """Fill a cell's account."""
    home = network(
        cloud,
        f"cell-{cell.client}",
        cell.cidr,
        flow_logs_to=None if cell.drifted else foundation.flow_log_role,
        flow_log_format=FULL_RECORD,
    )
    records = f"cell-{cell.client}-records-{cloud.account}"
    tags = tagged(f"records-{cell.client}", "production", phi=True, owner="analytics")
    bucket(cloud, records, tags, key=foundation.key)
    cloud.client("dynamodb").create_table(
        TableName="incidents",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=pairs(tagged("incidents", "production", phi=True)),
    )
    person(cloud, "sre", mfa=True)
    deployer(cloud, "terraform", restricted=True)
    cluster(cloud, "analytics", insights="enabled")
    _analytics(home, foundation, cell, records)
    _utility(home, cell)
    care.strong_passwords(cloud)
    care.tidy_images(cloud, "compliance-analytics")
    endpoints = home.group("endpoints", opened(443, home.cidr), purpose="VPC endpoints")
    if cell.drifted:
        _drift(home, records)
        care.gateway_endpoint(home, "s3")
    else:
        care.keep_records(cloud, records)
        care.own_key_on_fargate(cloud, "analytics", foundation.key)
        care.copy_table(cloud, "incidents", plan=True)
        care.private_ways(home, [endpoints])


def _analytics(home: Network, foundation: Foundation, cell: Cell, records: str) -> None:
    cloud = home.cloud
    uri = repository(cloud, "compliance-analytics", sound=True, key=foundation.key)
    digest = push(cloud, "compliance-analytics", "7.3.0", user="10001")
    log_group(cloud, "/ecs/compliance-analytics", key=foundation.key)
    front = home.group("analytics-front", opened(443, "0.0.0.0/0"), purpose="Load balancer")
    group = home.group("analytics", trusted(8443, front), purpose="compliance-analytics tasks")
    balancer = edge.balancer(home, f"cell-{cell.client}", home.subnets("public", "production"), [front], "production")
    target = edge.targets(home, "compliance-analytics", protocol="HTTPS", port=8443)
    edge.https(home, balancer, edge.certificate(cloud, f"{cell.client}.analytics.example.org"), target)
    reading = allow(["s3:GetObject"], [f"arn:aws:s3:::{records}/*"])
    definition = task(
        cloud,
        "compliance-analytics",
        [container("compliance-analytics", f"{uri}@{digest}")],
        taskRoleArn=role(cloud, "analytics-task", ["ecs-tasks"], inline={"read": reading}, only_own_account=True),
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
    )
    service(
        cloud,
        "analytics",
        "compliance-analytics",
        definition,
        2,
        launchType="FARGATE",
        networkConfiguration=inside(home, [group]),
        loadBalancers=[{"targetGroupArn": target, "containerName": "compliance-analytics", "containerPort": 8443}],
    )


def _utility(home: Network, cell: Cell) -> None:
    """One host that takes in files; gamma's keeps containers from an address that is nobody's."""
    cloud = home.cloud
    cluster(cloud, "utility", insights="enabled")
    role(cloud, "utility-host", ["ec2"], managed=[CONTAINER_HOST, SYSTEMS_MANAGER])
    instance_profile(cloud, "utility-host")
    overlay = [opened(6783, cell.cidr)] if cell.drifted else []
    group = home.group("utility-hosts", *overlay, purpose="File intake")
    address = _MISTAKEN_ADDRESS if cell.drifted else METADATA_SERVICE
    host = Host(
        "utility-host",
        profile="utility-host",
        groups=(group,),
        user_data=JOIN.format(cluster="utility") + BLOCK_METADATA.format(address=address),
        hops=2 if cell.drifted else 1,
    )
    subnets = home.subnets("private", "production")
    join(cloud, "utility", fleet(home, host, subnets[:1] if cell.drifted else subnets, 1))


def _drift(home: Network, records: str) -> None:
    """What was done to gamma by hand: a quick SSH rule, a shared snapshot, an open bucket, one copy to save money."""
    cloud, ec2 = home.cloud, home.cloud.client("ec2")
    home.group("support-access", opened(22, "0.0.0.0/0"), opened(3389, "0.0.0.0/0"), purpose="Vendor support")
    tags = tagged("vendor-share", "production", phi=True)
    volume = ec2.create_volume(
        AvailabilityZone=f"{home.region}a", Size=20, Encrypted=False, TagSpecifications=specification("volume", tags)
    )["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume, TagSpecifications=specification("snapshot", tags))["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    s3 = cloud.client("s3")
    s3.delete_public_access_block(Bucket=records)
    s3.put_bucket_policy(Bucket=records, Policy=json.dumps(document(world_readable(records))))
    cloud.client("ecs").update_service(cluster="analytics", service="compliance-analytics", desiredCount=1)
    person(cloud, "vendor-support", mfa=False, keys=1)
