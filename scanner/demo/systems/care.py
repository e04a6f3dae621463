"""What a careful team adds once its systems run: copies, logs of access, scaling, private ways, strong passwords.

Each part is added to one or a few accounts, so that its rule has something that passes; elsewhere it lacks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scanner.demo.systems.cloud import HOME, REGIONS, Cloud, pairs, role, specification, tagged
from scanner.demo.systems.containers import log_group
from scanner.demo.systems.policies import SIX_YEARS, allow, document, of_account, tls_only
from scanner.demo.systems.storage import bucket

if TYPE_CHECKING:
    from scanner.demo.systems.network import Network

_ENDPOINTS = ("ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "secretsmanager")
_KEEP_TEN = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}


def strong_passwords(cloud: Cloud) -> None:
    """Ask for long passwords of all classes that are not used again."""
    cloud.client("iam").update_account_password_policy(
        MinimumPasswordLength=14,
        RequireSymbols=True,
        RequireNumbers=True,
        RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True,
        AllowUsersToChangePassword=True,
        MaxPasswordAge=90,
        PasswordReusePrevention=24,
    )


def keep_records(cloud: Cloud, records: str) -> None:
    """Log who reads a bucket of records, and move old records to an archive."""
    s3 = cloud.client("s3")
    logs = f"{cloud.name}-access-logs-{cloud.account}"
    writes = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{logs}/*",
        "Condition": {"StringEquals": {"aws:SourceAccount": cloud.account}},
    }
    said = [writes, tls_only(logs)]  # in this order: moto reads no further than the statement that it looks for
    bucket(cloud, logs, tagged(logs, "production", owner="security"), over_tls_alone=False, statements=said)
    trail = f"{cloud.name}-trail-{cloud.account}"
    for name in (logs, trail):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for name in (records, trail):
        target = {"TargetBucket": logs, "TargetPrefix": f"{name}/"}
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": target})
    rule = {
        "ID": "archive",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}],
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=records, LifecycleConfiguration={"Rules": [rule]})


def watch_trail(cloud: Cloud, key: str) -> None:
    """Encrypt the account's trail, send it to CloudWatch Logs too, and let it look for the unusual."""
    trail = cloud.client("cloudtrail")
    name = f"{cloud.name}-trail"
    log_group(cloud, f"/trail/{cloud.name}", key=key)
    group = cloud.arn("logs", f"log-group:/trail/{cloud.name}:*")
    writing = allow(["logs:CreateLogStream", "logs:PutLogEvents"], [group])
    writer = role(cloud, "trail-to-logs", ["cloudtrail"], inline={"write": writing}, only_own_account=True)
    trail.update_trail(Name=name, KmsKeyId=key, CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=writer)
    kinds = ("ApiCallRateInsight", "ApiErrorRateInsight")
    trail.put_insight_selectors(TrailName=name, InsightSelectors=[{"InsightType": kind} for kind in kinds])


def copy_table(cloud: Cloud, table: str, *, plan: bool) -> None:
    """Keep a table from being lost: point in time recovery, no deletion, and a nightly plan where it is asked for."""
    dynamodb = cloud.client("dynamodb")
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
    if plan:
        _plan(cloud, cloud.arn("dynamodb", f"table/{table}"))


def _plan(cloud: Cloud, *resources: str) -> None:
    backup = cloud.client("backup")
    backup.create_backup_vault(BackupVaultName="records", EncryptionKeyArn=cloud.arn("kms", "alias/phi"))
    rule = {
        "RuleName": "nightly",
        "TargetBackupVaultName": "records",
        "ScheduleExpression": "cron(0 5 * * ? *)",
        "Lifecycle": {"DeleteAfterDays": SIX_YEARS},
    }
    made = backup.create_backup_plan(BackupPlan={"BackupPlanName": "nightly", "Rules": [rule]})["BackupPlanId"]
    who = role(cloud, "backup", ["backup"], only_own_account=True)
    said = {"SelectionName": "records", "IamRoleArn": who, "Resources": list(resources)}
    backup.create_backup_selection(BackupPlanId=made, BackupSelection=said)


def private_ways(home: Network, groups: Sequence[str]) -> None:
    """Reach S3, DynamoDB and what ECS needs without the internet, by endpoints for the account's principals alone."""
    ec2, own = home.cloud.client("ec2", home.region), json.dumps(document(of_account(home.cloud.account)))
    common: dict[str, Any] = {"VpcId": home.vpc, "PolicyDocument": own}
    for service in ("s3", "dynamodb"):
        gateway_endpoint(home, service, PolicyDocument=own)
    for service in _ENDPOINTS:
        ec2.create_vpc_endpoint(
            **common,
            ServiceName=f"com.amazonaws.{home.region}.{service}",
            VpcEndpointType="Interface",
            SubnetIds=home.subnets("private", "production"),
            SecurityGroupIds=list(groups),
            PrivateDnsEnabled=True,
            TagSpecifications=specification("vpc-endpoint", tagged(service, "production")),
        )


def gateway_endpoint(home: Network, service: str, **more: Any) -> None:
    """Reach S3 or DynamoDB from the private subnets without the internet; anybody's credentials may, unless told."""
    home.cloud.client("ec2", home.region).create_vpc_endpoint(
        VpcId=home.vpc,
        ServiceName=f"com.amazonaws.{home.region}.{service}",
        VpcEndpointType="Gateway",
        RouteTableIds=home.private_tables,
        TagSpecifications=specification("vpc-endpoint", tagged(service, "production")),
        **more,
    )


