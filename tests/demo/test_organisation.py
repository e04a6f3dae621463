"""The demo organisation as seeded: what its documents promise is there, in AWS's own answers."""

from __future__ import annotations

import base64
import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import scanner.demo
from scanner.demo import FIRST_NIGHT, SECRETS, DemoServer, Organisation, pass_night, seed
from scanner.engine.settings import parse

pytestmark = pytest.mark.long

NAMES = ["phi-cluster", "city-webapps", "cell-alpha", "cell-beta", "cell-gamma", "media-site"]


@pytest.fixture(scope="module")
def organisation() -> Iterator[Organisation]:
    with DemoServer() as server:
        yield seed(server)


def named(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {tag["Value"]: each for each in found for tag in each.get("Tags", []) if tag["Key"] == "Name"}


def test_six_accounts_of_an_organization_entered_by_one_role(organisation: Organisation) -> None:
    assert list(organisation.accounts) == NAMES
    assert len(set(organisation.accounts.values())) == len(NAMES)
    for name, cloud in organisation.clouds.items():
        trust = cloud.client("iam").get_role(RoleName=organisation.role)["Role"]["AssumeRolePolicyDocument"]
        assert trust["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{organisation.management}:root"}
        assert organisation.role_arn(name) == f"arn:aws:iam::{organisation.accounts[name]}:role/PhiwardAudit"


def test_configuration_is_what_the_scanner_reads(organisation: Organisation) -> None:
    text = organisation.config_toml("sqlite:///demo.db")
    config = parse(text)
    assert [table.name for table in config.accounts.values()] == NAMES
    assert list(config.accounts) == list(organisation.accounts.values())
    assert config.aws.regions == ("us-east-1", "us-west-2")
    assert config.overlay.cidr == "10.32.0.0/12"
    assert config.store.url == "sqlite:///demo.db"
    assert tomllib.loads(text)["scope"]["tags"] == {"data-classification": "phi"}


def test_cluster_of_phi_has_three_hosts_in_three_zones(organisation: Organisation) -> None:
    cloud = organisation.clouds["phi-cluster"]
    (group,) = cloud.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert (group["MinSize"], len(group["Instances"])) == (3, 3)
    assert {each["AvailabilityZone"] for each in group["Instances"]} == {"us-east-1a", "us-east-1b", "us-east-1c"}
    ecs = cloud.client("ecs")
    hosts = ecs.list_container_instances(cluster="phi-cluster")["containerInstanceArns"]
    seen = ecs.describe_container_instances(cluster="phi-cluster", containerInstances=hosts)["containerInstances"]
    assert sorted(host["ec2InstanceId"] for host in seen) == sorted(each["InstanceId"] for each in group["Instances"])
    assert all(host["agentConnected"] for host in seen)
    assert cloud.client("dynamodb").list_tables()["TableNames"] == ["patient-sessions"]
    (target,) = cloud.client("events").list_targets_by_rule(Rule="nightly-eligibility")["Targets"]
    assert "eligibility-batch" in target["EcsParameters"]["TaskDefinitionArn"]
    schedule = cloud.client("scheduler").get_schedule(Name="weekly-claims-extract")
    assert "claims-extract" in schedule["Target"]["EcsParameters"]["TaskDefinitionArn"]


def test_city_has_two_connections_one_of_them_with_a_tunnel_down(organisation: Organisation) -> None:
    connections = named(organisation.clouds["city-webapps"].client("ec2").describe_vpn_connections()["VpnConnections"])
    states = {name: [t["Status"] for t in each["VgwTelemetry"]] for name, each in connections.items()}
    assert states == {"datacenter-a": ["UP", "DOWN"], "datacenter-b": ["UP", "UP"]}


def test_city_has_two_zones_by_two_environments(organisation: Organisation) -> None:
    ec2 = organisation.clouds["city-webapps"].client("ec2")
    subnets = named(ec2.describe_subnets()["Subnets"])
    private = {name: each["AvailabilityZone"] for name, each in subnets.items() if "private" in name}
    assert private == {
        f"{environment}-private-{zone}": f"us-east-1{zone}"
        for environment in ("production", "staging")
        for zone in "ab"
    }


def test_cells_are_of_one_blueprint_but_for_gamma(organisation: Organisation) -> None:
    def shape(name: str) -> Counter[str]:
        ec2 = organisation.clouds[name].client("ec2")
        groups = [group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]]
        logs = ["flow log" for _ in ec2.describe_flow_logs()["FlowLogs"]]
        return Counter([*groups, *logs])

    assert shape("cell-alpha") == shape("cell-beta")
    assert set(shape("cell-gamma") - shape("cell-alpha")) == {"support-access"}
    assert set(shape("cell-alpha") - shape("cell-gamma")) == {"flow log"}


