"""The same resources as Terraform's state and as AWS's answers: no difference, and one for each that is made.

Of what Terraform and AWS both say of an instance, no fact is kept here of its tenancy, its source and destination check
and its volumes' ids in the state; a change of these is told by the rules' own resources (volumes) or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.recordings import PAIRS, answers, compared, live, state

pytestmark = pytest.mark.skipif(not PAIRS.is_dir(), reason="the recordings are not here")

FOUND = {
    "ec2_igw_subnet": 9,
    "ec2_security_group_filter_multi_enis": 5,
    "rds_delete_aurora_filter": 1,
    "efs_remove_matched": 3,
    "vpc_flow_logs": 3,
    "cloudtrail_success_log_metric_filter": 1,
}
"""How many resources of a pair are on both sides, of kinds that its answers list."""

Mutation = Callable[[dict[str, Any]], object]
EC2, NETWORK = "ec2_igw_subnet", "vpc_flow_logs"
INSTANCE, NAME = "aws_instance", "private_auto_assigned"
MANY = "ec2_security_group_filter_multi_enis"


@pytest.mark.parametrize(("pair", "count"), FOUND.items())
def test_recorded_pairs_agree(pair: str, count: int) -> None:
    found = compared(state(pair), live(pair))
    assert [(each.at.address, each.fact, each.code, each.account) for each in found.changed] == []
    assert len({each.address for each in found.managed}) == count
    assert not found.twice


def put(**values: Any) -> Mutation:
    return lambda attributes: attributes.update(values)


def within(block: str, **values: Any) -> Mutation:
    return lambda attributes: attributes[block][0].update(values)


@pytest.mark.parametrize(
    ("fact", "mutation"),
    [
        ("image", put(ami="ami-00000000000000000")),
        ("instance_type", put(instance_type="m5.24xlarge")),
        ("zone", put(availability_zone="us-east-1f")),
        ("security_groups", put(vpc_security_group_ids=["sg-00000000000000000"])),
        ("profile", put(iam_instance_profile="administrator")),
        ("key_name", put(key_name="someone")),
        ("ebs_optimized", put(ebs_optimized=True)),
        ("monitoring", put(monitoring=True)),
        ("http_tokens", within("metadata_options", http_tokens="required")),
        ("http_endpoint", within("metadata_options", http_endpoint="disabled")),
        ("hop_limit", within("metadata_options", http_put_response_hop_limit=64)),
        ("tags", put(tags={"owner": "x"}, tags_all={"owner": "x"})),
        ("enclaves", within("enclave_options", enabled=True)),
        ("public_ips", put(associate_public_ip_address=True, public_ip="203.0.113.9")),
    ],
)
def test_each_mutation_of_an_instance_is_one_difference(fact: str, mutation: Mutation) -> None:
    found = compared(state(EC2, lambda known: mutation(known[INSTANCE][NAME])), live(EC2))
    assert [(each.at.address, each.fact) for each in found.changed] == [(f"{INSTANCE}.{NAME}", fact)]


def test_another_subnet_is_told_as_the_subnet_and_as_all_of_them() -> None:
    found = compared(state(EC2, lambda known: known[INSTANCE][NAME].update(subnet_id="subnet-0")), live(EC2))
    assert {each.fact for each in found.changed} == {"subnet", "subnets"}


@pytest.mark.parametrize(
    ("fact", "path", "value"),
    [
        ("image", ("ImageId",), "ami-00000000000000000"),
        ("instance_type", ("InstanceType",), "m5.24xlarge"),
        ("key_name", ("KeyName",), "someone"),
        ("monitoring", ("Monitoring", "State"), "enabled"),
        ("http_tokens", ("MetadataOptions", "HttpTokens"), "required"),
        ("profile", ("IamInstanceProfile",), {"Arn": "arn:aws:iam::644160558196:instance-profile/administrator"}),
        ("tags", ("Tags",), [{"Key": "owner", "Value": "x"}]),
    ],
)
def test_each_mutation_of_the_account_is_one_difference_too(fact: str, path: tuple[str, ...], value: Any) -> None:
    said = answers(EC2)
    place = next(
        instance
        for group in said["ec2.DescribeInstances"]["Reservations"]
        for instance in group["Instances"]
        if instance["InstanceId"] == "i-0a716d83bebb7ad43"
    )
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    assert [each.fact for each in compared(state(EC2), live(EC2, said)).changed] == [fact]


@pytest.mark.parametrize(
    ("pair", "sort", "name", "fact", "mutation"),
    [
        (EC2, "aws_subnet", "public", "public_ip_on_launch", lambda it: it.update(
            map_public_ip_on_launch=not it["map_public_ip_on_launch"])),
        (EC2, "aws_subnet", "private", "cidr", put(cidr_block="10.9.0.0/24")),
        (EC2, "aws_route_table", "public", "routes", put(route=[])),
        (EC2, "aws_route_table", "private", "routes", put(route=[
            {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "ipv6_cidr_block": ""}])),
        (EC2, "aws_route_table", "private", "vpc", put(vpc_id="vpc-0")),
        (MANY, "aws_security_group", "public", "egress", put(egress=[{
            "from_port": 0, "to_port": 0, "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"], "self": False}])),
        (MANY, "aws_security_group", "public", "ingress", put(ingress=[{
            "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": [],
            "prefix_list_ids": [], "security_groups": [], "self": False, "description": ""}])),
        ("efs_remove_matched", "aws_efs_file_system", "example", "encrypted", put(encrypted=False)),
        ("rds_delete_aurora_filter", "aws_rds_cluster_instance", "main", "public", put(publicly_accessible=True)),
        (NETWORK, "aws_flow_log", "example", "traffic", put(traffic_type="REJECT")),
    ],
)  # fmt: skip
def test_each_mutation_of_others_is_one_difference(
    pair: str, sort: str, name: str, fact: str, mutation: Mutation
) -> None:
    found = compared(state(pair, lambda known: mutation(known[sort][name])), live(pair))
    assert [(each.at.address, each.fact) for each in found.changed] == [(f"{sort}.{name}", fact)]


def test_groups_and_subnets_of_further_interfaces_are_not_taken_for_a_difference() -> None:
    """The state writes them with the interfaces; what the instance itself says is of the first one only."""
    found = compared(state(MANY), live(MANY))
    assert found.incomparable["AWS::EC2::Instance"] >= 2


def test_a_profile_named_by_its_name_is_the_one_of_the_arn() -> None:
    said = answers(EC2)
    for group in said["ec2.DescribeInstances"]["Reservations"]:
        for instance in group["Instances"]:
            instance["IamInstanceProfile"] = {"Arn": "arn:aws:iam::644160558196:instance-profile/hosts/web"}

    def named(name: str) -> list[str]:
        mutation = put(iam_instance_profile=name)
        given = state(EC2, lambda known: [mutation(each) for each in known[INSTANCE].values()])
        return sorted({each.fact for each in compared(given, live(EC2, said)).changed})

    assert named("web") == []
    assert named("eb") == ["profile"]
