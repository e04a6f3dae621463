"""What drives and configures the described workloads: rules, schedules, scaling, parameters, secrets, stacks."""

from __future__ import annotations

from bench.endpoint.world.containers import cluster_arn, cluster_name
from bench.endpoint.world.definitions import definition_arn
from bench.endpoint.world.iam import role_arn
from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, numbered, says
from bench.endpoint.world.services import service_arn, service_name
from bench.endpoint.world.stores import table_name

# ---- EventBridge ----


def _rule_name(place: Place, index: int) -> str:
    return f"{place.app(index)}-rule-{index}"


def _starts(place: Place, index: int) -> Json:
    """Say what starts a task definition that is no service's."""
    loose = [number for number in place.mine("taskdefinition") if number >= place.count("service")]
    number = loose[index % len(loose)]
    return {"TaskDefinitionArn": definition_arn(place, number), "TaskCount": 1, "LaunchType": "FARGATE"}


def _buses(place: Place) -> list[Json]:
    return [{"Name": "default", "Arn": place.arn("events", "event-bus/default")}]


@listing
def _rules(place: Place) -> list[Json]:
    return [
        {
            "Name": _rule_name(place, index), "Arn": place.arn("events", f"rule/{_rule_name(place, index)}"),
            "State": "ENABLED" if index % 5 else "DISABLED", "ScheduleExpression": "rate(1 day)",
            "EventBusName": "default", "Description": "nightly work",
        }
        for index in place.mine("rule")
    ]  # fmt: skip


_rule_numbers = listing(lambda place: {_rule_name(place, index): index for index in place.mine("rule")})


def _rule_of(place: Place, params: Params) -> int | None:
    return _rule_numbers(place).get(params["Rule"])


def _targets(place: Place, index: int) -> Answer:
    target: Json = {"Id": "1", "Arn": place.arn("sns", "alerts")}
    if index % 2:
        cluster = cluster_arn(place, place.ref("cluster", index))
        target = {"Id": "1", "Arn": cluster, "RoleArn": role_arn(place, 0), "EcsParameters": _starts(place, index)}
    return {"Targets": [target]}


def _event_tags(place: Place, params: Params) -> Answer:
    return {"Tags": _tags_of(place, params["ResourceARN"])}


def _tags_of(place: Place, arn: str) -> list[Json]:
    return place.tags("rule", _rule_numbers(place).get(arn.rpartition("/")[2], 1000))


def tagged_rules(place: Place) -> list[Json]:
    """Give the tags of the rules."""
    return [{"ResourceARN": rule["Arn"], "Tags": _tags_of(place, rule["Arn"])} for rule in _rules(place)]


def tagged_buses(place: Place) -> list[Json]:
    """Give the tags of the buses."""
    return [{"ResourceARN": bus["Arn"], "Tags": _tags_of(place, bus["Arn"])} for bus in _buses(place)]


# ---- Scheduler ----


def _schedule(place: Place, index: int) -> Json:
    name = f"{place.app(index)}-schedule-{index}"
    return {
        "Arn": place.arn("scheduler", f"schedule/default/{name}"), "Name": name, "GroupName": "default",
        "State": "ENABLED", "CreationDate": place.ago(300), "LastModificationDate": place.ago(300),
        "Target": {"Arn": cluster_arn(place, place.ref("cluster", index))},
    }  # fmt: skip


@listing
def _schedules(place: Place) -> list[Json]:
    return [_schedule(place, index) for index in place.mine("schedule")]


def _schedule_of(place: Place, params: Params) -> int | None:
    number = params["Name"].rpartition("-")[2]
    return int(number) if number.isdecimal() and int(number) in place.mine("schedule") else None


def _scheduled(place: Place, index: int) -> Answer:
    made, target = _schedule(place, index), {"RoleArn": role_arn(place, 0), "EcsParameters": _starts(place, index + 1)}
    return {
        **made, "Target": {**made["Target"], **target}, "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
    }  # fmt: skip


# ---- scaling of services ----


def _scaled(place: Place, index: int) -> Json:
    named = f"service/{cluster_name(place, place.ref('cluster', index))}/{service_name(place, index)}"
    return {"ServiceNamespace": "ecs", "ResourceId": named, "ScalableDimension": "ecs:service:DesiredCount"}


def _scalable_arn(place: Place, index: int) -> str:
    return place.arn("application-autoscaling", f"scalable-target/{place.hex(34, 'scalable', index)}")


def _scalables(place: Place) -> list[Json]:
    return [
        {
            **_scaled(place, index), "MinCapacity": 2 if place.yes("scales-two", index) else 1, "MaxCapacity": 6,
            "RoleARN": place.iam("role/scaling"), "CreationTime": place.ago(300),
            "ScalableTargetARN": _scalable_arn(place, index),
            "SuspendedState": {
                "DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False,
                "ScheduledScalingSuspended": False,
            },
        }
        for index in place.mine("scalable")
    ]  # fmt: skip


def _scaling(place: Place) -> list[Json]:
    return [
        {
            **_scaled(place, index), "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "Alarms": [],
            "PolicyARN": place.arn("autoscaling", f"scalingPolicy:{place.uuid('scaling', index)}:policyName/cpu"),
            "CreationTime": place.ago(300), "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 70.0, "DisableScaleIn": False,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
            },
        }
        for index in place.mine("scalable")
    ]  # fmt: skip


# ---- Systems Manager ----