def test_one_call_is_denied_in_one_account(organisation: Organisation) -> None:
    def status(name: str) -> Any:
        kms = organisation.clouds[name].client("kms")
        return kms.get_key_rotation_status(KeyId=kms.describe_key(KeyId="alias/phi")["KeyMetadata"]["KeyId"])

    with pytest.raises(ClientError, match="AccessDeniedException"):
        status("cell-gamma")
    assert status("cell-alpha")["KeyRotationEnabled"] is True


def test_secrets_are_planted_where_the_scanner_meets_them(organisation: Organisation) -> None:
    met: list[str] = []
    for cloud in organisation.clouds.values():
        ecs, ec2 = cloud.client("ecs"), cloud.client("ec2")
        met.extend(
            str(ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"])
            for arn in ecs.list_task_definitions()["taskDefinitionArns"]
        )
        for block in ec2.describe_instances()["Reservations"]:
            for host in block["Instances"]:
                data = ec2.describe_instance_attribute(InstanceId=host["InstanceId"], Attribute="userData")["UserData"]
                met.append(base64.b64decode(data.get("Value", "")).decode())
        met.extend(str(connection) for connection in ec2.describe_vpn_connections()["VpnConnections"])
        met.extend(
            str(each) for each in cloud.client("ssm").get_parameters_by_path(Path="/", Recursive=True)["Parameters"]
        )
    text = "\n".join(met)
    assert [secret for secret in SECRETS if secret not in text] == []


def test_no_secret_stands_in_the_source() -> None:
    home = Path(scanner.demo.__file__).parent
    source = "\n".join(file.read_text("utf-8") for file in home.rglob("*.py"))
    assert len(set(SECRETS)) == len(SECRETS)
    assert [secret for secret in SECRETS if secret in source] == []


def test_it_is_small_and_of_its_time(organisation: Organisation) -> None:
    assert organisation.server.clock == FIRST_NIGHT
    users = organisation.clouds["phi-cluster"].client("iam").list_users()["Users"]
    assert {(FIRST_NIGHT - user["CreateDate"]).days for user in users} == {90}


def test_night_that_does_not_exist(organisation: Organisation) -> None:
    with pytest.raises(ValueError, match="nights 1 to 14, not 15"):
        pass_night(organisation, 15)


def test_two_demos_are_the_same_on_the_third_night() -> None:
    def told() -> str:
        with DemoServer() as server:
            made = seed(server)
            for night in (1, 2, 3):
                pass_night(made, night)
            answers = [
                getattr(cloud.client(service), operation)()
                for cloud in made.clouds.values()
                for service, operation in (
                    ("ec2", "describe_instances"),
                    ("ec2", "describe_security_groups"),
                    ("ec2", "describe_vpn_connections"),
                    ("iam", "get_account_authorization_details"),
                    ("elbv2", "describe_load_balancers"),
                    ("kms", "list_keys"),
                )
            ]
        for answer in answers:
            del answer["ResponseMetadata"]
        return json.dumps(answers, default=str)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: told(), range(2))
    assert first == second
