"""What the demo's people do in its nights, each deed a few ordinary calls in one account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scanner.demo.finding import group_named, named, vpc_named
from scanner.demo.systems import edge
from scanner.demo.systems.containers import plain_container, push, task
from scanner.demo.systems.foundation import person
from scanner.demo.systems.network import FULL_RECORD, opened

if TYPE_CHECKING:
    from scanner.demo.organisation import Organisation
    from scanner.demo.systems.cloud import Cloud

ALL_BLOCKED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def tunnel(organisation: Organisation, cloud: Cloud, *, name: str, number: int, status: str) -> None:
    """Let a tunnel of a VPN connection come up or go down."""
    found = named(cloud.client("ec2").describe_vpn_connections()["VpnConnections"], name)["VpnConnectionId"]
    organisation.server.happen(
        "tunnel", account=cloud.account, region="us-east-1", connection=found, tunnel=number, status=status
    )


def block_bucket(_org: Organisation, cloud: Cloud, *, prefix: str, blocked: bool) -> None:
    """Block a bucket from the public, or lift its block."""
    s3, name = cloud.client("s3"), f"{prefix}-{cloud.account}"
    if blocked:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(ALL_BLOCKED, True))
    else:
        s3.delete_public_access_block(Bucket=name)


def immutable(_org: Organisation, cloud: Cloud) -> None:
    """Make the tags of claims-worker's repository immutable."""
    cloud.client("ecr").put_image_tag_mutability(repositoryName="claims-worker", imageTagMutability="IMMUTABLE")


def scale(_org: Organisation, cloud: Cloud, *, count: int) -> None:
    """Give clinic-api a number of copies."""
    cloud.client("ecs").update_service(cluster="phi-cluster", service="clinic-api", desiredCount=count)


def ssh(_org: Organisation, cloud: Cloud, *, is_open: bool) -> None:
    """Open SSH on the container hosts to the world, or close it."""
    ec2 = cloud.client("ec2")
    change = ec2.authorize_security_group_ingress if is_open else ec2.revoke_security_group_ingress
    change(GroupId=group_named(cloud, "phi-hosts"), IpPermissions=[opened(22, "0.0.0.0/0")])


def key_made(_org: Organisation, cloud: Cloud) -> None:
    """Give mara.okafor an access key."""
    cloud.client("iam").create_access_key(UserName="mara.okafor")


def key_off(_org: Organisation, cloud: Cloud) -> None:
    """Take that key out of use."""
    iam = cloud.client("iam")
    (key,) = iam.list_access_keys(UserName="mara.okafor")["AccessKeyMetadata"]
    iam.update_access_key(UserName="mara.okafor", AccessKeyId=key["AccessKeyId"], Status="Inactive")


def encrypt_faxes(_org: Organisation, cloud: Cloud) -> None:
    """Deploy a revision of fax-bridge that mounts its files over TLS."""
    ecs = cloud.client("ecs")
    old = ecs.describe_task_definition(taskDefinition="fax-bridge")["taskDefinition"]
    for volume in old["volumes"]:
        if "efsVolumeConfiguration" in volume:
            volume["efsVolumeConfiguration"]["transitEncryption"] = "ENABLED"
    made = task(
        cloud,
        "fax-bridge",
        old["containerDefinitions"],
        networkMode=old["networkMode"],
        requiresCompatibilities=None,
        pidMode=old["pidMode"],
        volumes=old["volumes"],
    )
    ecs.update_service(cluster="phi-cluster", service="fax-bridge", taskDefinition=made)


def rotation(_org: Organisation, cloud: Cloud, *, rotates: bool) -> None:
    """Turn the rotation of the account's key on or off."""
    kms = cloud.client("kms")
    key = kms.describe_key(KeyId="alias/phi")["KeyMetadata"]["KeyId"]
    (kms.enable_key_rotation if rotates else kms.disable_key_rotation)(KeyId=key)


