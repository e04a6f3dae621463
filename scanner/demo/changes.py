"""The calendar of the demo: what happens in each night, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from scanner.demo import deeds

if TYPE_CHECKING:
    from scanner.demo.organisation import Organisation
    from scanner.demo.systems.cloud import Cloud

Effect = Literal["better", "worse", "neutral"]
Deed = Callable[["Organisation", "Cloud"], None]


@dataclass(frozen=True)
class Change:
    """One change: in `account` (its name), to the resource of `kind` that is called `name`.

    `verdicts` are the rules it turns, and to what; None where the finding goes with its resource.
    """

    night: int
    account: str
    what: str
    kind: str
    name: str
    effect: Effect
    verdicts: Mapping[str, str | None]
    deed: Deed

    def act(self, organisation: Organisation) -> None:
        """Make the change, by ordinary calls in the account."""
        self.deed(organisation, organisation.clouds[self.account])


_BUCKET, _VPN, _SERVICE, _USER = "AWS::S3::Bucket", "AWS::EC2::VPNConnection", "AWS::ECS::Service", "AWS::IAM::User"
_REPOSITORY, _GROUP, _TASK = "AWS::ECR::Repository", "AWS::EC2::SecurityGroup", "AWS::ECS::TaskDefinition"
_LISTENER, _BALANCER = "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::LoadBalancer"
_KEY, _VPC, _TRAIL, _CLUSTER = "AWS::KMS::Key", "AWS::EC2::VPC", "AWS::CloudTrail::Trail", "AWS::ECS::Cluster"
_INSTANCE, _SNAPSHOT = "AWS::EC2::Instance", "AWS::EC2::Snapshot"
_PUBLIC, _REACH = "s3_bucket_public_access_blocked", "vpn_both_tunnels_up"
_COPIES, _KEYS, _MFA = "ecs_service_min_two_tasks", "iam_user_no_access_keys", "iam_user_mfa_enabled"
_SSH, _BASTION, _FLOWS = "sg_no_open_ssh", "sg_ssh_from_bastion_only", "vpc_flow_logs_enabled"
_ROTATION, _EVERYWHERE, _VALIDATED = "kms_key_rotation", "cloudtrail_multi_region_enabled", "cloudtrail_log_validation"

CHANGES: tuple[Change, ...] = (
    Change(
        1, "city-webapps", "the public access block of the registry's certificates is lifted", _BUCKET,
        "registry-certificates", "worse", {_PUBLIC: "FAIL"},
        partial(deeds.block_bucket, prefix="registry-certificates", blocked=False),
    ),
    Change(
        1, "city-webapps", "the second tunnel to datacenter B goes down", _VPN, "datacenter-b", "worse",
        {_REACH: "FAIL"}, partial(deeds.tunnel, name="datacenter-b", number=1, status="DOWN"),
    ),
    Change(
        1, "phi-cluster", "the tags of claims-worker become immutable", _REPOSITORY, "claims-worker", "better",
        {"ecr_repository_tag_immutable": "PASS"}, deeds.immutable,
    ),
    Change(
        2, "city-webapps", "the public access block is back", _BUCKET, "registry-certificates", "better",
        {_PUBLIC: "PASS"}, partial(deeds.block_bucket, prefix="registry-certificates", blocked=True),
    ),
    Change(
        2, "city-webapps", "the second tunnel to datacenter B is up again", _VPN, "datacenter-b", "better",
        {_REACH: "PASS"}, partial(deeds.tunnel, name="datacenter-b", number=1, status="UP"),
    ),
    Change(
        2, "phi-cluster", "clinic-api is scaled to one copy", _SERVICE, "clinic-api", "worse",
        {_COPIES: "FAIL"}, partial(deeds.scale, count=1),
    ),
    Change(
        3, "phi-cluster", "clinic-api has its three copies again", _SERVICE, "clinic-api", "better",
        {_COPIES: "PASS"}, partial(deeds.scale, count=3),
    ),
    Change(
        3, "phi-cluster", "SSH to the container hosts is opened to the world", _GROUP, "phi-hosts", "worse",
        {_SSH: "FAIL", _BASTION: "FAIL"}, partial(deeds.ssh, is_open=True),
    ),
    Change(
        3, "phi-cluster", "a console user is given an access key", _USER, "mara.okafor", "worse",
        {_KEYS: "FAIL"}, deeds.key_made,
    ),
    Change(
        4, "phi-cluster", "SSH is closed again", _GROUP, "phi-hosts", "better",
        {_SSH: "PASS", _BASTION: "PASS"}, partial(deeds.ssh, is_open=False),
    ),
    Change(
        4, "phi-cluster", "fax-bridge mounts its files over TLS", _TASK, "fax-bridge", "better",
        {"ecs_efs_volume_transit_encryption": "PASS"}, deeds.encrypt_faxes,
    ),
    Change(
        5, "phi-cluster", "rotation of the key of PHI is turned off", _KEY, "phi-cluster-key", "worse",
        {_ROTATION: "FAIL"}, partial(deeds.rotation, rotates=False),
    ),
    Change(
        5, "phi-cluster", "the access key is taken out of use", _USER, "mara.okafor", "better",
        {_KEYS: "PASS"}, deeds.key_off,
    ),
    Change(
        6, "phi-cluster", "the key of PHI rotates again", _KEY, "phi-cluster-key", "better",
        {_ROTATION: "PASS"}, partial(deeds.rotation, rotates=True),
    ),
    Change(
        6, "cell-beta", "the flow logs of one cell are dropped", _VPC, "cell-beta", "worse",
        {_FLOWS: "FAIL"}, partial(deeds.flow_logs, kept=False),
    ),
    Change(
        7, "cell-beta", "the cell is as its sisters again", _VPC, "cell-beta", "better",
        {_FLOWS: "PASS"}, partial(deeds.flow_logs, kept=True),
    ),
    Change(
        7, "media-site", "the trail covers every Region, is validated and logs", _TRAIL, "media-site-trail", "better",
        {_EVERYWHERE: "PASS", _VALIDATED: "PASS"}, deeds.finish_trail,
    ),
    Change(
        8, "city-webapps", "staging offers a current TLS policy", _LISTENER, "staging-web", "better",
        {"elb_tls_policy_current": "PASS"}, deeds.modern_tls,
    ),
    Change(
        8, "city-webapps", "staging redirects plain HTTP", _BALANCER, "staging-web", "better",
        {"alb_https_only": "PASS"}, deeds.redirect_http,
    ),
    Change(
        9, "city-webapps", "an intern gets a console password without MFA", _USER, "intern", "worse",
        {_MFA: "FAIL", _KEYS: "PASS"}, deeds.intern,
    ),
    Change(
        10, "city-webapps", "the contractor's user is removed", _USER, "contractor", "better",
        {_MFA: None, _KEYS: None}, deeds.contractor_leaves,
    ),
    Change(
        10, "city-webapps", "the reporting machine in the open is terminated", _INSTANCE, "legacy-reporting", "better",
        {"ec2_instance_no_public_ip": None, "ec2_instance_no_user_data_secrets": None}, deeds.retire_reporting,
    ),
    Change(
        11, "cell-gamma", "the vendor's snapshot is private again", _SNAPSHOT, "vendor-share", "better",
        {"ebs_snapshot_not_public": "PASS"}, deeds.unshare,
    ),
    Change(
        12, "phi-cluster", "lab-results 1.8.4 takes its secret from Secrets Manager", _TASK, "lab-results", "better",
        {"ecs_container_no_plaintext_secrets": "PASS"}, deeds.lab_secret,
    ),
    Change(
        13, "phi-cluster", "the trail stops logging", _TRAIL, "phi-cluster-trail", "worse",
        {_EVERYWHERE: "FAIL"}, partial(deeds.logging, on=False),
    ),
    Change(
        14, "phi-cluster", "the trail logs again", _TRAIL, "phi-cluster-trail", "better",
        {_EVERYWHERE: "PASS"}, partial(deeds.logging, on=True),
    ),
    Change(
        14, "phi-cluster", "the batch cluster has Container Insights", _CLUSTER, "phi-batch", "better",
        {"ecs_cluster_container_insights": "PASS"}, deeds.insights,
    ),
    Change(
        14, "city-webapps", "the second tunnel to datacenter A comes up and its pings return", _VPN, "datacenter-a",
        "better", {_REACH: "PASS", "vpn_keepalive_traffic": "PASS"},
        partial(deeds.tunnel, name="datacenter-a", number=1, status="UP"),
    ),
)  # fmt: skip