def watch_region(cloud: Cloud) -> None:
    """Let GuardDuty look at ECS at run time too, and AWS Config record everything, in each Region."""
    recorder = role(cloud, "config-recorder", ["config"], only_own_account=True)
    extra = [{"Name": "ECS_FARGATE_AGENT_MANAGEMENT", "Status": "ENABLED"}]
    watched = {"Name": "RUNTIME_MONITORING", "Status": "ENABLED", "AdditionalConfiguration": extra}
    for region in REGIONS:
        cloud.client("guardduty", region).create_detector(Enable=True, Features=[watched])
        config = cloud.client("config", region)
        everything = {"allSupported": True, "includeGlobalResourceTypes": region == HOME}
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": recorder, "recordingGroup": everything}
        )
        config.put_delivery_channel(
            DeliveryChannel={"name": "default", "s3BucketName": f"{cloud.name}-trail-{cloud.account}"}
        )
        config.start_configuration_recorder(ConfigurationRecorderName="default")


def own_key_on_fargate(cloud: Cloud, cluster: str, key: str) -> None:
    """Encrypt what Fargate tasks of a cluster keep on their disks with the account's key."""
    storage = {"managedStorageConfiguration": {"fargateEphemeralStorageKmsKeyId": key}}
    cloud.client("ecs").update_cluster(cluster=cluster, configuration=storage)


def scale(cloud: Cloud, cluster: str, service: str, key: str) -> None:
    """Let a service grow with its load, and tell its people when CPU or memory runs short."""
    scaling, resource = cloud.client("application-autoscaling"), f"service/{cluster}/{service}"
    own = {"ServiceNamespace": "ecs", "ResourceId": resource, "ScalableDimension": "ecs:service:DesiredCount"}
    scaling.register_scalable_target(**own, MinCapacity=2, MaxCapacity=9)
    scaling.put_scaling_policy(
        **own,
        PolicyName=f"{service}-cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    )
    topic = cloud.client("sns").create_topic(Name=f"{service}-load", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    where = [{"Name": "ClusterName", "Value": cluster}]
    for metric in ("CPUUtilization", "MemoryUtilization"):
        for dimensions, name in ((where, cluster), ([*where, {"Name": "ServiceName", "Value": service}], service)):
            cloud.client("cloudwatch").put_metric_alarm(
                AlarmName=f"{name}-{metric}",
                Namespace="AWS/ECS",
                MetricName=metric,
                Dimensions=dimensions,
                Statistic="Average",
                Period=300,
                EvaluationPeriods=3,
                Threshold=85,
                ComparisonOperator="GreaterThanThreshold",
                AlarmActions=[topic],
                Tags=pairs(tagged(f"{name}-{metric}", "production")),
            )


def tidy_images(cloud: Cloud, *repositories: str) -> None:
    """Keep the last ten images of repositories."""
    rule = {"rulePriority": 1, "selection": _KEEP_TEN, "action": {"type": "expire"}}
    for name in repositories:
        cloud.client("ecr").put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=json.dumps({"rules": [rule]}))


def guard_balancer(cloud: Cloud, balancer: str, group: str) -> None:
    """Keep a load balancer from being deleted, let it log, guard it by rules; let targets come and go fast."""
    values = {
        "deletion_protection.enabled": "true",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "routing.http.desync_mitigation_mode": "strictest",
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": f"{cloud.name}-access-logs-{cloud.account}",
    }
    elb = cloud.client("elbv2")
    elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=pairs(values))
    elb.modify_target_group_attributes(
        TargetGroupArn=group, Attributes=pairs({"deregistration_delay.timeout_seconds": "30"})
    )
    elb.modify_target_group(TargetGroupArn=group, HealthCheckIntervalSeconds=10, HealthyThresholdCount=2)
    wall = cloud.client("wafv2")
    metric = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "front"}
    made = wall.create_web_acl(
        Name="front", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=metric, Rules=[]
    )["Summary"]["ARN"]
    wall.associate_web_acl(WebACLArn=made, ResourceArn=balancer)


def grow(cloud: Cloud, group: str) -> None:
    """Let an Auto Scaling group follow its CPU."""
    metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    cloud.client("autoscaling").put_scaling_policy(
        AutoScalingGroupName=group,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={"PredefinedMetricSpecification": metric, "TargetValue": 60.0},
    )


def file_system(home: Network, name: str, groups: Sequence[str], key: str) -> tuple[str, str]:
    """Make a file system with a door in each zone, TLS only, copies and cheap storage; answers both ids."""
    efs = home.cloud.client("efs", home.region)
    made: str = efs.create_file_system(
        Encrypted=True, KmsKeyId=key, Backup=True, Tags=pairs(tagged(name, "production", phi=True))
    )["FileSystemId"]
    for subnet in home.subnets("private", "production"):
        efs.create_mount_target(FileSystemId=made, SubnetId=subnet, SecurityGroups=list(groups))
    refused = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    efs.put_file_system_policy(FileSystemId=made, Policy=json.dumps(document(refused)))
    efs.put_lifecycle_configuration(FileSystemId=made, LifecyclePolicies=[{"TransitionToIA": "AFTER_30_DAYS"}])
    point: str = efs.create_access_point(
        FileSystemId=made,
        PosixUser={"Uid": 1000, "Gid": 1000},
        RootDirectory={"Path": f"/{name}"},
        Tags=pairs(tagged(name, "production", phi=True)),
    )["AccessPointId"]
    return made, point
