"""What is set for the described account and its Regions, its managed nodes, and the tags that are asked in bulk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bench.endpoint.world import (
    backup,
    balancers,
    databases,
    edge,
    iam,
    kms,
    logs,
    registry,
    s3,
    stores,
    work,
)
from bench.endpoint.world.hosts import asg_of, instance_id
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, saying, says

TAGGED: dict[str, Callable[[Place], list[Json]]] = {
    "acm:certificate": edge.tagged_certificates,
    "application-autoscaling:scalable-target": work.tagged_scalables,
    "backup:backup-plan": partial(backup.tagged, wanted="backup:backup-plan"),
    "backup:backup-vault": partial(backup.tagged, wanted="backup:backup-vault"),
    "cloudfront:distribution": lambda place: [
        {"ResourceARN": edge.distribution_arn(place, index), "Tags": place.tags("distribution", index)}
        for index in range(place.count("distribution"))
    ],
    "cloudwatch:alarm": lambda place: [
        {"ResourceARN": alarm["AlarmArn"], "Tags": place.tags("alarm", index)}
        for index, alarm in enumerate(logs.alarms(place))
    ],
    "ecr:repository": registry.tagged,
    "elasticloadbalancing:listener": partial(balancers.tagged, wanted="listener"),
    "elasticloadbalancing:loadbalancer": partial(balancers.tagged, wanted="loadbalancer"),
    "elasticloadbalancing:targetgroup": partial(balancers.tagged, wanted="targetgroup"),
    "events:event-bus": work.tagged_buses,
    "events:rule": work.tagged_rules,
    "kms:key": kms.tagged,
    "s3:bucket": s3.tagged,
    "dynamodb:table": stores.tagged_tables,
    "iam:instance-profile": partial(iam.tagged, wanted="iam:instance-profile"),
    "iam:policy": partial(iam.tagged, wanted="iam:policy"),
    "logs:log-group": logs.tagged_groups,
    "rds:cluster-pg": partial(databases.tagged, wanted="rds:cluster-pg"),
    "rds:pg": partial(databases.tagged, wanted="rds:pg"),
    "rds:subgrp": partial(databases.tagged, wanted="rds:subgrp"),
    "ssm:parameter": work.tagged_parameters,
    "wafv2:webacl": edge.tagged_acls,
}
"""By filter, the tags of what the Resource Groups Tagging API is asked for; of other types nothing has tags."""


def _meets(name: str, given: str) -> bool:
    """Say whether a filter takes a type: it names the type, or its whole service."""
    return name == given or name.startswith(f"{given}:")


def _tags(place: Place, params: Params) -> Answer:
    wanted = params.get("ResourceTypeFilters") or list(TAGGED)
    met = [name for name in TAGGED if any(_meets(name, given) for given in wanted)]
    found = {item["ResourceARN"]: item for name in met for item in TAGGED[name](place)}
    return {"ResourceTagMappingList": list(found.values()), "PaginationToken": ""}


@listing
def _nodes(place: Place) -> list[Json]:
    managed = [
        index for index in place.mine("instance") if asg_of(place, index) is not None or place.yes("node", index)
    ]
    return [
        {
            "InstanceId": instance_id(place, index), "PlatformType": "Linux", "AgentVersion": "3.3.0",
            "PingStatus": "Online" if place.yes("pings", index, share=0.95) else "ConnectionLost",
            "LastPingDateTime": place.ago(0.1), "IsLatestVersion": True, "ResourceType": "EC2Instance",
        }
        for index in managed
    ]  # fmt: skip


@listing
def _compliance(place: Place) -> list[Json]:
    found = []
    for node in _nodes(place):
        for sort in ("Association", "Patch"):
            good = place.yes("patched", sort, node["InstanceId"])
            failing = {"NonCompliantCount": 0 if good else 3}
            found.append({
                "ComplianceType": sort, "ResourceType": "ManagedInstance", "ResourceId": node["InstanceId"],
                "Status": "COMPLIANT" if good else "NON_COMPLIANT", "NonCompliantSummary": failing,
                "OverallSeverity": "UNSPECIFIED" if good else "HIGH", "CompliantSummary": {"CompliantCount": 9},
                "ExecutionSummary": {"ExecutionTime": place.ago(1), "ExecutionType": "Command"},
            })  # fmt: skip
    return found


def _sealed(place: Place, _: Params) -> Answer:
    return {"EbsEncryptionByDefault": place.yes("ebs-default", place.region)}


ANSWERS: dict[str, Speaker] = {
    "ec2.GetEbsEncryptionByDefault": _sealed,
    "ec2.GetEbsDefaultKmsKeyId": saying(KmsKeyId="alias/aws/ebs"),
    "ec2.GetSnapshotBlockPublicAccessState": saying(State="block-all-sharing"),
    "ec2.GetImageBlockPublicAccessState": saying(ImageBlockPublicAccessState="unblocked"),
    "bedrock.GetModelInvocationLoggingConfiguration": saying(),
    "ssm.DescribeInstanceInformation": says("InstanceInformationList", _nodes),
    "ssm.ListResourceComplianceSummaries": says("ResourceComplianceSummaryItems", _compliance),
    "resourcegroupstaggingapi.GetResources": _tags,
}