def flow_logs(_org: Organisation, cloud: Cloud, *, kept: bool) -> None:
    """Keep or drop the flow logs of cell-beta's VPC."""
    ec2, vpc = cloud.client("ec2"), vpc_named(cloud, "cell-beta")
    if kept:
        ec2.create_flow_logs(
            ResourceIds=[vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestinationType="cloud-watch-logs",
            LogGroupName="/vpc/cell-beta",
            DeliverLogsPermissionArn=cloud.arn("iam", "role/flow-logs"),
            LogFormat=FULL_RECORD,
        )
    else:
        (log,) = ec2.describe_flow_logs()["FlowLogs"]
        ec2.delete_flow_logs(FlowLogIds=[log["FlowLogId"]])


def finish_trail(_org: Organisation, cloud: Cloud) -> None:
    """Make media-site's trail what a trail should be."""
    trail = cloud.client("cloudtrail")
    trail.update_trail(Name="media-site-trail", IsMultiRegionTrail=True, EnableLogFileValidation=True)
    trail.start_logging(Name="media-site-trail")


def logging(_org: Organisation, cloud: Cloud, *, on: bool) -> None:
    """Start or stop the account's trail."""
    trail = cloud.client("cloudtrail")
    (trail.start_logging if on else trail.stop_logging)(Name=f"{cloud.name}-trail")


def modern_tls(_org: Organisation, cloud: Cloud) -> None:
    """Give staging's HTTPS listener a current TLS policy."""
    listener = _staging_listener(cloud, "HTTPS")
    cloud.client("elbv2").modify_listener(ListenerArn=listener, SslPolicy=edge.CURRENT_TLS)


def redirect_http(_org: Organisation, cloud: Cloud) -> None:
    """Let staging's HTTP listener redirect to HTTPS."""
    listener = _staging_listener(cloud, "HTTP")
    cloud.client("elbv2").modify_listener(ListenerArn=listener, DefaultActions=[edge.TO_HTTPS])


def _staging_listener(cloud: Cloud, protocol: str) -> str:
    elb = cloud.client("elbv2")
    (front,) = elb.describe_load_balancers(Names=["staging-web"])["LoadBalancers"]
    listeners = elb.describe_listeners(LoadBalancerArn=front["LoadBalancerArn"])["Listeners"]
    (one,) = [listener for listener in listeners if listener["Protocol"] == protocol]
    answer: str = one["ListenerArn"]
    return answer


def contractor_leaves(_org: Organisation, cloud: Cloud) -> None:
    """Remove the contractor's user with all it has."""
    iam = cloud.client("iam")
    for key in iam.list_access_keys(UserName="contractor")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="contractor", AccessKeyId=key["AccessKeyId"])
    iam.delete_login_profile(UserName="contractor")
    iam.delete_user(UserName="contractor")


def intern(_org: Organisation, cloud: Cloud) -> None:
    """Add a console user without MFA."""
    person(cloud, "intern", mfa=False)


def retire_reporting(_org: Organisation, cloud: Cloud) -> None:
    """Terminate the reporting machine in the open."""
    ec2 = cloud.client("ec2")
    found = [each for block in ec2.describe_instances()["Reservations"] for each in block["Instances"]]
    ec2.terminate_instances(InstanceIds=[named(found, "legacy-reporting")["InstanceId"]])


def unshare(_org: Organisation, cloud: Cloud) -> None:
    """Take the public snapshot back, and block new ones."""
    ec2 = cloud.client("ec2")
    snapshot = named(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"], "vendor-share")["SnapshotId"]
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="remove", GroupNames=["all"]
    )
    ec2.enable_snapshot_block_public_access(State="block-all-sharing")


def lab_secret(_org: Organisation, cloud: Cloud) -> None:
    """Deploy lab-results 1.8.4, which takes its connection string from Secrets Manager."""
    push(cloud, "lab-results", "1.8.4", user="lab")
    secret = cloud.client("secretsmanager").create_secret(Name="lab-results/url", SecretString=json.dumps({}))["ARN"]
    image = f"{cloud.account}.dkr.ecr.us-east-1.amazonaws.com/lab-results:1.8.4"
    made = plain_container("lab-results", image, secrets=[{"name": "DATABASE_URL", "valueFrom": secret}])
    definition = task(
        cloud, "lab-results", [made], networkMode="bridge", taskRoleArn=cloud.arn("iam", "role/lab-results-task")
    )
    cloud.client("ecs").update_service(cluster="phi-cluster", service="lab-results", taskDefinition=definition)


def insights(_org: Organisation, cloud: Cloud) -> None:
    """Turn Container Insights on for the batch cluster."""
    settings = [{"name": "containerInsights", "value": "enhanced"}]
    cloud.client("ecs").update_cluster(cluster="phi-batch", settings=settings)
