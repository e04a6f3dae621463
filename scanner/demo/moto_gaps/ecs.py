"""ECS: what CreateService is given and moto drops, the tasks that a service starts, and what is known of a task.

moto keeps a few members of a service, starts no task for it, walks each task to STOPPED as it is described, and knows
one container of it. AWS: API_Service, API_Task, API_Container, API_ContainerInstance.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from moto.core.utils import camelcase_to_underscores, utcnow
from moto.ec2.models import ec2_backends
from moto.ecr.models import ecr_backends
from moto.ecs.models import Container, ContainerInstance, EC2ContainerServiceBackend, Task, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

from scanner.demo.moto_gaps.graft import add, after

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

EXTENDS = frozenset(
    f"ecs.{operation}"
    for operation in (
        *("CreateService", "UpdateService", "RunTask", "StartTask", "DescribeTasks", "ListTasks"),
        *("RegisterContainerInstance", "DescribeContainerInstances", "DescribeCapacityProviders"),
    )
)
"""The operations that this module answers, or whose answer or outcome it changes."""

_KEPT = (  # members of CreateService that moto drops and DescribeServices answers under the same name
    "deploymentConfiguration",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
)
_ABSENT = {
    "placementConstraints": [],
    "placementStrategy": [],
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "availabilityZoneRebalancing": "DISABLED",
    "deploymentConfiguration": {
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    },
}
_REMEMBERED = timedelta(hours=1)  # how long AWS tells of a task that has stopped


def _attribute(member: str) -> str:
    return str(camelcase_to_underscores(member))


def _keep_members(response: Any, answer: ActionResult) -> ActionResult:
    """CreateService: keep the members that moto drops, then start the tasks."""
    service: Any = answer.result["service"]  # type: ignore[index]
    for member in _KEPT:
        given = response._get_param(member)  # noqa: SLF001 - moto's way to read a parameter
        value = _ABSENT.get(member) if given is None else given
        if value is not None:
            setattr(service, _attribute(member), value)
    if response._get_param("capacityProviderStrategy"):  # noqa: SLF001
        service.launch_type = None
    connect = response._get_param("serviceConnectConfiguration")  # noqa: SLF001
    for deployment in service.deployments:
        deployment["capacityProviderStrategy"] = response._get_param("capacityProviderStrategy") or []  # noqa: SLF001
        if connect:
            deployment["serviceConnectConfiguration"] = connect
    service.created_at = utcnow()
    service.created_by = f"arn:aws:iam::{response.current_account}:role/terraform"
    settle(response.ecs_backend, service)
    return answer


def _settle_again(response: Any, answer: ActionResult) -> ActionResult:
    """UpdateService: moto changes the numbers and starts or stops nothing."""
    service = answer.result["service"]  # type: ignore[index]
    settle(response.ecs_backend, service)
    return answer


def settle(backend: EC2ContainerServiceBackend, service: Any) -> None:
    """Let a service reach its desired count: stop tasks of another revision and surplus ones, start what is missing."""
    tasks: dict[str, Any] = backend.tasks.setdefault(service.cluster_name, {})
    definition = backend.describe_task_definition(service.task_definition)
    service.task_definition = definition.arn
    group = f"service:{service.name}"
    running = [t for t in tasks.values() if t.group == group and t.last_status == "RUNNING"]
    kept = [t for t in running if t.task_definition_arn == definition.arn][: service.desired_count]
    for task in running:
        if task not in kept:
            task.stop("Scaling activity initiated by deployment")
    hosts = [
        host.container_instance_arn
        for host in backend.container_instances.get(service.cluster_name, {}).values()
        if host.status == "ACTIVE" and host.agent_connected
    ]
    if service.launch_type == "EC2" and not hosts and definition.network_mode != "awsvpc":
        return  # its tasks find no place, and wait
    places = cycle(hosts if service.launch_type != "FARGATE" and hosts else [None])
    for number, host in enumerate(islice(places, len(kept), service.desired_count), len(kept)):
        task = _start(backend, service, definition, host, number)
        tasks[task.task_arn] = task
    cluster = backend.clusters[service.cluster_name]
    cluster.running_tasks_count = sum(task.last_status == "RUNNING" for task in tasks.values())
    cluster.pending_tasks_count = 0
    service.running_count, service.pending_count = service.desired_count, 0
    for deployment in service.deployments:
        deployment |= {
            "taskDefinition": definition.arn,
            "desiredCount": service.desired_count,
            "runningCount": service.desired_count,
            "pendingCount": 0,
            "rolloutState": "COMPLETED",
            "rolloutStateReason": f"ECS deployment {deployment['id']} completed.",
        }


def _start(backend: EC2ContainerServiceBackend, service: Any, definition: Any, host: str | None, number: int) -> Task:
    """Start the task of that number; each is given the service's subnets in another order, to spread over zones."""
    network = service.deployments[0].get("networkConfiguration") if service.deployments else None
    if network:
        chosen = network["awsvpcConfiguration"]
        first = number % len(chosen["subnets"])
        network = {"awsvpcConfiguration": {**chosen, "subnets": chosen["subnets"][first:] + chosen["subnets"][:first]}}
    return Task(
        backend._get_cluster(service.cluster_name),  # noqa: SLF001
        definition,
        host,
        backend._calculate_task_resource_requirements(definition),  # noqa: SLF001
        backend=backend,
        group=f"service:{service.name}",
        launch_type=service.launch_type or "EC2",
        started_by=service.deployments[0]["id"] if service.deployments else service.name,
        tags=list(service.tags) if service.propagate_tags == "SERVICE" else [],
        networking_configuration=network if definition.network_mode == "awsvpc" else None,
        platform_version=service.platform_version,
    )


