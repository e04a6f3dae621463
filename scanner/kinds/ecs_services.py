"""ECS: services, with their deployments and task sets."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.ecs import TAGS, Cluster
from scanner.kinds.ecs_deployments import (
    FailedDeployment,
    MemoryHour,
    Rollback,
    Steadiness,
    failed_deployments,
    last_part,
    memory_hours,
    memory_query,
    rollback,
    steadiness,
)
from scanner.kinds.ecs_planned import planned_offers, sets_under, template_offers
from scanner.kinds.ecs_service_parts import (
    ConnectService,
    Placement,
    StrategyItem,
    Target,
    TaskSet,
    all_fargate,
    constraints,
    lattice,
    offers,
    placements,
    providers,
    registries,
    strategy,
    targets,
    task_definitions,
    task_sets,
)
from scanner.kinds.merges import METRICS
from scanner.kinds.planned_reading import named, one
from scanner.model.call import applied, batch, each, then
from scanner.model.kind import Const, Kind, fact


class Service(Kind, cfn="AWS::ECS::Service", tf="aws_ecs_service"):
    """A service: a number of copies of a task that ECS keeps running; its id is its ARN."""

    listed = each("ecs.ListServices", "serviceArns", of=Cluster, cluster="$of.arn")
    service = batch(
        "ecs.DescribeServices", "services", ids="services", own="$listed", key="serviceArn", size=10,
        cluster="$of.arn", include=["TAGS"],
    )  # fmt: skip
    memory = then(
        "cloudwatch.GetMetricData",
        "MetricDataResults",
        merge=METRICS,
        MetricDataQueries=applied(memory_query, "$service.clusterArn", "$service.serviceName"),
        StartTime="$as_of-168h",
        EndTime="$as_of",
        when="service.status == 'ACTIVE'",
    )

    id: str = fact("listed", plan="id", sample="arn:aws:ecs:us-east-1:123456789012:service/phi/web")
    arn: str = fact("listed", plan="id")
    name: str = fact("service.serviceName", plan="name", template="ServiceName", sample="web")
    tags: Mapping[str, str] = fact("service.tags", plan="tags", template="Tags", parse=TAGS, default={})
    cluster: str = fact(
        "service.clusterArn",
        plan="cluster",
        template="Cluster",
        sample="arn:aws:ecs:us-east-1:123456789012:cluster/phi",
    )
    status: str = fact("service.status", plan=Const("ACTIVE"), template=Const("ACTIVE"), sample="ACTIVE")
    scheduling: str = fact(
        "service.schedulingStrategy",
        plan="scheduling_strategy",
        template="SchedulingStrategy",
        default={"plan": "REPLICA", "template": "REPLICA"},
        sample="REPLICA",
    )
    desired: int = fact(
        "service.desiredCount", plan="desired_count", template="DesiredCount", default={"plan": 0}, sample=2
    )
    running: int = fact("service.runningCount", sample=2)
    launch_type: str = fact(
        "service.launchType",
        plan="launch_type",
        template="LaunchType",
        default={"api": "", "plan": ""},
        sample="FARGATE",
        doc="`EC2`, `FARGATE` or `EXTERNAL`; empty where a capacity provider strategy decides.",
    )
    capacity_providers: tuple[str, ...] = fact(
        "service.capacityProviderStrategy",
        plan="capacity_provider_strategy",
        template="CapacityProviderStrategy",
        parse=providers,
        default=(),
    )
    task_definition: str = fact(
        "service.taskDefinition",
        plan="task_definition",
        template="TaskDefinition",
        default={"api": "", "plan": ""},
        sample="arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
        doc="Empty where a deployment tool drives task sets.",
    )
    task_definitions: tuple[str, ...] = fact(
        "service",
        plan="task_definition",
        template="TaskDefinition",
        parse={"api": task_definitions, "plan": one, "template": one},
        default={"plan": (), "template": ()},
        sample=("arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",),
        doc="Those of the service, of its deployments that are not over, and of its task sets.",
    )
    task_sets: tuple[TaskSet, ...] = fact(
        "service",
        plan="deployment_controller[0].type",
        template="DeploymentController.Type",
        parse={"api": task_sets, "plan": sets_under, "template": sets_under},
        default=(),
    )
    subnets: tuple[str, ...] = fact(
        "service.networkConfiguration.awsvpcConfiguration.subnets",
        plan="network_configuration[0].subnets",
        template="NetworkConfiguration.AwsvpcConfiguration.Subnets",
        default=(),
        sample=("subnet-a", "subnet-b"),
    )
    security_groups: tuple[str, ...] = fact(
        "service.networkConfiguration.awsvpcConfiguration.securityGroups",
        plan="network_configuration[0].security_groups",
        template="NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",
        default=(),
        sample=("sg-service",),
        doc="Empty means the VPC's default security group, where the tasks have interfaces of their own.",
    )
    public_ip: bool = fact(
        "service.networkConfiguration.awsvpcConfiguration.assignPublicIp",
        plan="network_configuration[0].assign_public_ip",
        template="NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
        parse={"api": lambda text: text == "ENABLED", "template": lambda text: text == "ENABLED"},
        default={"plan": False},
        sample=False,
    )
    targets: tuple[Target, ...] = fact(
        "service.loadBalancers", plan="load_balancer", template="LoadBalancers", parse=targets, default=()
    )
    placement: tuple[Placement, ...] = fact(
        "service.placementStrategy",
        plan="ordered_placement_strategy",
        template="PlacementStrategies",
        parse=placements,
        default=(),
    )
    constraints: tuple[str, ...] = fact(
        "service.placementConstraints",
        plan="placement_constraints",
        template="PlacementConstraints",
        parse=constraints,
        default=(),
        doc="The expressions of the placement constraints; `distinctInstance` has none and is named itself.",
    )
    offers: tuple[ConnectService, ...] = fact(
        "service",
        plan="service_connect_configuration[0]",
        template="ServiceConnectConfiguration",
        parse={"api": offers, "plan": planned_offers, "template": template_offers},
        default=(),
    )
    lattice: tuple[str, ...] = fact(
        "service",
        plan="vpc_lattice_configurations[].target_group_arn",
        template="VpcLatticeConfigurations[].TargetGroupArn",
        parse={"api": lattice, "plan": named, "template": named},
        default=(),
        doc="Target groups of VPC Lattice.",
    )
    registries: tuple[str, ...] = fact(
        "service.serviceRegistries",
        plan="service_registries",
        template="ServiceRegistries",
        parse=registries,
        default=(),
        doc="Services of Cloud Map.",
    )
    strategy: tuple[StrategyItem, ...] = fact(
        "service.capacityProviderStrategy",
        plan="capacity_provider_strategy",
        template="CapacityProviderStrategy",
        parse=strategy,
        default=(),
    )
    platform_version: str = fact(
        "service.platformVersion",
        plan="platform_version",
        template="PlatformVersion",
        default="LATEST",
        doc="Of the tasks on Fargate; where nothing is said, LATEST (API_Service).",
    )
    platform_family: str = fact("service.platformFamily", default={"api": ""}, sample="Linux")
    controller: str = fact(
        "service.deploymentController.type",
        plan="deployment_controller[0].type",
        template="DeploymentController.Type",
        default="ECS",
    )
    deployment_strategy: str = fact(
        "service.deploymentConfiguration.strategy",
        plan="deployment_configuration[0].strategy",
        template="DeploymentConfiguration.Strategy",
        default="ROLLING",
    )
    minimum_healthy: int = fact(
        "service.deploymentConfiguration.minimumHealthyPercent",
        plan="deployment_minimum_healthy_percent",
        template="DeploymentConfiguration.MinimumHealthyPercent",
        default={"plan": 100, "template": 100},
        sample=100,
        doc="Percent of the desired tasks that must stay healthy in a deployment.",
    )
    maximum: int = fact(
        "service.deploymentConfiguration.maximumPercent",
        plan="deployment_maximum_percent",
        template="DeploymentConfiguration.MaximumPercent",
        default={"plan": 200, "template": 200},
        sample=200,
        doc="Percent of the desired tasks that may run in a deployment.",
    )
    circuit_breaker: Rollback = fact(
        "service.deploymentConfiguration.deploymentCircuitBreaker",
        plan="deployment_circuit_breaker[0]",
        template="DeploymentConfiguration.DeploymentCircuitBreaker",
        parse=rollback,
        default=Rollback(),
        sample=Rollback(enabled=True, rolls_back=True),
    )
    deployment_alarms: Rollback = fact(
        "service.deploymentConfiguration.alarms",
        plan="alarms[0]",
        template="DeploymentConfiguration.Alarms",
        parse=rollback,
        default=Rollback(),
    )
    exec_enabled: bool = fact(
        "service.enableExecuteCommand",
        plan="enable_execute_command",
        template="EnableExecuteCommand",
        default=False,
        doc="Whether ECS Exec opens shells in the tasks.",
    )
    propagates: str = fact(
        "service.propagateTags", plan="propagate_tags", template="PropagateTags", default="NONE", sample="SERVICE"
    )
    steadiness: Steadiness = fact("service", parse=steadiness, sample=Steadiness())
    failed_deployments: tuple[FailedDeployment, ...] = fact("service", parse=failed_deployments, sample=())
    memory_hours: tuple[MemoryHour, ...] = fact("memory", parse=memory_hours, doc="Of the seven days before the scan.")
    volatile = (
        *(f"service.{name}" for name in "events deployments taskSets runningCount pendingCount".split()),
        *(f"service.{name}" for name in ("currentServiceDeployment", "currentServiceRevisions")),
        "memory",
    )

    @property
    def cluster_name(self) -> str:
        """The name of the service's cluster."""
        return last_part(self.cluster)

    @property
    def scaling_id(self) -> str:
        """The name by which Application Auto Scaling knows the service."""
        return f"service/{self.cluster_name}/{self.name}"

    @property
    def on_fargate(self) -> bool:
        """Whether all tasks run on Fargate; with task sets of a deployment tool, these say it."""
        ways = [(self.launch_type, self.capacity_providers)] if self.launch_type or self.capacity_providers else []
        ways += [(item.launch_type, item.providers) for item in self.task_sets]
        return bool(ways) and all(all_fargate(*way) for way in ways)

    @property
    def all_subnets(self) -> tuple[str, ...]:
        """The subnets of the service and of its task sets, each once."""
        return named((*self.subnets, *(name for item in self.task_sets for name in item.subnets)))

    @property
    def all_security_groups(self) -> tuple[str, ...]:
        """The security groups of the service and of its task sets, each once."""
        return named((*self.security_groups, *(name for item in self.task_sets for name in item.security_groups)))

    @property
    def target_groups(self) -> tuple[str, ...]:
        """The target groups of the service and of its task sets, each once."""
        own = (target.group for target in self.targets)
        return named((*own, *(name for item in self.task_sets for name in item.target_groups)))
