"""Documents of ECS and ECR and what they say: (plans, templates) of each parsed fact."""

from __future__ import annotations

import json
from typing import Any

from scanner.kinds.containers import Container
from scanner.kinds.ecr import Repository
from scanner.kinds.ecs import CapacityProvider, Cluster, ExecLogging, ManagedScaling
from scanner.kinds.ecs_deployments import Rollback
from scanner.kinds.ecs_service_parts import ConnectService, Placement, StrategyItem, Target
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.task_volumes import Volume
from scanner.model.gap import Unknown

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"
DEFINITIONS = [{"name": "web", "image": IMAGE, "privileged": True, "user": "app", "memory": 512}]
TEMPLATE_DEFINITIONS = [{"Name": "web", "Image": IMAGE, "Privileged": "true", "User": "app", "Memory": "512"}]
CONTAINERS_SAID = (Container("web", IMAGE, user="app", privileged=True, memory=512),)
LOGGING = ExecLogging("OVERRIDE", "key-1", "exec", log_group_encrypted=True, bucket="b", bucket_encrypted=True)
EFS = Volume("data", efs="fs-1", efs_encrypted_in_transit=True, efs_iam=True, efs_access_point="fsap-1")
STRATEGY = [{"capacity_provider": "FARGATE", "base": 1, "weight": 2}]
TEMPLATE_STRATEGY = [{"CapacityProvider": "FARGATE", "Base": 1, "Weight": 2}]

