from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from scanner.demo.server import DemoServer
from tests.remediation.twin.twinned import Clients, rebuilt, serving

pytestmark = pytest.mark.long

KINDS = (
    "EC2::VPC", "EC2::Subnet", "EC2::SecurityGroup", "EC2::Instance", "EC2::Volume",
    "EC2::Snapshot", "EC2::OwnImage", "EC2::LaunchTemplate", "AutoScaling::AutoScalingGroup",
    "ElasticLoadBalancingV2::LoadBalancer", "ElasticLoadBalancingV2::TargetGroup",
    "ElasticLoadBalancingV2::Listener",
)  # fmt: skip
FILE = "/etc/ecs/ecs.config"
SCRIPT = f"#!/bin/bash\necho ECS_CLUSTER=phi >> {FILE}\necho ECS_DISABLE_PRIVILEGED=true >> {FILE}\n"
DISK = {"VolumeSize": 30, "VolumeType": "gp3", "Encrypted": False, "DeleteOnTermination": True}


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with serving() as started:
        yield started


@pytest.fixture
def moto(server: DemoServer) -> DemoServer:
    urlopen(Request(f"{server.url}/moto-api/reset", method="POST")).read()
    return server


def launch(ec2: Any, image: str, subnet: str, **more: Any) -> str:
    (made,) = ec2.run_instances(
        ImageId=image, InstanceType="m6i.large", SubnetId=subnet, MinCount=1, MaxCount=1, UserData=SCRIPT,
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": DISK}],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "host"}]}], **more,
    )["Instances"]  # fmt: skip
    answer: str = made["InstanceId"]
    return answer


def hosts(clients: Clients) -> None:
    ec2 = clients("ec2")
    (subnet, other, *_) = ec2.describe_subnets()["Subnets"]
    image = ec2.register_image(Name="house", Description="ours")["ImageId"]
    launch(ec2, image, subnet["SubnetId"])
    stopped = launch(ec2, image, other["SubnetId"], EbsOptimized=True, Monitoring={"Enabled": True})
    ec2.stop_instances(InstanceIds=[stopped])
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8, VolumeType="gp2")["VolumeId"]
    shown = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=shown, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    ec2.delete_volume(VolumeId=volume)
    group(clients, image, subnet["SubnetId"])
    balanced(clients, subnet, other)


def group(clients: Clients, image: str, subnet: str) -> None:
    ec2, scaling = clients("ec2"), clients("autoscaling")
    data = {"ImageId": image, "InstanceType": "m6i.large", "UserData": base64.b64encode(SCRIPT.encode()).decode()}
    ec2.create_launch_template(LaunchTemplateName="hosts", LaunchTemplateData=data)
    later = {**data, "MetadataOptions": {"HttpTokens": "optional"}}
    ec2.create_launch_template_version(LaunchTemplateName="hosts", LaunchTemplateData=later)
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="hosts", LaunchTemplate={"LaunchTemplateName": "hosts", "Version": "$Latest"}, MinSize=0,
        MaxSize=3, DesiredCapacity=0, VPCZoneIdentifier=subnet, Tags=[{"Key": "owner", "Value": "platform"}],
    )  # fmt: skip
    scaling.attach_instances(AutoScalingGroupName="hosts", InstanceIds=[launch(ec2, image, subnet)])
    scaling.update_auto_scaling_group(AutoScalingGroupName="hosts", MinSize=1)


def balanced(clients: Clients, *subnets: dict[str, str]) -> None:
    elb = clients("elbv2")
    ids = [each["SubnetId"] for each in subnets]
    lb = elb.create_load_balancer(Name="web", Subnets=ids, Scheme="internal", Tags=[{"Key": "owner", "Value": "me"}])
    arn = lb["LoadBalancers"][0]["LoadBalancerArn"]
    drops = {"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"}
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[drops])
    targets = elb.create_target_group(Name="web", Protocol="HTTP", Port=8080, VpcId=subnets[0]["VpcId"])
    forward = [{"Type": "forward", "TargetGroupArn": targets["TargetGroups"][0]["TargetGroupArn"]}]
    away = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    listener = elb.create_listener(
        LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "redirect", "RedirectConfig": away}]
    )["Listeners"][0]["ListenerArn"]
    host = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["boards.example.org"]}}]
    elb.create_rule(ListenerArn=listener, Priority=10, Conditions=host, Actions=forward)


def test_hosts_come_back_with_their_volumes_scripts_and_groups(moto: DemoServer) -> None:
    before, found, lacking = rebuilt(moto, hosts, *KINDS)
    assert lacking == {}
    assert {each.kind.removeprefix("AWS::") for each in before} >= set(KINDS)
    assert [each for each in found if each.resource[2].removeprefix("AWS::") in KINDS] == []
