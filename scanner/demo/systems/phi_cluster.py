"""`phi-cluster`: microservices that process PHI, on ECS with EC2 instances behind an encrypted overlay network.

Three hosts in three zones, encrypted volumes, one role per container, DynamoDB for state, and batch tasks started by
EventBridge and EventBridge Scheduler. Two services are as they should be, two are what a hurried team leaves behind.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scanner.demo.systems import care, edge, fax, planted
from scanner.demo.systems.cloud import RECOVERY, Cloud, instance_profile, key, pairs, role, specification, tagged
from scanner.demo.systems.containers import (
    SPREAD,
    cluster,
    container,
    inside,
    log_group,
    plain_container,
    push,
    repository,
    service,
    session_role,
    task,
)
from scanner.demo.systems.foundation import deployer, person
from scanner.demo.systems.hosts import JOIN, LAVISH_AGENT, Host, fleet, join, launch
from scanner.demo.systems.network import Network, network, opened, trusted
from scanner.demo.systems.policies import CONTAINER_HOST, DATA_PLANE, SYSTEMS_MANAGER, allow, document
from scanner.demo.systems.storage import bucket

if TYPE_CHECKING:
    from scanner.demo.systems.foundation import Foundation

OVERLAY = "10.32.0.0/12"
OVERLAY_PORTS = (6783, 6784)


def build(cloud: Cloud, foundation: Foundation) -> None:
    """Fill the account."""
    home = network(cloud, "phi-cluster", "10.16.0.0/16", zones="abc", flow_logs_to=foundation.flow_log_role)
    network(cloud, "analytics", "10.36.0.0/16", zones="a", nat="one", default_group_closed=False)
    _data(cloud, foundation)
    _people(cloud)
    cluster(cloud, "phi-cluster", insights="enabled")
    cluster(cloud, "phi-batch", insights="disabled")
    front = home.group("phi-front", opened(443, "0.0.0.0/0"), opened(80, "0.0.0.0/0"), purpose="Load balancer")
    hosts = _hosts(home)
    uris = _images(cloud, foundation)
    _clinic_api(home, uris["clinic-api"], front)
    _lab_results(cloud, uris["lab-results"])
    _claims_worker(cloud, uris["claims-worker"])
    fax.build(cloud, home, hosts, foundation.key)
    _batch(cloud, home, uris, hosts)
    _care(cloud, foundation.key)


def _care(cloud: Cloud, key_arn: str) -> None:
    care.strong_passwords(cloud)
    care.grow(cloud, "phi-host")
    care.watch_region(cloud)
    cloud.client("ecs").put_account_setting(name="awsvpcTrunking", value="enabled")
    care.watch_trail(cloud, key_arn)
    care.keep_records(cloud, f"phi-cluster-records-{cloud.account}")
    care.copy_table(cloud, "patient-sessions", plan=False)
    care.scale(cloud, "phi-cluster", "clinic-api", key_arn)
    care.tidy_images(cloud, "clinic-api", "lab-results")


def _data(cloud: Cloud, foundation: Foundation) -> None:
    phi = tagged("phi-cluster-records", "production", phi=True, owner="clinical")
    bucket(cloud, f"phi-cluster-records-{cloud.account}", phi, key=foundation.key)
    bucket(cloud, f"phi-cluster-scratch-{cloud.account}", {**phi, "Name": "phi-cluster-scratch"}, over_tls_alone=False)
    bucket(cloud, f"phi-cluster-recovery-{cloud.account}", {**phi, "Name": "phi-cluster-recovery"}, region=RECOVERY)
    key(cloud, "legacy-exports", rotates=False, tags=tagged("legacy-exports", "production", owner="billing"))
    _snapshot(cloud, foundation.key)
    cloud.client("dynamodb").create_table(
        TableName="patient-sessions",
        AttributeDefinitions=[{"AttributeName": "session", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "session", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": foundation.key},
        Tags=pairs(tagged("patient-sessions", "production", phi=True)),
    )
    cloud.client("secretsmanager").create_secret(
        Name="clinic-api/database", SecretString=planted.DATABASE_PASSWORD, KmsKeyId=foundation.key
    )
    parameters = cloud.client("ssm")
    parameters.put_parameter(Name="/lab-results/token", Type="SecureString", Value=planted.MONITORING_KEY)
    parameters.put_parameter(Name="/fax-bridge/password", Type="String", Value=planted.FAX_PASSWORD)


def _snapshot(cloud: Cloud, key_arn: str) -> None:
    """The nightly copy of a volume of records, kept to the account."""
    ec2 = cloud.client("ec2")
    tags = tagged("records-archive", "production", phi=True)
    volume = ec2.create_volume(
        AvailabilityZone="us-east-1b",
        Size=50,
        Encrypted=True,
        KmsKeyId=key_arn,
        TagSpecifications=specification("volume", tags),
    )["VolumeId"]
    ec2.create_snapshot(VolumeId=volume, TagSpecifications=specification("snapshot", tags))


def _people(cloud: Cloud) -> None:
    person(cloud, "mara.okafor", mfa=True)
    person(cloud, "deploy-bot", mfa=False, console=False, keys=1)
    own = document(allow(["ecr:PutImage"], ["*"]))
    cloud.client("iam").put_user_policy(UserName="deploy-bot", PolicyName="push", PolicyDocument=json.dumps(own))
    deployer(cloud, "pipeline-deploy", restricted=True)


def _hosts(home: Network) -> str:
    """The three hosts of the cluster, and the one of the batch cluster; answers the group of the former."""
    cloud = home.cloud
    for name in ("phi-host", "batch-host"):
        bad = {"everything": DATA_PLANE} if name == "batch-host" else None
        services = ["ec2", "ecs-tasks"] if name == "batch-host" else ["ec2"]
        role(cloud, name, services, managed=[CONTAINER_HOST, SYSTEMS_MANAGER], inline=bad)
        instance_profile(cloud, name)
    group = home.group("phi-hosts", purpose="Container hosts")
    first, last = OVERLAY_PORTS
    home.cloud.client("ec2").authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[trusted(first, group), trusted(first, group, to=last, protocol="udp")],
    )
    sound = Host("phi-host", profile="phi-host", groups=(group,), user_data=JOIN.format(cluster="phi-cluster"))
    join(cloud, "phi-cluster", fleet(home, sound, home.subnets("private", "production"), 3))
    script = (
        JOIN.format(cluster="phi-batch")
        + LAVISH_AGENT
        + f"export DD_API_KEY={planted.MONITORING_KEY}\n./install-agent.sh\n"
    )
    unsound = Host("batch-host", type="m4.large", profile="batch-host", groups=(group,), user_data=script)
    careless = Host(**{**vars(unsound), "tokens": "optional", "hops": 2, "encrypted": False})
    join(cloud, "phi-batch", [launch(home, careless, home.private["production", "a"])])
    return group


def _images(cloud: Cloud, foundation: Foundation) -> dict[str, str]:
    """Repositories with an image each; answers how a task names the image."""
    uris = {
        name: repository(
            cloud, name, sound=name != "claims-worker", key=foundation.key if name == "clinic-api" else None
        )
        for name in ("clinic-api", "lab-results", "claims-worker", "eligibility-batch")
    }
    digest = push(cloud, "clinic-api", "2.14.0", user="1000:1000", platforms=("amd64", "arm64"))
    push(cloud, "lab-results", "1.8.3", user="lab")
    push(cloud, "claims-worker", "latest", user="")
    push(cloud, "eligibility-batch", "0.9.1", user="root")
    log_group(cloud, "/ecs/clinic-api", key=foundation.key)
    for name in ("lab-results", "claims-worker", "eligibility-batch"):
        log_group(cloud, f"/ecs/{name}")
    return {
        "clinic-api": f"{uris['clinic-api']}@{digest}",
        "lab-results": f"{uris['lab-results']}:1.8.3",
        "claims-worker": f"{uris['claims-worker']}:latest",
        "eligibility-batch": f"{uris['eligibility-batch']}:0.9.1",
    }


def _clinic_api(home: Network, image: str, front: str) -> None:
    """The service that is as it should be."""
    cloud = home.cloud
    group = home.group("clinic-api", trusted(8443, front), purpose="clinic-api tasks")
    secret = cloud.client("secretsmanager").describe_secret(SecretId="clinic-api/database")["ARN"]
    definition = task(
        cloud,
        "clinic-api",
        [
            container(
                "clinic-api",
                image,
                secrets=[{"name": "DATABASE_PASSWORD", "valueFrom": secret}],
                ulimits=[{"name": "nofile", "softLimit": 65536, "hardLimit": 65536}],
                dockerSecurityOptions=["no-new-privileges", "apparmor:docker-default"],
            )
        ],
        taskRoleArn=session_role(cloud, "clinic-api"),
    )
    balancer = edge.balancer(home, "clinic-front", home.subnets("public", "production"), [front], "production")
    group_arn = edge.targets(home, "clinic-api", protocol="HTTPS", port=8443)
    edge.https(home, balancer, edge.certificate(cloud, "clinic.example.org"), group_arn)
    care.guard_balancer(cloud, balancer, group_arn)
    edge.http(home, balancer, edge.TO_HTTPS)
    service(
        cloud,
        "phi-cluster",
        "clinic-api",
        definition,
        3,
        networkConfiguration=inside(home, [group]),
        placementStrategy=list(SPREAD),
        loadBalancers=[{"targetGroupArn": group_arn, "containerName": "clinic-api", "containerPort": 8443}],
    )


def _lab_results(cloud: Cloud, image: str) -> None:
    """Two copies on the overlay; the image names its user, and the connection string stands in the environment."""
    url = f"postgres://lab:{planted.DATABASE_PASSWORD}@lab.internal:5432/results"
    made = plain_container("lab-results", image, environment=[{"name": "DATABASE_URL", "value": url}])
    token = cloud.arn("ssm", "parameter/lab-results/token")
    made["secrets"] = [{"name": "LAB_TOKEN", "valueFrom": token}]
    definition = task(
        cloud, "lab-results", [made], networkMode="bridge", taskRoleArn=session_role(cloud, "lab-results")
    )
    service(cloud, "phi-cluster", "lab-results", definition, 2, placementStrategy=list(SPREAD))


def _claims_worker(cloud: Cloud, image: str) -> None:
    """One copy, of whatever is latest, as root, with an access key in its environment."""
    found = [
        {"name": "AWS_ACCESS_KEY_ID", "value": planted.ACCESS_KEY_ID},
        {"name": "AWS_SECRET_ACCESS_KEY", "value": planted.SECRET_ACCESS_KEY},
        {"name": "QUEUE", "value": "claims"},
    ]
    ports = [{"containerPort": 9090, "hostPort": 9090, "protocol": "tcp"}]
    made = plain_container("claims-worker", image, environment=found, portMappings=ports)
    loose = session_role(cloud, "claims-worker", "ec2")
    definition = task(cloud, "claims-worker", [made], networkMode="bridge", taskRoleArn=loose)
    service(cloud, "phi-cluster", "claims-worker", definition, 1)


def _batch(cloud: Cloud, home: Network, uris: dict[str, str], group: str) -> None:
    """Nightly by a rule, with its host's own role; weekly by a schedule, logging to a group that nobody made."""
    starter = role(cloud, "task-starter", ["events", "scheduler"], inline={"run": allow(["ecs:RunTask"], ["*"])})
    nightly = task(
        cloud,
        "eligibility-batch",
        [plain_container("eligibility-batch", uris["eligibility-batch"])],
        networkMode="bridge",
        taskRoleArn=cloud.arn("iam", "role/batch-host"),
    )
    weekly = task(
        cloud,
        "claims-extract",
        [container("claims-extract", uris["clinic-api"])],
        taskRoleArn=session_role(cloud, "claims-extract"),
    )
    batch = cloud.arn("ecs", "cluster/phi-batch")
    started = {"TaskCount": 1, "LaunchType": "EC2"}
    events = cloud.client("events")
    events.put_rule(Name="nightly-eligibility", ScheduleExpression="cron(0 4 * * ? *)", State="ENABLED")
    target = {"Id": "batch", "Arn": batch, "RoleArn": starter}
    events.put_targets(
        Rule="nightly-eligibility", Targets=[target | {"EcsParameters": {"TaskDefinitionArn": nightly, **started}}]
    )
    where = {
        "Subnets": home.subnets("private", "production"),
        "SecurityGroups": [group],
        "AssignPublicIp": "DISABLED",
    }
    parameters = {"TaskDefinitionArn": weekly, "NetworkConfiguration": {"awsvpcConfiguration": where}, **started}
    cloud.client("scheduler").create_schedule(
        Name="weekly-claims-extract",
        ScheduleExpression="cron(0 5 ? * SUN *)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": batch, "RoleArn": starter, "EcsParameters": parameters},
    )
