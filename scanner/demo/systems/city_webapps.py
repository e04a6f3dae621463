"""`city-webapps`: a city's web applications on ECS, reached over load balancers and tied to its datacenter by VPN.

Two Availability Zones by two environments, hosts in private subnets, SSH by way of a bastion. Two VPN connections: the
one to datacenter A has a tunnel down, old cryptography and a silent alarm; the one to datacenter B is as it should be.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scanner.demo.systems import edge, planted
from scanner.demo.systems.cloud import Cloud, instance_profile, pairs, role, specification, tagged
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
    task,
)
from scanner.demo.systems.foundation import attach, deployer, person
from scanner.demo.systems.hosts import BLOCK_METADATA, JOIN, METADATA_SERVICE, Host, fleet, join, launch
from scanner.demo.systems.network import Network, network, opened, trusted
from scanner.demo.systems.policies import CONTAINER_HOST, EVERYTHING, SYSTEMS_MANAGER, allow
from scanner.demo.systems.storage import bucket

if TYPE_CHECKING:
    from scanner.demo.systems.foundation import Foundation

_OFFICE = "198.51.100.0/24"
_DATACENTERS = ("192.168.40.0/22", "192.168.80.0/22")
_STRONG = {
    "IKEVersions": [{"Value": "ikev2"}],
    "Phase1EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
    "Phase2EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
    "Phase1IntegrityAlgorithms": [{"Value": "SHA2-384"}],
    "Phase2IntegrityAlgorithms": [{"Value": "SHA2-384"}],
    "Phase1DHGroupNumbers": [{"Value": 20}],
    "Phase2DHGroupNumbers": [{"Value": 20}],
}


def build(cloud: Cloud, foundation: Foundation) -> None:
    """Fill the account."""
    home = network(
        cloud,
        "city-webapps",
        "10.20.0.0/16",
        environments=("production", "staging"),
        nat="one",
        flow_logs_to=foundation.flow_log_role,
    )
    bastion = home.group("bastion", opened(22, _OFFICE), purpose="SSH from the office", role="bastion")
    launch(home, Host("bastion", type="t3.micro", groups=(bastion,), role="bastion"), home.public["production", "a"])
    _connect_datacenters(cloud, home)
    _people(cloud)
    _leftovers(home)
    tags = tagged("registry-certificates", "production", phi=True, owner="registry")
    bucket(cloud, f"registry-certificates-{cloud.account}", tags, key=foundation.key)
    for name in ("webapp-host",):
        role(cloud, name, ["ec2"], managed=[CONTAINER_HOST, SYSTEMS_MANAGER])
        instance_profile(cloud, name)
    image = _image(cloud, foundation)
    for environment in ("production", "staging"):
        _environment(home, environment, bastion, image)


def _people(cloud: Cloud) -> None:
    person(cloud, "jon.silva", mfa=True)
    person(cloud, "contractor", mfa=False, keys=1)
    deployer(cloud, "jenkins-deploy", restricted=False)
    attach(cloud, "break-glass", EVERYTHING, to=role(cloud, "break-glass", ["ec2"]))


def _leftovers(home: Network) -> None:
    """What stood before the migration: a reporting machine in the open, and a group for a warehouse that is gone."""
    open_ssh = home.group("legacy-reporting", opened(22, "0.0.0.0/0"), purpose="Reporting")
    home.group("warehouse", opened(5432, "0.0.0.0/0"), purpose="Data warehouse")
    script = f"#!/bin/bash\nexport DB_PASSWORD={planted.REPORTING_PASSWORD}\nsystemctl start reporting\n"
    host = Host("legacy-reporting", type="t2.medium", groups=(open_ssh,), user_data=script, tokens="optional", hops=2)
    launch(home, host, home.public["production", "b"])


def _image(cloud: Cloud, foundation: Foundation) -> str:
    uri = repository(cloud, "registry-certs", sound=True, key=foundation.key)
    push(cloud, "registry-certs", "4.1.0", user="node")
    for name in ("registry-certs", "boards"):
        log_group(cloud, f"/ecs/{name}")
    return f"{uri}:4.1.0"


def _environment(home: Network, environment: str, bastion: str, image: str) -> None:
    """Two hosts, a load balancer and two applications; staging is where the corners were cut."""
    cloud, sound = home.cloud, environment == "production"
    name = f"webapps-{environment}"
    cluster(cloud, name, insights="enhanced" if sound else "disabled", environment=environment)
    ports = [opened(443, "0.0.0.0/0"), opened(80, "0.0.0.0/0")]
    front = home.group(f"{environment}-front", *ports, purpose=f"{environment} load balancer")
    hosts = home.group(f"{environment}-hosts", trusted(32768, front, to=65535), trusted(22, bastion))
    script = JOIN.format(cluster=name) + BLOCK_METADATA.format(address=METADATA_SERVICE)
    host = Host(name, environment, profile="webapp-host", groups=(hosts,), user_data=script, hops=2, encrypted=sound)
    join(cloud, name, fleet(home, host, home.subnets("private", environment), 2))
    balancer = edge.balancer(home, f"{environment}-web", home.subnets("public", environment), [front], environment)
    group = edge.targets(home, f"{environment}-registry", protocol="HTTP", port=8080, kind="instance")
    if sound:
        edge.https(home, balancer, edge.certificate(cloud, "apps.city.example.org"), group)
        edge.http(home, balancer, edge.TO_HTTPS)
    else:
        ending = edge.imported_certificate(cloud, "staging.city.example.org", cloud.now + timedelta(days=20))
        edge.https(home, balancer, ending, group, edge.OLD_TLS)
        edge.http(home, balancer, {"Type": "forward", "TargetGroupArn": group})
    _applications(home, environment, name, image, group, front)


def _applications(home: Network, environment: str, where: str, image: str, group: str, front: str) -> None:
    cloud, sound = home.cloud, environment == "production"
    roles = allow(["s3:GetObject"], [f"arn:aws:s3:::registry-certificates-{cloud.account}/*"])
    task_role = role(
        cloud, f"registry-certs-{environment}-task", ["ecs-tasks"], inline={"read": roles}, only_own_account=True
    )
    ports = [{"containerPort": 8080, "hostPort": 0, "protocol": "tcp"}]
    certs = (
        container("registry-certs", image, portMappings=ports) if sound else plain_container("registry-certs", image)
    )
    certs["portMappings"] = ports
    definition = task(cloud, f"registry-certs-{environment}", [certs], networkMode="bridge", taskRoleArn=task_role)
    behind = [{"targetGroupArn": group, "containerName": "registry-certs", "containerPort": 8080}]
    service(cloud, where, "registry-certs", definition, 2, loadBalancers=behind, placementStrategy=list(SPREAD))
    boards = container("boards", "nginxinc/nginx-unprivileged:1.27", user="101")
    definition = task(cloud, f"boards-{environment}", [boards], taskRoleArn=task_role)
    rule = trusted(8443, front) if sound else opened(8443, "10.0.0.0/8")
    reached = home.group(f"{environment}-boards", rule, purpose="boards and commissions")
    chosen = inside(home, [reached], environment, zones=2 if sound else 1)
    service(
        cloud,
        where,
        "boards",
        definition,
        2 if sound else 1,
        networkConfiguration=chosen,
        placementStrategy=list(SPREAD),
    )


def _connect_datacenters(cloud: Cloud, home: Network) -> None:
    """A gateway, and a connection to each datacenter."""
    ec2 = cloud.client("ec2")
    tags = specification("vpn-gateway", tagged("city-gateway", "production", owner="network"))
    gateway = ec2.create_vpn_gateway(Type="ipsec.1", TagSpecifications=tags)["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpnGatewayId=gateway, VpcId=home.vpc)
    for table in home.private_tables:
        for cidr in _DATACENTERS:
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=cidr, GatewayId=gateway)
    for number, letter in enumerate("ab"):
        _connect(cloud, gateway, letter, number)


def _connect(cloud: Cloud, gateway: str, letter: str, number: int) -> None:
    ec2 = cloud.client("ec2")
    name, sound = f"datacenter-{letter}", letter == "b"
    own = tagged(name, "production", owner="network")
    customer = ec2.create_customer_gateway(
        Type="ipsec.1",
        PublicIp=f"192.0.2.{10 + number}",
        BgpAsn=65010 + number,
        DeviceName=name,
        TagSpecifications=specification("customer-gateway", own),
    )["CustomerGateway"]["CustomerGatewayId"]
    keys = planted.PRE_SHARED_KEYS[2 * number : 2 * number + 2]
    tunnels: list[dict[str, Any]] = [{"PreSharedKey": secret, **(_STRONG if sound else {})} for secret in keys]
    made = ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=customer,
        VpnGatewayId=gateway,
        Options={"StaticRoutesOnly": True, "TunnelOptions": tunnels},
        TagSpecifications=specification("vpn-connection", own),
    )["VpnConnection"]["VpnConnectionId"]
    ec2.create_vpn_connection_route(VpnConnectionId=made, DestinationCidrBlock=_DATACENTERS[number])
    topic = cloud.client("sns").create_topic(Name=f"{name}-alarms")["TopicArn"]
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName=f"{name}-tunnel-down",
        Namespace="AWS/VPN",
        MetricName="TunnelState",
        Dimensions=[{"Name": "VpnId", "Value": made}],
        Statistic="Minimum",
        Period=300,
        EvaluationPeriods=3,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
        ActionsEnabled=sound,
        AlarmActions=[topic],
        Tags=pairs(own),
    )
