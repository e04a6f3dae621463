"""How long one call may hold a scan."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from scanner.aws.client import Patience, Request
from scanner.aws.errors import Refusal
from tests.aws.gather import ACCOUNT, QUICK, Connect, Serve
from tests.aws.stub import Answer, refused

HERE = (ACCOUNT, "us-east-1")
CLUSTERS = Request("ecs.ListClusters", {}, "clusterArns", permission="ecs:ListClusters")


def test_a_call_that_nobody_answers_is_given_up_in_two_minutes() -> None:
    assert 60 < Patience().silence <= 130, "long enough for a slow answer, too short to hold a scan for"


def test_a_call_that_nobody_answers_is_given_up_when_it_was_said(serve: Serve, connect: Connect) -> None:
    stub, few = serve({"ecs.ListClusters": Answer(hang=True)}), replace(QUICK, read=0.2, attempts=3)
    began = time.monotonic()
    with pytest.raises(Refusal) as told:
        connect("ecs.ListClusters", patience=few).one(HERE, CLUSTERS)
    assert told.value.code == "ReadTimeoutError"
    assert few.attempts * few.read <= time.monotonic() - began <= few.silence + 2
    assert stub.count("ecs.ListClusters") == few.attempts, "botocore asks again, phiward does not"


def test_a_call_that_is_throttled_for_ever_is_asked_so_often_and_no_more(serve: Serve, connect: Connect) -> None:
    stub = serve({"ecs.ListClusters": refused("ThrottlingException")})
    with pytest.raises(Refusal) as told:
        connect("ecs.ListClusters", patience=replace(QUICK, throttled=3)).one(HERE, CLUSTERS)
    assert told.value.gap.state == "throttled"
    assert stub.count("ecs.ListClusters") == QUICK.tries * 3
