"""EC2 instances: those that stand alone, and the container instances of an Auto Scaling group."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from scanner.demo.systems.cloud import HOME, Cloud, pairs, specification, tagged

if TYPE_CHECKING:
    from scanner.demo.systems.network import Network

IMAGE, OLD_IMAGE = "house-linux-2025-12", "house-linux-2025-01"
JOIN = "#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n"
CAREFUL_AGENT = "echo ECS_DISABLE_PRIVILEGED=true >> /etc/ecs/ecs.config\n"
LAVISH_AGENT = "echo ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST=true >> /etc/ecs/ecs.config\n"
BLOCK_METADATA = (
    "yum install -y iptables-services\n"
    "iptables --insert DOCKER-USER 1 --in-interface docker+ --destination {address} --jump DROP\n"
    "iptables-save | tee /etc/sysconfig/iptables && systemctl enable --now iptables\n"
)
METADATA_SERVICE = "169.254.169.254/32"


@dataclass(frozen=True)
class Host:
    """How an instance is launched; `hardened` is IMDSv2 with one hop and an encrypted volume."""

    name: str
    environment: str = "production"
    type: str = "m6i.large"
    profile: str = ""
    groups: tuple[str, ...] = ()
    user_data: str = ""
    tokens: str = "required"
    hops: int = 1
    encrypted: bool = True
    phi: bool = True
    role: str = ""
    image: str = IMAGE

    @property
    def tags(self) -> dict[str, str]:
        """The instance's tags."""
        return tagged(self.name, self.environment, phi=self.phi, role=self.role)

    def template(self, ec2: Any) -> dict[str, Any]:
        """Launch template data; the image is looked up by its name, and made where nobody did."""
        disk = {"VolumeSize": 30, "VolumeType": "gp3", "Encrypted": self.encrypted, "DeleteOnTermination": True}
        data: dict[str, Any] = {
            "ImageId": image(ec2, self.image),
            "InstanceType": self.type,
            "MetadataOptions": {
                "HttpTokens": self.tokens,
                "HttpPutResponseHopLimit": self.hops,
                "HttpEndpoint": "enabled",
            },
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
        }
        if self.profile:
            data["IamInstanceProfile"] = {"Name": self.profile}
        return data


def image(ec2: Any, name: str) -> str:
    """The account's machine image of this name, made now where there is none; answers its id."""
    found = ec2.describe_images(Owners=["self"], Filters=[{"Name": "name", "Values": [name]}])["Images"]
    made = found[0] if found else ec2.register_image(Name=name, Description="hardened by the house")
    answer: str = made["ImageId"]
    return answer


def launch(network: Network, host: Host, subnet: str) -> str:
    """Launch one instance; answers its id."""
    ec2 = network.cloud.client("ec2", network.region)
    (made,) = ec2.run_instances(
        **host.template(ec2),
        SubnetId=subnet,
        SecurityGroupIds=list(host.groups),
        MinCount=1,
        MaxCount=1,
        UserData=host.user_data,
        TagSpecifications=specification("instance", host.tags) + specification("volume", host.tags),
    )["Instances"]
    answer: str = made["InstanceId"]
    return answer


def fleet(network: Network, host: Host, subnets: Sequence[str], size: int) -> list[str]:
    """Make a launch template and an Auto Scaling group of `size` instances spread over `subnets`; answers their ids."""
    cloud, region = network.cloud, network.region
    ec2, scaling = cloud.client("ec2", region), cloud.client("autoscaling", region)
    encoded = base64.b64encode(host.user_data.encode()).decode()
    ec2.create_launch_template(
        LaunchTemplateName=host.name,
        LaunchTemplateData={**host.template(ec2), "SecurityGroupIds": list(host.groups), "UserData": encoded},
        TagSpecifications=specification("launch-template", host.tags),
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=host.name,
        LaunchTemplate={"LaunchTemplateName": host.name, "Version": "$Latest"},
        MinSize=0,
        MaxSize=2 * size,
        DesiredCapacity=0,
        VPCZoneIdentifier=",".join(subnets),
        HealthCheckType="EC2",
        HealthCheckGracePeriod=300,
        Tags=pairs(host.tags),
    )
    member = replace(host, name=f"{host.name}-node")
    made = [launch(network, member, subnets[n % len(subnets)]) for n in range(size)]
    scaling.attach_instances(AutoScalingGroupName=host.name, InstanceIds=made)
    scaling.update_auto_scaling_group(AutoScalingGroupName=host.name, MinSize=size)
    return made


def join(cloud: Cloud, cluster: str, instances: Sequence[str], region: str = HOME) -> None:
    """Register instances with a cluster, as their agents do on first boot."""
    ecs = cloud.client("ecs", region)
    for instance in instances:
        document = json.dumps({"instanceId": instance, "region": region, "accountId": cloud.account})
        ecs.register_container_instance(cluster=cluster, instanceIdentityDocument=document)
