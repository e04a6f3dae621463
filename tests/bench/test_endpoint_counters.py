"""What was served is counted: calls, how many at once, and what nobody knows."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from bench.endpoint.connection import Request
from bench.endpoint.counters import Counters
from bench.endpoint.description import Described
from bench.endpoint.server import Endpoint
from tests.bench.listed import Listed, client


def _told(served: Endpoint, path: str = "/_served") -> dict[str, Any]:
    with urlopen(served.url + path, timeout=5) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def test_requests_are_counted_by_operation_and_as_they_overlap() -> None:
    with Endpoint(Listed(), latency=0.2) as served:
        own = client(served.url, "kms")
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda number: own.describe_key(KeyId=str(number)), range(8)))
        told = _told(served)
        assert (told["calls"], told["total"], told["now"]) == ({"kms.DescribeKey": 8}, 8, 0)
        assert 2 <= told["peak"] <= 8
        assert 1.0 < told["mean"] <= told["peak"]
        assert told["busy"] >= 0.19
        assert told["last"] - told["first"] >= 0.19
        assert _told(served, "/_reset")["total"] == 0


def test_what_nobody_knows_is_refused_and_told() -> None:
    with Endpoint(Listed()) as served:
        with pytest.raises(ClientError):
            client(served.url, "sns").list_topics()
        told = _told(served)
        assert (told["total"], sum(told["unknown"].values())) == (0, 1)


def test_a_description_that_breaks_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with Endpoint(Listed({"kms.ListKeys": {"Keys": [3]}})) as served:
        with pytest.raises(ClientError):
            client(served.url, "kms").list_keys()
        assert sum(_told(served)["broken"].values()) == 1
    assert "Traceback" in capfd.readouterr().err


def test_the_mean_is_over_the_time_that_was_busy() -> None:
    at = [0.0]
    counters = Counters(clock=lambda: at[0])
    for moment, step in ((1.0, "begin"), (2.0, "begin"), (3.0, "end"), (5.0, "end"), (105.0, "begin"), (106.0, "end")):
        at[0] = moment
        counters.begin("x") if step == "begin" else counters.end()
    told = counters.told()
    assert (told["busy"], told["peak"]) == (5.0, 2)
    assert told["mean"] == pytest.approx((1 + 2 + 2 + 1) / 5)


def test_an_answer_costs_well_under_half_a_millisecond_of_the_processor() -> None:
    served = Endpoint(Described(1))
    asked = [_request(number) for number in range(2000)]
    served.take(asked[0])
    began = time.thread_time()
    assert all(b" 200 OK" in served.take(each).head for each in asked)
    assert time.thread_time() - began < 1.0


def _request(number: int) -> Request:
    signed = "AWS4-HMAC-SHA256 Credential=ASIA100000000001/20250101/us-east-1/kms/aws4_request, SignedHeaders=host"
    headers = {"authorization": signed, "x-amz-target": "TrentService.DescribeKey"}
    return Request("POST", "/", headers, b'{"KeyId":"%d"}' % number)
