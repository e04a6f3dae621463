"""Documents of instances, groups and databases and what they say: (plans, templates) of each parsed fact."""

from __future__ import annotations

from typing import Any

from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.kinds.autoscaling_reading import Mixture, ScalingPolicy
from scanner.kinds.dynamodb import Table
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.efs import FileSystem
from scanner.kinds.elb import ClassicListener, ClassicLoadBalancer
from scanner.kinds.rds import DBInstance, GroupUse
from scanner.kinds.user_data import NO_USER_DATA, UserData
from scanner.model.gap import Unknown
from scanner.model.planned import computed

KEPT = {
    "$redacted": "0a1b",
    "$detected": [{"detector": "aws-key", "version": 1}],
    "imds_block": [],
    "awsvpc_block_imds": True,
    "runs_containers": True,
    "container_stop_timeout": "",
    "ecs_agent": {},
}
DATA_SAID = UserData(present=True, detectors=("aws-key",), awsvpc_block_imds=True, runs_containers=True)
MIXED = Mixture(20, "capacity-optimized", ("m5.large", "m6i.large"), on_demand_base=1)
POLICY = [
    {
        "instances_distribution": [
            {
                "on_demand_base_capacity": 1,
                "on_demand_percentage_above_base_capacity": 20,
                "spot_allocation_strategy": "capacity-optimized",
            }
        ],
        "launch_template": [
            {
                "launch_template_specification": [{"launch_template_id": "lt-1", "version": "3"}],
                "override": [{"instance_type": "m5.large"}, {"instance_type": "m6i.large"}],
            }
        ],
    }
]
TEMPLATE_POLICY = {
    "InstancesDistribution": {
        "OnDemandBaseCapacity": "1",
        "OnDemandPercentageAboveBaseCapacity": 20,
        "OnDemandAllocationStrategy": "prioritized",
        "SpotAllocationStrategy": "capacity-optimized",
    },
    "LaunchTemplate": {
        "LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "3"},
        "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "m6i.large"}],
    },
}

HOSTS: dict[Any, Any] = {
    (Instance, "subnets"): (
        [({"subnet_id": "subnet-1"}, ("subnet-1",))],
        [
            ({"SubnetId": "subnet-1"}, ("subnet-1",)),
            ({"NetworkInterfaces": [{"SubnetId": "subnet-2", "DeviceIndex": "0"}]}, ("subnet-2",)),
        ],
    ),
    (Instance, "security_groups"): (
        [
            ({"vpc_security_group_ids": ["sg-1"]}, ("sg-1",)),
            ({"vpc_security_group_ids": ["sg-1"], "aws_network_interface_attachment": [{"device_index": 1}]}, Unknown),
        ],
        [
            ({"SecurityGroupIds": ["sg-1"]}, ("sg-1",)),
            ({"NetworkInterfaces": [{"GroupSet": ["sg-2"]}]}, ("sg-2",)),
            ({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}]}, Unknown),
        ],
    ),
    (Instance, "public_ips"): (
        [
            ({"subnet_id": "s", "associate_public_ip_address": False, "public_ip": computed("later")}, ()),
            ({"subnet_id": "s", "associate_public_ip_address": True, "public_ip": computed("later")}, Unknown),
            ({"subnet_id": "s", "public_ip": "198.51.100.7"}, ("198.51.100.7",)),
            ({"associate_public_ip_address": False, "aws_eip": [{"instance": "i-1"}]}, Unknown),
        ],
        [],
    ),
    (Instance, "user_data"): (
        [
            ({"user_data_base64": KEPT}, DATA_SAID),
            ({"user_data": computed("later"), "user_data_base64": computed("later")}, NO_USER_DATA),
            ({"user_data": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}, Unknown),
            ({"launch_template": [{"id": "lt-1"}]}, Unknown),
        ],
        [({"UserData": KEPT}, DATA_SAID), ({"LaunchTemplate": {"LaunchTemplateId": "lt-1"}}, Unknown)],
    ),
    (Instance, "monitoring"): (
        [({"monitoring": True}, "enabled"), ({"monitoring": False}, "disabled"), ({}, "disabled")],
        [({"Monitoring": True}, "enabled"), ({}, "disabled")],
    ),
    (AutoScalingGroup, "tags"): (
        [({"tag": [{"key": "team", "value": "claims", "propagate_at_launch": True}]}, {"team": "claims"})],
        [],
    ),
    (AutoScalingGroup, "launch_template"): (
        [
            ({"launch_template": [{"id": "lt-2", "name": computed("later"), "version": ""}]}, "lt-2"),
            ({"mixed_instances_policy": POLICY}, "lt-1"),
            ({"launch_template": [{"name": "hosts"}]}, Unknown),
        ],
        [
            ({"LaunchTemplate": {"LaunchTemplateId": "lt-2", "Version": "1"}}, "lt-2"),
            ({"MixedInstancesPolicy": TEMPLATE_POLICY}, "lt-1"),
        ],
    ),
    (AutoScalingGroup, "launch_version"): (
        [
            ({"launch_template": [{"id": "lt-2", "version": ""}]}, "$Default"),
            ({"mixed_instances_policy": POLICY}, "3"),
        ],
        [
            ({"LaunchTemplate": {"LaunchTemplateId": "lt-2", "Version": "1"}}, "1"),
            ({"MixedInstancesPolicy": TEMPLATE_POLICY}, "3"),
        ],
    ),
    (AutoScalingGroup, "mixture"): (
        [({"mixed_instances_policy": POLICY}, MIXED), ({}, None)],
        [({"MixedInstancesPolicy": TEMPLATE_POLICY}, MIXED)],
    ),
    (AutoScalingGroup, "scaling_policies"): (
        [
            (
                {
                    "aws_autoscaling_policy": [
                        {"name": "cpu", "policy_type": "TargetTrackingScaling", "enabled": True},
                        {
                            "name": "soon",
                            "policy_type": "PredictiveScaling",
                            "predictive_scaling_configuration": [{"mode": "ForecastOnly"}],
                        },
                    ]
                },
                (ScalingPolicy("cpu"), ScalingPolicy("soon", "PredictiveScaling", scales=False)),
            )
        ],
        [],
    ),
    (Table, "sse"): (
        [({"server_side_encryption": [{"enabled": True}]}, "ENABLED")],
        [({"SSESpecification": {"SSEEnabled": True}}, "ENABLED")],
    ),
    (ClassicLoadBalancer, "listeners"): (
        [
            ({"listener": [{"lb_protocol": "tcp", "lb_port": 80}]}, (ClassicListener("TCP", 80),)),
            ({"listener": [{"lb_protocol": "https", "lb_port": 443, "ssl_certificate_id": "c"}]}, Unknown),
        ],
        [],
    ),
    (DBInstance, "parameter_groups"): (
        [({"parameter_group_name": "claims"}, (GroupUse("claims"),))],
        [({"DBParameterGroupName": "claims"}, (GroupUse("claims"),))],
    ),
    (FileSystem, "infrequent_access"): (
        [({"lifecycle_policy": [{"transition_to_ia": "AFTER_30_DAYS"}]}, "AFTER_30_DAYS")],
        [({"LifecyclePolicies": [{"TransitionToIA": "AFTER_30_DAYS"}]}, "AFTER_30_DAYS")],
    ),
}
