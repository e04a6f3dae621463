"""Pacing, by a clock of the test's own."""

from __future__ import annotations

import pytest

from scanner.aws.limits import Bucket, Limits, group_of
from tests.aws.gather import ACCOUNT


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def _bucket(clock: Clock, **given: float) -> Bucket:
    return Bucket(clock=clock, sleep=clock.sleep, **given)


def test_a_burst_goes_at_once_and_then_at_the_rate() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=10, burst=5)
    for _ in range(25):
        bucket.take()
    assert clock.slept == pytest.approx([0.1] * 20)
    assert clock.now == pytest.approx(102.0)


def test_an_idle_bucket_fills_no_further_than_its_burst() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=10, burst=5)
    clock.now += 3600
    for _ in range(6):
        bucket.take()
    assert len(clock.slept) == 1


def test_throttling_slows_it_once_a_second_and_not_below_the_least() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=40, least=4)
    bucket.throttled()
    bucket.throttled()
    assert bucket.rate == pytest.approx(28)
    clock.now += 1
    bucket.throttled()
    assert bucket.rate == 4, "nothing was answered in the second before"


def test_throttling_slows_it_to_what_was_answered() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=400)
    bucket.throttled()
    for _ in range(30):
        clock.now += 1 / 30
        bucket.answered()
    clock.now += 0.001
    bucket.throttled()
    assert 28 <= bucket.rate <= 30


def test_throttling_takes_what_was_saved() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=40)
    bucket.throttled()
    bucket.take()
    assert clock.slept == pytest.approx([1 / 28])


def test_answers_speed_it_up_at_once_until_the_first_throttling() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=10)
    for _ in range(10):
        bucket.answered()
    assert bucket.rate == 20
    bucket.throttled()
    bucket.answered()
    assert bucket.rate == pytest.approx(14 + 2 / 14)


def test_answers_speed_it_up_to_the_most() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=2, most=30)
    for _ in range(100):
        bucket.answered()
    assert bucket.rate == 30


def test_a_bucket_recovers_what_it_lost() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=50)
    bucket.throttled()
    assert bucket.rate == pytest.approx(35)
    for _ in range(1000):
        bucket.answered()
    assert bucket.rate >= 50


def test_a_server_with_a_rate_of_its_own_is_used_well() -> None:
    """Against a bucket of 50 tokens that gets 20 a second: 400 requests need 17.5 s, and take little more."""
    clock, tokens, refilled, refused = Clock(), 50.0, 100.0, 0
    bucket, asked = _bucket(clock), 0
    while asked < 400:
        bucket.take()
        tokens, refilled = min(50.0, tokens + (clock.now - refilled) * 20), clock.now
        if tokens >= 1:
            tokens, asked = tokens - 1, asked + 1
            bucket.answered()
        else:
            refused += 1
            bucket.throttled()
    assert clock.now - 100.0 <= 1.3 * 17.5
    assert refused <= 100


def test_operations_share_a_bucket_where_aws_has_them_share_one() -> None:
    assert group_of("iam.ListRoles", "") == group_of("iam.GetRole", "") == "iam"
    assert group_of("s3.GetBucketAcl", "") == "s3.GetBucketAcl"
    assert group_of("ecs.ListTasks", "cluster") == "cluster"


def test_each_account_region_and_group_has_a_bucket_of_its_own(limits: Limits) -> None:
    first = limits.bucket(ACCOUNT, "us-east-1", "ecs")
    assert limits.bucket(ACCOUNT, "us-east-1", "ecs") is first
    others = [("210987654321", "us-east-1", "ecs"), (ACCOUNT, "eu-west-1", "ecs"), (ACCOUNT, "us-east-1", "ec2")]
    assert all(limits.bucket(*other) is not first for other in others)
