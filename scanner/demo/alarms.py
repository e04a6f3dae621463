"""What sets off the classic alarms in the demo's nights, and is put right a night later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scanner.demo.finding import named, vpc_named
from scanner.demo.replacing import Member, replace_member
from scanner.demo.systems.containers import push, task
from scanner.demo.systems.hosts import IMAGE, image

if TYPE_CHECKING:
    from scanner.demo.organisation import Organisation
    from scanner.demo.systems.cloud import Cloud

PARTNER = "444455556666"
NEW_IMAGE = "house-linux-2026-03-try"
_ANYWHERE = "0.0.0.0/0"


def recorder(_org: Organisation, cloud: Cloud, *, on: bool) -> None:
    """Start or stop AWS Config's recorder in the home Region."""
    config = cloud.client("config")
    (config.start_configuration_recorder if on else config.stop_configuration_recorder)(
        ConfigurationRecorderName="default"
    )


def detector(_org: Organisation, cloud: Cloud, *, on: bool) -> None:
    """Enable or suspend GuardDuty's detector in the home Region."""
    guardduty = cloud.client("guardduty")
    (found,) = guardduty.list_detectors()["DetectorIds"]
    guardduty.update_detector(DetectorId=found, Enable=on)


def tunnel_log(_org: Organisation, cloud: Cloud, *, name: str, number: int, on: bool) -> None:
    """Let a tunnel of a VPN connection log to CloudWatch Logs, or no longer."""
    ec2 = cloud.client("ec2")
    found = named(ec2.describe_vpn_connections()["VpnConnections"], name)
    options: dict[str, Any] = {"LogEnabled": on}
    if on:
        options |= {"LogGroupArn": cloud.arn("logs", f"log-group:/vpn/{name}:*"), "LogOutputFormat": "json"}
    ec2.modify_vpn_tunnel_options(
        VpnConnectionId=found["VpnConnectionId"],
        VpnTunnelOutsideIpAddress=found["Options"]["TunnelOptions"][number]["OutsideIpAddress"],
        TunnelOptions={"LogOptions": {"CloudWatchLogOptions": options}},
    )


def partner_reads(_org: Organisation, cloud: Cloud, *, may: bool) -> None:
    """Let a partner's account read the records, by a statement of the bucket's policy, or take it back."""
    s3, bucket = cloud.client("s3"), f"phi-cluster-records-{cloud.account}"
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    statement = {
        "Sid": "PartnerReads",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{PARTNER}:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy["Statement"] = [each for each in policy["Statement"] if each.get("Sid") != statement["Sid"]]
    if may:
        policy["Statement"].append(statement)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def way_out(_org: Organisation, cloud: Cloud, *, is_open: bool) -> None:
    """Lead a private subnet of cell-beta straight to the internet, or to its NAT gateway again."""
    ec2, vpc = cloud.client("ec2"), vpc_named(cloud, "cell-beta")
    table = named(ec2.describe_route_tables()["RouteTables"], "cell-beta-production-private-a")["RouteTableId"]
    if is_open:
        (gateway,) = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])[
            "InternetGateways"
        ]
        target = {"GatewayId": gateway["InternetGatewayId"]}
    else:
        gateways = ec2.describe_nat_gateways(Filter=[{"Name": "vpc-id", "Values": [vpc]}])["NatGateways"]
        target = {"NatGatewayId": named(gateways, "cell-beta-production-a")["NatGatewayId"]}
    ec2.replace_route(RouteTableId=table, DestinationCidrBlock=_ANYWHERE, **target)


def member_of_another_image(organisation: Organisation, cloud: Cloud, *, other: bool) -> None:
    """Replace a host of the cluster of PHI by one of another machine image, or that one by one of the house's."""
    ec2 = cloud.client("ec2")
    wanted, out = (NEW_IMAGE, IMAGE) if other else (IMAGE, NEW_IMAGE)
    member = Member("phi-cluster", "phi-host", "phi-cluster", "phi-host", image=image(ec2, wanted))
    replace_member(organisation, cloud, member, of_image=image(ec2, out))


def clinic_image(_org: Organisation, cloud: Cloud, *, new: bool) -> None:
    """Deploy clinic-api with an image that was just pushed, or go back to the one before."""
    ecs, name = cloud.client("ecs"), "clinic-api"
    old = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
    containers = old["containerDefinitions"]
    repository = containers[0]["image"].partition("@")[0]
    if new:
        digest = push(cloud, name, "2.14.1", user="1000:1000", platforms=("amd64", "arm64"))
    else:
        (found,) = cloud.client("ecr").describe_images(repositoryName=name, imageIds=[{"imageTag": "2.14.0"}])[
            "imageDetails"
        ]
        digest = found["imageDigest"]
    containers[0]["image"] = f"{repository}@{digest}"
    made = task(cloud, name, containers, networkMode=old["networkMode"], taskRoleArn=old["taskRoleArn"])
    ecs.update_service(cluster="phi-cluster", service=name, taskDefinition=made)
