"""Rules of the founding tier that the demo does not show both ways, and why."""

from __future__ import annotations

from collections.abc import Mapping

_REFUSED = "AWS refuses to register such a task definition, so no account holds one that fails"
_NO_CODE = "the demo has no Terraform code or state to hold its accounts against"
_ALWAYS_GOOD = "the demo's AWS answers it as AWS sets it, and no call makes it worse"
_ONE_SHAPE = "the demo's systems are all built the one way"
_NOTHING = "the demo's systems have nothing of the kind"

NOT_SHOWN: Mapping[str, str] = {
    "alb_in_public_subnets_of_two_azs": "AWS refuses an Application Load Balancer in a single zone",
    "alb_internal_when_no_internet": f"{_NOTHING}: no load balancer is tagged as internal",
    "alb_targets_healthy": "the demo's AWS registers no targets, so none is healthy",
    "asg_elb_health_check": f"{_NOTHING}: tasks, not groups, stand behind its load balancers",
    "asg_scaling_policy": "the demo's AWS does not list the policies that a group has",
    "asg_spot_diversified": f"{_NOTHING}: no Spot capacity",
    "cell_has_own_cluster": f"{_ONE_SHAPE}: each cell has a cluster for analytics and one for its utility host",
    "dr_region_ready": f"{_NOTHING}: nothing is kept ready in the recovery Region",
    "ebs_task_volume_same_az": f"{_NOTHING}: no service keeps volumes that are bound to a zone",
    "ec2_instance_hardened_image": "the demo's settings name no approved images",
    "ec2_instance_managed_by_iac": _NO_CODE,
    "ecr_image_size_bounded": "the demo's images have no layers",
    "ecr_repository_replicated_for_dr": f"{_NOTHING}: no registry replicates",
    "ecs_account_setting_long_arn": _ALWAYS_GOOD,
    "ecs_agent_image_pull_behavior": f"{_ONE_SHAPE}: each cluster on instances runs images whose names may move",
    "ecs_capacity_provider_managed_scaling": f"{_NOTHING}: hosts join without capacity providers",
    "ecs_cluster_one_vpc": f"{_ONE_SHAPE}: each cluster in one VPC",
    "ecs_container_instance_agent_current": "the demo's AWS runs one release of the agent everywhere",
    "ecs_environment_file_bucket_protected": f"{_NOTHING}: no container takes an environment file",
    "ecs_fargate_task_size_valid": _REFUSED,
    "ecs_firelens_starts_first": f"{_NOTHING}: no container logs through FireLens",
    "ecs_fsx_volume_credentials_in_secret": f"{_NOTHING}: no volume of FSx",
    "ecs_image_no_critical_findings": "the demo's AWS scans no image, so none has a clean scan",
    "ecs_image_same_region": f"{_ONE_SHAPE}: images lie in the Region of their tasks",
    "ecs_service_not_spot_only": f"{_NOTHING}: no service has a capacity provider strategy",
    "ecs_service_running_matches_desired": _ALWAYS_GOOD,
    "ecs_service_scaling_target_headroom": f"{_ONE_SHAPE}: the one scaling target has headroom",
    "ecs_service_uses_capacity_provider": f"{_NOTHING}: hosts join without capacity providers",
    "ecs_task_execution_role_when_needed": _REFUSED,
    "environment_parity": f"{_NOTHING}: each group has accounts of one environment",
    "fsx_encrypted_in_transit_and_rest": f"{_NOTHING}: no file system of FSx",
    "iac_state_matches_account": _NO_CODE,
    "iam_user_ssh_key_rotated": f"{_NOTHING}: no user has an SSH key",
    "kms_key_not_pending_deletion": f"{_ONE_SHAPE}: no key is to be deleted",
    "nacl_no_open_admin_ports": f"{_ONE_SHAPE}: the one network ACL that is not AWS's own is open",
    "resource_managed_by_iac": _NO_CODE,
    "secret_rotated_since_last_deployment": f"{_NOTHING}: no secret rotates, for lack of a function to rotate it",
    "secret_rotation_enabled": f"{_NOTHING}: no secret rotates, for lack of a function to rotate it",
    "storage_service_hipaa_eligible": f"{_ONE_SHAPE}: only eligible services hold data",
    "tagging_ownership": f"{_ONE_SHAPE}: no account gives every resource every tag",
    "vpc_peering_stays_in_cell": f"{_ONE_SHAPE}: no cell is joined to another",
    "vpc_subnet_free_addresses": f"{_ONE_SHAPE}: no subnet is nearly full",
    "vpn_redundant_customer_gateway": f"{_ONE_SHAPE}: both connections have the other's device for a second",
    "vpn_tunnel_certificate_or_secret_storage": f"{_ONE_SHAPE}: both connections have keys that EC2 keeps",
}
"""The rule's id, and in one clause why it has no resource that passes or none that fails."""
