"""The lean models: all that is called of a service as botocore has it, and nothing else."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.utils import parse_timestamp

from scanner.aws.collect import operations
from scanner.aws.models import ASKED_BY_BOTOCORE, LeanLoader, moment, narrowed
from scanner.engine.normalise import plain
from scanner.engine.registry import kinds

DECLARED = sorted(operations(kinds().values()))
SERVICES = sorted({operation.partition(".")[0] for operation in DECLARED})


@cache
def whole() -> botocore.session.Session:
    return botocore.session.Session()


@cache
def twin() -> Any:
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
    return narrowed(session, DECLARED)


def tell(shape: Any, above: tuple[str, ...] = ()) -> Any:
    """Say all of a shape that requests and answers are made by."""
    if shape is None or shape.name in above:
        return shape and shape.name
    said = (shape.name, shape.type_name, shape.serialization, dict(shape.metadata))
    inner = (*above, shape.name)
    if shape.type_name == "structure":
        return (*said, {name: tell(member, inner) for name, member in shape.members.items()})
    if shape.type_name == "list":
        return (*said, tell(shape.member, inner))
    return (*said, tell(shape.key, inner), tell(shape.value, inner)) if shape.type_name == "map" else said


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_called_is_described_as_in_botocore_and_nothing_else_is_known(service: str) -> None:
    lean = twin()._session.get_service_model(service)  # noqa: SLF001  boto3 offers no other way
    full = whole().get_service_model(service)
    called = {name.partition(".")[2] for name in DECLARED if name.startswith(f"{service}.")}
    assert set(lean.operation_names) == called | ASKED_BY_BOTOCORE.get(service, frozenset())
    assert lean.metadata == full.metadata
    for action in called:
        mine, theirs = lean.operation_model(action), full.operation_model(action)
        assert (mine.http, mine.auth_type, mine.endpoint) == (theirs.http, theirs.auth_type, theirs.endpoint)
        assert tell(mine.input_shape) == tell(theirs.input_shape)
        assert tell(mine.output_shape) == tell(theirs.output_shape)
        assert [error.error_code for error in mine.error_shapes] == [error.error_code for error in theirs.error_shapes]


def test_a_client_can_be_made_of_every_service_and_knows_no_other_call() -> None:
    for service in SERVICES:
        client = twin().client(service)
        assert {f"{service}.{action}" for action in client.meta.method_to_api_mapping.values()} <= {
            *DECLARED,
            *(f"{service}.{action}" for action in ASKED_BY_BOTOCORE.get(service, ())),
        }


def test_the_session_that_was_given_stays_as_it_was() -> None:
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
    made = narrowed(session, ["ecs.ListClusters"])
    assert not hasattr(made.client("ecs"), "delete_cluster")
    assert hasattr(session.client("ecs"), "delete_cluster")
    assert made.get_credentials() is session.get_credentials()


def test_a_session_that_makes_clients_in_a_way_of_its_own_goes_on_to() -> None:
    class Pointed(boto3.Session):  # type: ignore[misc]  # boto3 ships no types
        def client(self, *names: Any, **given: Any) -> Any:
            return super().client(*names, **given, endpoint_url="http://127.0.0.1:9")

    session = Pointed(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
    assert narrowed(session, ["ecs.ListClusters"]).client("ecs").meta.endpoint_url == "http://127.0.0.1:9"


def test_what_was_read_on_the_way_is_let_go() -> None:
    loader = LeanLoader({"ecs": frozenset({"ListClusters"})})
    model = loader.load_service_model("ecs", "service-2")
    assert loader.load_service_model("ecs", "service-2") is model
    assert not any("DeleteCluster" in str(kept)[:2_000_000] for kept in loader._cache.values())  # noqa: SLF001  is let go


@pytest.mark.parametrize(
    "said",
    [
        "2024-02-29T23:59:59Z", "2024-02-29T23:59:59.123Z", "2024-02-29T23:59:59.123456+02:00", "2024-02-29T23:59:59",
        "Thu, 29 Feb 2024 23:59:59 GMT", "1709251199", 1709251199, 1709251199.25, "20240229T235959Z", "2024-02-29",
    ],
)  # fmt: skip
def test_a_moment_is_read_as_botocore_reads_it(said: Any) -> None:
    assert plain(moment(said)) == plain(parse_timestamp(said))


def test_what_is_no_moment_is_told() -> None:
    with pytest.raises(ValueError, match="Invalid timestamp"):
        moment("Tomorrow")
