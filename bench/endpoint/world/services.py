"""The described services of ECS, their tasks and task definitions."""

from __future__ import annotations

from datetime import timedelta

from bench.endpoint.world.balancers import group_arn
from bench.endpoint.world.containers import cluster_arn, cluster_name, cluster_of, host_arn, hosts, on_hosts
from bench.endpoint.world.definitions import definition_arn, image_of
from bench.endpoint.world.groups import group_in
from bench.endpoint.world.network import private_subnets, zone_of
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, some
from bench.endpoint.world.registry import image_digest

SERVICES = 50
"""The sorts of services come again after so many."""


def service_name(place: Place, index: int) -> str:
    """Name a service."""
    return f"{place.app(index)}-service-{index}"


def service_arn(place: Place, index: int) -> str:
    """Give the ARN of a service."""
    return place.arn("ecs", f"service/{cluster_name(place, place.ref('cluster', index))}/{service_name(place, index)}")


def desired(index: int) -> int:
    """Say how many tasks a service has."""
    return 2 if index % 5 == 0 else 0 if index % 10 == 7 else 1  # noqa: PLR2004  a tenth is switched off


def _network(place: Place, index: int) -> Json:
    vpc = place.ref("vpc", index)
    return {"awsvpcConfiguration": {
        "subnets": private_subnets(place, vpc, 3 if place.yes("service-wide", index) else 1),
        "securityGroups": [group_in(place, vpc, "service", index)],
        "assignPublicIp": "DISABLED" if place.yes("service-private", index, share=0.95) else "ENABLED",
    }}  # fmt: skip


def _rollout(place: Place, index: int) -> Json:
    stops = place.yes("breaker", index)
    return {
        "deploymentCircuitBreaker": {"enable": stops, "rollback": stops}, "maximumPercent": 200,
        "minimumHealthyPercent": 100 if place.yes("healthy-percent", index) else 50, "strategy": "ROLLING",
    }  # fmt: skip


def _service(place: Place, index: int) -> Json:
    made_at, count = place.ago(300, "service", index), desired(index)
    network, hosted = _network(place, index), on_hosts(place, index)
    failed = not place.yes("deploys", index, share=0.95)
    way = {"launchType": "EC2" if hosted else "FARGATE"} | ({} if hosted else {"platformVersion": "LATEST"})
    deployment = {
        "id": f"ecs-svc/{index}", "status": "PRIMARY", "taskDefinition": definition_arn(place, index),
        "desiredCount": count, "runningCount": count, "pendingCount": 0, "failedTasks": 0, "createdAt": made_at,
        "updatedAt": made_at, "rolloutState": "FAILED" if failed else "COMPLETED", "networkConfiguration": network,
        "rolloutStateReason": "tasks failed to start" if failed else "deployment completed", **way,
    }  # fmt: skip
    steady = f"(service {service_name(place, index)}) has reached a steady state."
    event = {"id": place.uuid("event", index), "createdAt": place.ago(0.1), "message": steady}
    made: Json = {
        "serviceArn": service_arn(place, index), "serviceName": service_name(place, index), "status": "ACTIVE",
        "clusterArn": cluster_arn(place, place.ref("cluster", index)), "desiredCount": count, "runningCount": count,
        "pendingCount": 0, "taskDefinition": definition_arn(place, index), "deployments": [deployment],
        "deploymentConfiguration": _rollout(place, index), "deploymentController": {"type": "ECS"},
        "roleArn": place.iam("role/ecs"), "events": [event], "createdAt": made_at, "networkConfiguration": network,
        "loadBalancers": [], "serviceRegistries": [], "schedulingStrategy": "REPLICA", "enableECSManagedTags": True,
        "placementConstraints": [], "placementStrategy": [], "healthCheckGracePeriodSeconds": 60,
        "propagateTags": "SERVICE" if place.yes("propagates", index) else "NONE",
        "enableExecuteCommand": place.yes("exec", index, share=0.2),
        "tags": place.tags("service", index, key="key", value="value"), **way,
    }  # fmt: skip
    if index % SERVICES < place.count("targetgroup") and index < place.count("targetgroup"):
        made["loadBalancers"] = [
            {"targetGroupArn": group_arn(place, index), "containerName": "app", "containerPort": 8080}
        ]
    return made


