"""`city-webapps`: a city's web applications on ECS, reached over load balancers and tied to its datacenter by VPN.

Two Availability Zones by two environments, hosts in private subnets, SSH by way of a bastion. Two VPN connections: the
one to datacenter A has a tunnel down, old cryptography and a silent alarm; the one to datacenter B is as it should be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scanner.demo.systems import edge, neglect, planted
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
from scanner.demo.systems.hosts import (
    BLOCK_METADATA,
    CAREFUL_AGENT,
    JOIN,
    METADATA_SERVICE,
    OLD_IMAGE,
    Host,
    fleet,
    join,
    launch,
)
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
    role(cloud, "webapp-host", ["ec2"], managed=[CONTAINER_HOST, SYSTEMS_MANAGER])
    instance_profile(cloud, "webapp-host")
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
    neglect.vendor_role(home.cloud)
    neglect.key_for_everybody(home.cloud)
    neglect.forgotten_gateway(home.cloud)
    neglect.short_logs(home.cloud, "/reporting")
    open_ssh = home.group("legacy-reporting", opened(22, "0.0.0.0/0"), purpose="Reporting")
    home.group("warehouse", opened(5432, "0.0.0.0/0"), purpose="Data warehouse")
    script = f"#!/bin/bash\nexport DB_PASSWORD={planted.REPORTING_PASSWORD}\nsystemctl start reporting\n"
    host = Host(
        "legacy-reporting",
        type="t2.medium",
        groups=(open_ssh,),
        user_data=script,
        tokens="optional",
        hops=2,
        image=OLD_IMAGE,
    )
    launch(home, host, home.public["production", "b"])


def _image(cloud: Cloud, foundation: Foundation) -> str:
    uri = repository(cloud, "registry-certs", sound=True, key=foundation.key)
    push(cloud, "registry-certs", "4.1.0", user="node")
    for name in ("registry-certs", "boards"):
        log_group(cloud, f"/ecs/{name}")
    return f"{uri}:4.1.0"


@dataclass(frozen=True)
class _Environment:
    """What the applications of an environment share; staging is where the corners were cut."""

    home: Network
    name: str
    front: str
    balancer: str

    @property
    def sound(self) -> bool:
        """Whether it was built with care."""
        return self.name == "production"

    @property
    def cluster(self) -> str:
        """The cluster's name."""
        return f"webapps-{self.name}"

    def run(self, service_name: str, definition: str, count: int, **more: Any) -> None:
        """Run a service in the environment's cluster, spread over zones."""
        tags = pairs(tagged(service_name, self.name, phi=True), "key", "value")
        more |= {"placementStrategy": list(SPREAD), "tags": tags}
        service(self.home.cloud, self.cluster, service_name, definition, count, **more)


def _environment(home: Network, name: str, bastion: str, image: str) -> None:
    """Two hosts, a load balancer and two applications."""
    cloud = home.cloud
    front = home.group(
        f"{name}-front", opened(443, "0.0.0.0/0"), opened(80, "0.0.0.0/0"), purpose=f"{name} load balancer"
    )
    balancer = edge.balancer(home, f"{name}-web", home.subnets("public", name), [front], name)
    made = _Environment(home, name, front, balancer)
    cluster(cloud, made.cluster, insights="enhanced" if made.sound else "disabled", environment=name)
    reached = trusted(32768, front, to=65535) if made.sound else opened(32768, "10.0.0.0/8", to=65535)
    hosts = home.group(f"{name}-hosts", reached, trusted(22, bastion))
    script = (
        JOIN.format(cluster=made.cluster)
        + (CAREFUL_AGENT if made.sound else "")
        + BLOCK_METADATA.format(address=METADATA_SERVICE)
    )
    host = Host(
        made.cluster,
        name,
        profile="webapp-host",
        groups=(hosts,),
        user_data=script,
        tokens="required" if made.sound else "optional",
        hops=2,
        encrypted=made.sound,
    )
    join(cloud, made.cluster, fleet(home, host, home.subnets("private", name), 2))
    reading = allow(["s3:GetObject"], [f"arn:aws:s3:::registry-certificates-{cloud.account}/*"])
    task_role = role(cloud, f"webapps-{name}-task", ["ecs-tasks"], inline={"read": reading}, only_own_account=True)
    listener = _registry(made, image, task_role)
    _boards(made, listener, task_role)


def _registry(made: _Environment, image: str, task_role: str) -> str:
    """Death and birth certificates, on the hosts' own network; answers the HTTPS listener."""
    cloud = made.home.cloud
    group = edge.targets(made.home, f"{made.name}-registry", protocol="HTTP", port=8080, kind="instance")
    if made.sound:
        listener = edge.https(made.home, made.balancer, edge.certificate(cloud, "apps.city.example.org"), group)
        edge.http(made.home, made.balancer, edge.TO_HTTPS)
    else:
        ending = edge.imported_certificate(cloud, "staging.city.example.org", cloud.now + timedelta(days=20))
        listener = edge.https(made.home, made.balancer, ending, group, edge.OLD_TLS)
        edge.http(made.home, made.balancer, {"Type": "forward", "TargetGroupArn": group})
        loose = [{"Key": "routing.http.desync_mitigation_mode", "Value": "monitor"}]
        cloud.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=made.balancer, Attributes=loose)
    make = container if made.sound else plain_container
    ports = [{"containerPort": 8080, "hostPort": 0, "protocol": "tcp"}]
    app = make("registry-certs", image, portMappings=ports)
    definition = task(cloud, f"registry-certs-{made.name}", [app], networkMode="bridge", taskRoleArn=task_role)
    behind = [{"targetGroupArn": group, "containerName": "registry-certs", "containerPort": 8080}]
    made.run("registry-certs", definition, 2, loadBalancers=behind)
    return listener


def _boards(made: _Environment, listener: str, task_role: str) -> None:
    """Applications to boards and commissions; staging's are one copy in one zone, open to every private address."""
    home = made.home
    app = container("boards", "nginxinc/nginx-unprivileged:1.27", user="101")
    definition = task(home.cloud, f"boards-{made.name}", [app], taskRoleArn=task_role)
    rule = trusted(8443, made.front) if made.sound else opened(8443, "10.0.0.0/8")
    reached = home.group(f"{made.name}-boards", rule, purpose="boards and commissions")
    group = edge.targets(home, f"{made.name}-boards", protocol="HTTPS", port=8443)
    edge.route(home, listener, f"boards.{made.name}.city.example.org", group)
    made.run(
        "boards",
        definition,
        2 if made.sound else 1,
        networkConfiguration=inside(home, [reached], made.name, zones=2 if made.sound else 1),
        loadBalancers=[{"targetGroupArn": group, "containerName": "boards", "containerPort": 8443}],
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


def _logged(cloud: Cloud, name: str) -> dict[str, Any]:
    """Tunnel options by which tunnels log."""
    log_group(cloud, f"/vpn/{name}")
    where = cloud.arn("logs", f"log-group:/vpn/{name}:*")
    return {
        "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True, "LogGroupArn": where, "LogOutputFormat": "json"}}
    }


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
    more = {**_STRONG, **_logged(cloud, name)} if sound else {}
    tunnels: list[dict[str, Any]] = [{"PreSharedKey": secret, **more} for secret in keys]
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
