"""How an Auto Scaling group of the demo replaces one of its members, as AWS and the new host's agents do it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanner.demo.actors import act_as, host_agent
from scanner.demo.systems.cloud import HOME

if TYPE_CHECKING:
    from scanner.demo.organisation import Organisation
    from scanner.demo.systems.cloud import Cloud


@dataclass(frozen=True)
class Member:
    """A member of a group: the account, the group, the ECS cluster that its hosts join, their role; another image."""

    account: str
    group: str
    cluster: str
    role: str
    image: str = ""


def replace_member(organisation: Organisation, cloud: Cloud, member: Member, *, of_image: str = "") -> str:
    """Launch an instance like the group's oldest member (of an image, where given), and end that one; answers its id.

    `cloud` is the account as the service Auto Scaling, or whoever does it in its stead, acts in it.
    """
    ec2 = cloud.client("ec2")
    old = _oldest(organisation.clouds[member.account], member, of_image)
    data = ec2.describe_instance_attribute(InstanceId=old["InstanceId"], Attribute="userData")["UserData"]
    new = _launch(ec2, old, data.get("Value", ""), member.image or old["ImageId"])
    where = {"account": cloud.account, "region": HOME}
    organisation.server.happen("member", **where, group=member.group, old=old["InstanceId"], new=new)
    ec2.terminate_instances(InstanceIds=[old["InstanceId"]])  # after it left: moto would put another in its place
    host = act_as(organisation, member.account, host_agent(member.role, new), new)
    document = {"instanceId": new, "region": HOME, "accountId": cloud.account}
    host.client("ecs").register_container_instance(
        cluster=member.cluster, instanceIdentityDocument=json.dumps(document)
    )
    organisation.server.happen("tasks", **where, cluster=member.cluster)
    return new


def _busy(cloud: Cloud, cluster: str) -> set[str]:
    """The instances on which a task runs that no service would start elsewhere."""
    ecs = cloud.client("ecs")
    arns = ecs.list_tasks(cluster=cluster)["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    hosts = [
        task["containerInstanceArn"]
        for task in tasks
        if task.get("containerInstanceArn") and not task.get("group", "").startswith("service:")
    ]
    if not hosts:
        return set()
    found = ecs.describe_container_instances(cluster=cluster, containerInstances=hosts)["containerInstances"]
    return {each["ec2InstanceId"] for each in found}


def _oldest(cloud: Cloud, member: Member, image: str) -> dict[str, Any]:
    """Find the member that was launched first; of several of one moment, the one whose id is first."""
    busy, group = _busy(cloud, member.cluster), member.group
    (found,) = cloud.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[group])[
        "AutoScalingGroups"
    ]
    ids = [each["InstanceId"] for each in found["Instances"] if each["InstanceId"] not in busy]
    blocks = cloud.client("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    members = [each for block in blocks for each in block["Instances"] if image in {"", each["ImageId"]}]
    first: dict[str, Any] = min(members, key=lambda each: (each["LaunchTime"], each["InstanceId"]))
    return first


def _launch(ec2: Any, old: dict[str, Any], user_data: str, image: str) -> str:
    """Launch an instance that is like another in all that was chosen for it."""
    (device,) = old["BlockDeviceMappings"]
    (volume,) = ec2.describe_volumes(VolumeIds=[device["Ebs"]["VolumeId"]])["Volumes"]
    disk = {name: volume[key] for name, key in (("VolumeSize", "Size"), ("VolumeType", "VolumeType"))}
    tags = [tag for tag in old["Tags"] if not tag["Key"].startswith("aws:")]
    options = {name: old["MetadataOptions"][name] for name in ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint")}
    (made,) = ec2.run_instances(
        ImageId=image,
        InstanceType=old["InstanceType"],
        SubnetId=old["SubnetId"],
        MetadataOptions=options,
        BlockDeviceMappings=[
            {
                "DeviceName": device["DeviceName"],
                "Ebs": disk | {"Encrypted": volume["Encrypted"], "DeleteOnTermination": True},
            }
        ],
        IamInstanceProfile={"Name": old["IamInstanceProfile"]["Arn"].rpartition("/")[2]},
        SecurityGroupIds=[group["GroupId"] for group in old["SecurityGroups"]],
        UserData=base64.b64decode(user_data).decode(),
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")],
    )["Instances"]
    answer: str = made["InstanceId"]
    return answer