CONTAINERS: dict[Any, Any] = {
    (TaskDefinition, "containers"): (
        [({"container_definitions": json.dumps(DEFINITIONS)}, CONTAINERS_SAID)],
        [({"ContainerDefinitions": TEMPLATE_DEFINITIONS}, CONTAINERS_SAID)],
    ),
    (TaskDefinition, "images"): (
        [({"container_definitions": json.dumps(DEFINITIONS)}, (IMAGE,))],
        [({"ContainerDefinitions": TEMPLATE_DEFINITIONS}, (IMAGE,))],
    ),
    (TaskDefinition, "constraints"): (
        [({"placement_constraints": [{"type": "memberOf", "expression": "x"}]}, ("x",))],
        [({"PlacementConstraints": [{"Type": "memberOf", "Expression": "x"}]}, ("x",))],
    ),
    (TaskDefinition, "volumes"): (
        [
            (
                {
                    "volume": [
                        {
                            "name": "data",
                            "host_path": "",
                            "efs_volume_configuration": [
                                {
                                    "file_system_id": "fs-1",
                                    "transit_encryption": "ENABLED",
                                    "authorization_config": [{"iam": "ENABLED", "access_point_id": "fsap-1"}],
                                }
                            ],
                        }
                    ]
                },
                (EFS,),
            )
        ],
        [
            (
                {
                    "Volumes": [
                        {
                            "Name": "data",
                            "EFSVolumeConfiguration": {
                                "FilesystemId": "fs-1",
                                "TransitEncryption": "ENABLED",
                                "AuthorizationConfig": {"IAM": "ENABLED", "AccessPointId": "fsap-1"},
                            },
                        }
                    ]
                },
                (EFS,),
            )
        ],
    ),
    (Cluster, "default_providers"): (
        [({"aws_ecs_cluster_capacity_providers": [{"default_capacity_provider_strategy": STRATEGY}]}, ("FARGATE",))],
        [({"DefaultCapacityProviderStrategy": TEMPLATE_STRATEGY}, ("FARGATE",))],
    ),
    (Cluster, "exec_logging"): (
        [
            (
                {
                    "configuration": [
                        {
                            "execute_command_configuration": [
                                {
                                    "logging": "OVERRIDE",
                                    "kms_key_id": "key-1",
                                    "log_configuration": [
                                        {
                                            "cloud_watch_log_group_name": "exec",
                                            "cloud_watch_encryption_enabled": True,
                                            "s3_bucket_name": "b",
                                            "s3_bucket_encryption_enabled": True,
                                        }
                                    ],
                                }
                            ]
                        }
                    ]
                },
                LOGGING,
            )
        ],
        [
            (
                {
                    "Configuration": {
                        "ExecuteCommandConfiguration": {
                            "Logging": "OVERRIDE",
                            "KmsKeyId": "key-1",
                            "LogConfiguration": {
                                "CloudWatchLogGroupName": "exec",
                                "CloudWatchEncryptionEnabled": True,
                                "S3BucketName": "b",
                                "S3EncryptionEnabled": "true",
                            },
                        }
                    }
                },
                LOGGING,
            )
        ],
    ),
    (CapacityProvider, "scaling"): (
        [
            (
                {"auto_scaling_group_provider": [{"managed_scaling": [{"status": "ENABLED", "target_capacity": 90}]}]},
                ManagedScaling(enabled=True, target=90),
            )
        ],
        [
            (
                {"AutoScalingGroupProvider": {"ManagedScaling": {"Status": "ENABLED", "TargetCapacity": "90"}}},
                ManagedScaling(enabled=True, target=90),
            )
        ],
    ),
    (CapacityProvider, "managed"): (
        [({"managed_instances_provider": [{"infrastructure_role_arn": "x"}]}, True), ({}, False)],
        [({"ManagedInstancesProvider": {"InfrastructureRoleArn": "x"}}, True), ({}, False)],
    ),
    (Service, "capacity_providers"): (
        [({"capacity_provider_strategy": STRATEGY}, ("FARGATE",))],
        [({"CapacityProviderStrategy": TEMPLATE_STRATEGY}, ("FARGATE",))],
    ),
    (Service, "strategy"): (
        [({"capacity_provider_strategy": STRATEGY}, (StrategyItem("FARGATE", 1, 2),))],
        [({"CapacityProviderStrategy": TEMPLATE_STRATEGY}, (StrategyItem("FARGATE", 1, 2),))],
    ),
    (Service, "task_definitions"): (
        [({"task_definition": "web:1"}, ("web:1",)), ({}, ())],
        [({"TaskDefinition": "web:1"}, ("web:1",))],
    ),
    (Service, "task_sets"): (
        [({}, ()), ({"deployment_controller": [{"type": "EXTERNAL"}]}, Unknown)],
        [({"DeploymentController": {"Type": "ECS"}}, ()), ({"DeploymentController": {"Type": "CODE_DEPLOY"}}, Unknown)],
    ),
    (Service, "public_ip"): (
        [],
        [({"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}}, True)],
    ),
    (Service, "targets"): (
        [
            (
                {"load_balancer": [{"target_group_arn": "tg", "container_name": "web", "container_port": 80}]},
                (Target("tg", "", "web", 80),),
            )
        ],
        [
            (
                {"LoadBalancers": [{"TargetGroupArn": "tg", "ContainerName": "web", "ContainerPort": "80"}]},
                (Target("tg", "", "web", 80),),
            )
        ],
    ),
    (Service, "placement"): (
        [({"ordered_placement_strategy": [{"type": "spread", "field": "az"}]}, (Placement("spread", "az"),))],
        [({"PlacementStrategies": [{"Type": "spread", "Field": "az"}]}, (Placement("spread", "az"),))],
    ),
    (Service, "constraints"): (
        [({"placement_constraints": [{"type": "distinctInstance", "expression": ""}]}, ("distinctInstance",))],
        [({"PlacementConstraints": [{"Type": "memberOf", "Expression": "x"}]}, ("x",))],
    ),
    (Service, "offers"): (
        [
            (
                {
                    "service_connect_configuration": [
                        {
                            "enabled": True,
                            "service": [
                                {
                                    "port_name": "api",
                                    "tls": [{"issuer_cert_authority": [{"aws_pca_authority_arn": "x"}]}],
                                },
                                {"port_name": "web", "tls": []},
                            ],
                        }
                    ]
                },
                (ConnectService("api", tls=True), ConnectService("web")),
            ),
            ({"service_connect_configuration": [{"enabled": False, "service": []}]}, ()),
        ],
        [
            (
                {
                    "ServiceConnectConfiguration": {
                        "Enabled": "true",
                        "Services": [
                            {
                                "PortName": "api",
                                "Tls": {"IssuerCertificateAuthority": {"AwsPcaAuthorityArn": "x"}},
                            }
                        ],
                    }
                },
                (ConnectService("api", tls=True),),
            )
        ],
    ),
    (Service, "lattice"): (
        [({"vpc_lattice_configurations": [{"target_group_arn": "tg"}]}, ("tg",))],
        [({"VpcLatticeConfigurations": [{"TargetGroupArn": "tg"}]}, ("tg",))],
    ),
    (Service, "registries"): (
        [({"service_registries": [{"registry_arn": "r"}]}, ("r",))],
        [({"ServiceRegistries": [{"RegistryArn": "r"}]}, ("r",))],
    ),
    (Service, "circuit_breaker"): (
        [
            (
                {"deployment_circuit_breaker": [{"enable": True, "rollback": True}]},
                Rollback(enabled=True, rolls_back=True),
            )
        ],
        [
            (
                {"DeploymentConfiguration": {"DeploymentCircuitBreaker": {"Enable": "true", "Rollback": True}}},
                Rollback(enabled=True, rolls_back=True),
            )
        ],
    ),
    (Service, "deployment_alarms"): (
        [
            (
                {"alarms": [{"enable": True, "rollback": False, "alarm_names": ["a"]}]},
                Rollback(enabled=True, alarms=("a",)),
            )
        ],
        [
            (
                {"DeploymentConfiguration": {"Alarms": {"Enable": True, "Rollback": False, "AlarmNames": ["a"]}}},
                Rollback(enabled=True, alarms=("a",)),
            )
        ],
    ),
    (Repository, "exclusions"): (
        [({"image_tag_mutability_exclusion_filter": [{"filter": "latest*", "filter_type": "WILDCARD"}]}, ("latest*",))],
        [
            (
                {"ImageTagMutabilityExclusionFilters": [{"ImageTagMutabilityExclusionFilterValue": "latest*"}]},
                ("latest*",),
            )
        ],
    ),
}