def _parameter_name(place: Place, index: int) -> str:
    return f"/{place.app(index)}/setting-{index}"


def _parameters(place: Place) -> list[Json]:
    found = []
    for index in place.mine("parameter"):
        secret = place.yes("parameter-secure", index)
        made: Json = {
            "Name": _parameter_name(place, index), "Type": "SecureString" if secret else "String", "Version": 1,
            "ARN": place.arn("ssm", f"parameter{_parameter_name(place, index)}"), "Tier": "Standard",
            "LastModifiedDate": place.ago(300, "parameter", index), "DataType": "text", "Policies": [],
        }  # fmt: skip
        found.append(made | ({"KeyId": "alias/aws/ssm"} if secret else {}))
    return found


def tagged_scalables(place: Place) -> list[Json]:
    """Give the tags of the scalable targets."""
    numbers = place.mine("scalable")
    return [{"ResourceARN": _scalable_arn(place, index), "Tags": place.tags("scalable", index)} for index in numbers]


def tagged_parameters(place: Place) -> list[Json]:
    """Give the tags of the parameters."""
    return [
        {
            "ResourceARN": place.arn("ssm", f"parameter{_parameter_name(place, index)}"),
            "Tags": place.tags("parameter", index),
        }
        for index in place.mine("parameter")
    ]


def _documents(place: Place) -> list[Json]:
    return [
        {
            "Name": f"install-agent-{index}", "Owner": place.account, "DocumentType": "Command", "DocumentVersion": "1",
            "SchemaVersion": "2.2", "DocumentFormat": "JSON", "PlatformTypes": ["Linux"], "CreatedDate": place.ago(500),
            "Tags": place.tags("document", index),
        }
        for index in place.mine("document")
    ]  # fmt: skip


# ---- secrets and stacks ----


def _secrets(place: Place) -> list[Json]:
    found = []
    for index in place.mine("secret"):
        name, turns = f"{place.app(index)}/database-{index}", place.yes("secret-turns", index)
        made: Json = {
            "ARN": place.arn("secretsmanager", f"secret:{name}-{place.hex(6, 'secret', index)}"), "Name": name,
            "RotationEnabled": turns, "CreatedDate": place.ago(400, "secret", index),
            "Tags": place.tags("secret", index),
            "LastChangedDate": place.ago(50, "secret", index),
            "LastAccessedDate": place.ago(2 if place.yes("secret-used", index) else 200),
            "SecretVersionsToStages": {place.uuid("version", index): ["AWSCURRENT"]},
        }  # fmt: skip
        if place.yes("secret-kms", index):
            made["KmsKeyId"] = key_arn(place, index)
        if turns:
            rotation = {"AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(30 days)"}
            made |= {
                "RotationRules": rotation,
                "LastRotatedDate": place.ago(25 if place.yes("secret-turned", index) else 90),
            }
            made["RotationLambdaARN"] = place.arn("lambda", "function:rotate")
        found.append(made)
    return found


def _stack_id(place: Place, index: int) -> str:
    return place.arn("cloudformation", f"stack/{place.app(index)}-stack-{index}/{place.uuid('stack', index)}")


def _stacks(place: Place) -> list[Json]:
    return [
        {
            "StackId": _stack_id(place, index), "StackName": f"{place.app(index)}-stack-{index}", "Tags": [],
            "CreationTime": place.ago(500, "stack", index), "StackStatus": "UPDATE_COMPLETE",
            "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"}, "EnableTerminationProtection": True,
        }
        for index in place.mine("stack")
    ]  # fmt: skip


def _stack_parts(place: Place, params: Params) -> Answer:
    index = next((each for each in place.mine("stack") if _stack_id(place, each) == params["StackName"]), None)
    if index is None:
        return "ValidationError"
    parts = {"Table": ("AWS::DynamoDB::Table", table_name(place, index))}
    parts["Service"] = ("AWS::ECS::Service", service_arn(place, index))
    return {"StackResourceSummaries": [
        {
            "LogicalResourceId": name, "PhysicalResourceId": physical, "ResourceType": sort,
            "LastUpdatedTimestamp": place.ago(100), "ResourceStatus": "CREATE_COMPLETE",
            "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
        }
        for name, (sort, physical) in parts.items()
    ]}  # fmt: skip


ANSWERS: dict[str, Speaker] = {
    "events.ListEventBuses": says("EventBuses", _buses),
    "events.ListRules": says("Rules", _rules),
    "events.ListTargetsByRule": numbered(_rule_of, "ResourceNotFoundException", _targets),
    "events.ListTagsForResource": _event_tags,
    "scheduler.ListSchedules": says("Schedules", _schedules),
    "scheduler.GetSchedule": numbered(_schedule_of, "ResourceNotFoundException", _scheduled),
    "application-autoscaling.DescribeScalableTargets": says("ScalableTargets", _scalables),
    "application-autoscaling.DescribeScalingPolicies": says("ScalingPolicies", _scaling),
    "ssm.DescribeParameters": says("Parameters", _parameters),
    "ssm.ListDocuments": says("DocumentIdentifiers", _documents),
    "ssm.DescribeDocumentPermission": says("AccountIds", lambda _: []),
    "secretsmanager.ListSecrets": says("SecretList", _secrets),
    "cloudformation.DescribeStacks": says("Stacks", _stacks),
    "cloudformation.ListStackResources": _stack_parts,
}
