"""What rules compare accounts by: the audit trail, and the chief settings of what carries ePHI.

Facts that hold ids which AWS gives, addresses or sizes are not compared here, unless a shape names them; `phiward drift
--cells` compares all settings.
"""

from __future__ import annotations

from scanner.engine.parity.plan import Shape
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.cloudtrail import CoveringTrail
from scanner.kinds.config import ConfigurationRecorder
from scanner.kinds.ec2_gateways import FlowLog
from scanner.kinds.ec2_network import VPC
from scanner.kinds.ecs import Cluster
from scanner.kinds.ecs_services import Service
from scanner.kinds.elbv2 import LoadBalancer
from scanner.kinds.guardduty import Detector
from scanner.kinds.logs import LogGroup
from scanner.kinds.rds import DBInstance
from scanner.kinds.s3 import Bucket
from scanner.kinds.securityhub import Hub
from scanner.model.kind import Kind


def _own_name(found: Kind) -> str:
    return str(found.name or found.id)


def _vpc(vpc: VPC) -> str | None:
    return None if vpc.is_default or vpc.owner not in {"", vpc.account} else vpc.name if vpc.name != vpc.id else "VPC"


def _active(one: Cluster | Service) -> str | None:
    return one.name if one.status == "ACTIVE" else None


def _one(_found: Kind) -> str:
    return "settings"


AUDIT = (
    Shape(CoveringTrail, _own_name, ("logging", "multi_region", "management")),
    Shape(FlowLog, lambda log: f"flow log of {log.subject.partition('-')[0]}", ("status", "traffic")),
    Shape(ConfigurationRecorder, lambda one: None if one.service else one.name, ("recording", "left_out")),
)
"""The audit trail: trails, flow logs, the record of settings."""
BLOCKS = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
EVERYTHING = (
    *AUDIT,
    Shape(Account, _one, (*BLOCKS, "root_mfa", "password_length")),
    Shape(RegionSettings, _one, ("ebs_encrypts", "snapshot_block", "image_block")),
    Shape(Hub, _one, ("on",)),
    Shape(Detector, _one, ("on", "features")),
    Shape(VPC, _vpc),
    Shape(Cluster, _active, ("container_insights", "default_providers")),
    Shape(Service, _active, ("launch_type", "scheduling", "desired")),
    Shape(LoadBalancer, _own_name, ("type", "scheme")),
    Shape(Bucket, lambda one: str(one.id), (*BLOCKS, "encryption", "versioning", "locked")),
    Shape(DBInstance, lambda one: str(one.id), ("engine", "encrypted", "public", "multi_az", "deletion_protection")),
    Shape(LogGroup, lambda one: str(one.id), ("retention_days",)),
)
"""What cells and environments are compared by."""