@listing
def _services(place: Place) -> dict[str, Json]:
    return {service_arn(place, index): _service(place, index) for index in place.mine("service")}


def _listed(place: Place, params: Params) -> Answer:
    cluster = cluster_of(place, params)
    if cluster is None:
        return "ClusterNotFoundException"
    own = [index for index in place.mine("service") if place.ref("cluster", index) == cluster]
    return {"serviceArns": [service_arn(place, index) for index in own]}


# ---- tasks ----


def _task_arn(place: Place, index: int, number: int) -> str:
    rest = f"{cluster_name(place, place.ref('cluster', index))}/{place.hex(32, 'task', index, number)}"
    return place.arn("ecs", f"task/{rest}")


STOPPED = 9
"""The number of a service's task that has stopped."""


@listing
def _tasks(place: Place) -> dict[str, Json]:
    found = {}
    for index in place.mine("service"):
        for number in (*range(desired(index)), *([STOPPED] if index % 25 == STOPPED else [])):
            found[_task_arn(place, index, number)] = _task(place, index, number)
    return found


def _task(place: Place, index: int, number: int) -> Json:
    cluster, state = place.ref("cluster", index), "STOPPED" if number == STOPPED else "RUNNING"
    network = _network(place, index)["awsvpcConfiguration"]
    repository = place.ref("repository", index)
    details = {"subnetId": network["subnets"][0], "networkInterfaceId": f"eni-{place.hex(17, 'task', index, number)}"}
    made: Json = {
        "taskArn": _task_arn(place, index, number), "clusterArn": cluster_arn(place, cluster), "lastStatus": state,
        "taskDefinitionArn": definition_arn(place, index), "group": f"service:{service_name(place, index)}",
        "desiredStatus": state, "createdAt": place.ago(20, "task", index), "startedAt": place.ago(20, "task", index),
        "availabilityZone": zone_of(place, 0), "cpu": "512", "memory": "1024", "connectivity": "CONNECTED",
        "launchType": "FARGATE", "platformVersion": "1.4.0", "startedBy": f"ecs-svc/{index}", "version": 3,
        "containers": [{
            "containerArn": place.arn("ecs", f"container/{place.uuid('container', index, number)}"), "name": "app",
            "taskArn": _task_arn(place, index, number), "image": image_of(place, index), "lastStatus": state,
            "imageDigest": image_digest(place, repository), "healthStatus": "HEALTHY",
        }],
        "overrides": {"containerOverrides": [{"name": "app"}]},
        "attachments": [{
            "id": place.uuid("attachment", index, number), "type": "ElasticNetworkInterface", "status": "ATTACHED",
            "details": [{"name": name, "value": value} for name, value in details.items()],
        }],
        "tags": place.tags("service", index, key="key", value="value"),
    }  # fmt: skip
    if on_hosts(place, index):
        inside = hosts(place, cluster)
        made |= {"launchType": "EC2", "containerInstanceArn": host_arn(place, cluster, inside[index % len(inside)])}
        del made["platformVersion"]
    if state == "STOPPED":
        starved = place.yes("starved", index, share=0.3)
        made |= {"stoppedAt": place.now - timedelta(minutes=20), "stopCode": "EssentialContainerExited"}
        made["stoppedReason"] = (
            "OutOfMemoryError: container killed" if starved else "Essential container in task exited"
        )
    return made


def _task_arns(place: Place, params: Params) -> Answer:
    cluster = cluster_of(place, params)
    if cluster is None:
        return "ClusterNotFoundException"
    arn, wanted = cluster_arn(place, cluster), params.get("desiredStatus", "RUNNING")
    found = [name for name, one in _tasks(place).items() if (one["clusterArn"], one["desiredStatus"]) == (arn, wanted)]
    return {"taskArns": found}


ANSWERS: dict[str, Speaker] = {
    "ecs.ListServices": _listed,
    "ecs.DescribeServices": some("services", _services, "services"),
    "ecs.ListTasks": _task_arns,
    "ecs.DescribeTasks": some("tasks", _tasks, "tasks"),
}
