from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from scanner.demo import DemoServer, Served
from tests.demo.conftest import Connect, connect_to

pytestmark = pytest.mark.long

ONE_OF_EACH_PROTOCOL = [
    # service, operation, arguments, AWS's code for a refusal, HTTP status
    ("ec2", "DescribeVpcs", {}, "UnauthorizedOperation", 403),
    ("iam", "ListUsers", {}, "AccessDenied", 403),
    ("elb", "DescribeLoadBalancers", {}, "AccessDenied", 403),
    ("elbv2", "DescribeLoadBalancers", {}, "AccessDenied", 403),
    ("kms", "ListKeys", {}, "AccessDeniedException", 400),
    ("cloudwatch", "DescribeAlarms", {}, "AccessDeniedException", 400),
    ("efs", "DescribeFileSystems", {}, "AccessDeniedException", 403),
    ("scheduler", "ListSchedules", {}, "AccessDeniedException", 403),
    ("cloudfront", "ListDistributions", {}, "AccessDenied", 403),
    ("s3", "ListBuckets", {}, "AccessDenied", 403),
    ("s3", "GetBucketAcl", {"Bucket": "clinic-letters"}, "AccessDenied", 403),
    ("s3", "GetBucketPolicyStatus", {"Bucket": "clinic-letters"}, "AccessDenied", 403),
    ("s3", "GetBucketEncryption", {"Bucket": "clinic-letters"}, "AccessDenied", 403),
]


@pytest.mark.parametrize("refused_call", ONE_OF_EACH_PROTOCOL, ids=lambda case: f"{case[0]}:{case[1]}")
def test_denied_operation_is_refused_in_the_form_of_its_protocol(
    server: DemoServer, connect: Connect, account: str, refused_call: tuple[str, str, dict[str, Any], str, int]
) -> None:
    service, operation, arguments, code, status = refused_call
    server.deny(f"{service}.{operation}")
    with pytest.raises(ClientError) as refused:
        getattr(connect(service), xform_name(operation))(**arguments)
    error = refused.value.response
    assert error["Error"]["Code"] == code
    assert error["ResponseMetadata"]["HTTPStatusCode"] == status
    assert f":{operation}" in error["Error"]["Message"]
    assert Served(service, operation, account, "us-east-1") in server.calls()


def test_denial_is_of_that_operation_account_and_region_alone_and_changes_nothing(
    server: DemoServer, connect: Connect, account: str
) -> None:
    kms = connect("kms")
    server.deny("kms:CreateKey", account=account, region="us-east-1")
    before = len(kms.list_keys()["Keys"])
    with pytest.raises(ClientError, match="AccessDenied"):
        kms.create_key()
    assert len(kms.list_keys()["Keys"]) == before
    connect("kms", "us-west-2").create_key()
    server.allow()
    kms.create_key()
    assert len(kms.list_keys()["Keys"]) == before + 1


def test_wildcard_denies_a_whole_service(server: DemoServer, connect: Connect) -> None:
    server.deny("ecr:*")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        connect("ecr").describe_repositories()
    assert connect("ecs").list_clusters()["clusterArns"] == []


def test_clock_stands_where_it_was_set(server: DemoServer, connect: Connect) -> None:
    moment = datetime(2031, 5, 4, 3, 2, 1, tzinfo=UTC)
    server.set_clock(moment)
    iam = connect("iam")
    iam.create_user(UserName="first")
    server.set_clock(moment + timedelta(days=40))
    iam.create_user(UserName="second")
    born = {user["UserName"]: user["CreateDate"] for user in iam.list_users()["Users"]}
    assert born == {"first": moment, "second": moment + timedelta(days=40)}
    key = connect("kms").create_key()["KeyMetadata"]
    assert key["CreationDate"] == moment + timedelta(days=40)
    assert server.clock == moment + timedelta(days=40)


def test_clock_refuses_a_moment_without_time_zone(server: DemoServer) -> None:
    with pytest.raises(ValueError, match="time zone"):
        server.set_clock(datetime(2031, 5, 4))  # noqa: DTZ001


def test_register_of_calls_begins_anew(server: DemoServer, connect: Connect, account: str) -> None:
    connect("sts").get_caller_identity()
    server.forget_calls()
    connect("ec2", "us-west-2").describe_vpcs()
    assert server.calls() == [Served("ec2", "DescribeVpcs", account, "us-west-2")]


def test_same_ids_in_every_run() -> None:
    def ids() -> list[str]:
        with DemoServer() as fresh:
            ec2 = connect_to(fresh)("ec2")
            return [ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")["Vpc"]["VpcId"] for n in (1, 2)]

    assert ids() == ids()


def test_port_in_use_is_an_error_of_one_line(server: DemoServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(OSError, match=f"did not start on 127.0.0.1 port {port}"):
        DemoServer(port).__enter__()


def test_server_dies_with_its_parent() -> None:
    program = (
        "from scanner.demo.server import DemoServer\ns = DemoServer().__enter__()\nprint(s.url, flush=True)\ninput()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        with urlopen(f"{url}/_demo/calls", timeout=10) as answer:
            assert answer.read() == b"[]"
        os.kill(parent.pid, signal.SIGKILL)
    for _ in range(50):
        try:
            urlopen(f"{url}/_demo/calls", timeout=1).close()
        except (URLError, ConnectionError):
            return
    pytest.fail("the server outlived its parent")