def _know_task(task: Any, _nothing: None, *_args: Any, **_kwargs: Any) -> None:
    """Fill in what DescribeTasks says and moto does not keep; a task runs until it is stopped."""
    backend: EC2ContainerServiceBackend = task._backend  # noqa: SLF001
    definition = backend.describe_task_definition(task.task_definition_arn)
    hosts: dict[str, Any] = {
        host.container_instance_arn: host for host in backend.container_instances.get(task.cluster_name, {}).values()
    }
    host = hosts.get(task.container_instance_arn)
    task.availability_zone = host.attributes["ecs.availability-zone"] if host else _zone(task)
    task.launch_type = task.launch_type or ("EC2" if host else "FARGATE")
    task.connectivity, task.health_status = "CONNECTED", "HEALTHY"
    task.created_at = task.started_at = task.connectivity_at = task.pull_started_at = task.pull_stopped_at = utcnow()
    task.cpu, task.memory = definition.cpu, definition.memory
    task.enable_execute_command = False
    task.version = 1
    task.containers = [_container(task, definition, each) for each in definition.container_definitions]


def _zone(task: Any) -> str:
    """The zone of the subnet that a task on Fargate was put in."""
    subnet = task.network_configuration["awsvpcConfiguration"]["subnets"][0]
    zone: str = ec2_backends[task._account_id][task.region_name].get_subnet(subnet).availability_zone  # noqa: SLF001
    return zone


def _container(task: Any, definition: Any, described: dict[str, Any]) -> Any:
    build: Any = Container
    container = build(definition)
    container.container_arn = task.task_arn.replace(":task/", ":container/") + f"/{mock_random.uuid4()}"
    container.task_arn = task.task_arn
    container.name, container.image = described["name"], described["image"]
    container.last_status, container.exit_code = "RUNNING", None
    container.runtime_id = mock_random.get_random_hex(64)
    digest = _digest(described["image"])
    if digest:
        container.image_digest = digest
    return container


def _digest(image: str) -> str | None:
    """The digest that the agent found behind an image's name, where the image lies in a registry of the demo."""
    registry, _, name = image.partition("/")
    parts = registry.split(".")
    if parts[1:3] != ["dkr", "ecr"]:
        return None
    if "@" in name:
        return name.partition("@")[2]
    name, _, tag = name.partition(":")
    repository = ecr_backends[parts[0]][parts[3]].repositories.get(name)
    images = repository.images if repository else []
    return next((found.image_digest for found in images if (tag or "latest") in found.image_tags), None)


def _stop(task: Any, reason: str) -> None:
    task.desired_status = "STOPPED"
    task.last_status = "STOPPED"
    task.stopped_reason, task.stop_code, task.stopped_at = reason, "ServiceSchedulerInitiated", utcnow()
    for container in task.containers:
        container.last_status = "STOPPED"


def _list_tasks(  # noqa: PLR0917 - moto's own signature
    backend: EC2ContainerServiceBackend,
    cluster_str: str | None = None,
    container_instance: str | None = None,
    family: str | None = None,
    started_by: str | None = None,
    service_name: str | None = None,
    desiredStatus: str | None = None,  # noqa: N803 - moto's own spelling
) -> list[Any]:
    """ListTasks: moto lists stopped tasks too where no status is asked, and forever, and of every service."""
    found: list[Any] = _every_task(backend, cluster_str, container_instance, family, started_by)
    group = f"service:{service_name.rpartition('/')[2]}" if service_name else None
    return [
        task
        for task in found
        if task.desired_status == (desiredStatus or "RUNNING")
        and group in {None, task.group}
        and (task.desired_status == "RUNNING" or utcnow() - task.stopped_at < _REMEMBERED)
    ]


_every_task = EC2ContainerServiceBackend.list_tasks


def _know_host(host: Any, _nothing: None, *_args: Any, **_kwargs: Any) -> None:
    """RegisterContainerInstance: a present-day agent, and the health that moto leaves out."""
    host.version_info = {"agentVersion": "1.97.1", "agentHash": "c2f2a5c8", "dockerVersion": "DockerVersion: 25.0.8"}
    host.health_status = {"overallStatus": "OK", "details": []}
    host.attachments, host.tags, host.version = [], [], 1


def _all_providers(backend: EC2ContainerServiceBackend, names: list[str] | None = None) -> Any:
    """DescribeCapacityProviders: moto fails without names, where AWS answers all."""
    return _describe_capacity_providers(backend, names or [each.name for each in backend.capacity_providers.values()])


_describe_capacity_providers = EC2ContainerServiceBackend.describe_capacity_providers


def set_agent_connected(account: str, region: str, cluster: str, instance: str, *, connected: bool) -> None:
    """Let the ECS agent of an EC2 instance lose or find its connection."""
    for host in ecs_backends[account][region].container_instances[cluster].values():
        if host.ec2_instance_id == instance:
            host.agent_connected = connected


def install() -> None:
    """Extend moto's ECS answers."""
    after(EC2ContainerServiceResponse, "create_service", _keep_members)
    after(EC2ContainerServiceResponse, "update_service", _settle_again)
    after(Task, "__init__", _know_task)
    after(ContainerInstance, "__init__", _know_host)
    add(Task, advance=lambda _task: None, stop=_stop)
    add(EC2ContainerServiceBackend, describe_capacity_providers=_all_providers, list_tasks=_list_tasks)
