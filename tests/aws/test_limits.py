"""Pacing, by a clock of the test's own."""

from __future__ import annotations

import pytest

from scanner.aws.limits import Bucket, Limits
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


def test_throttling_halves_the_rate_once_a_second_and_not_below_the_least() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=40, least=4)
    bucket.throttled()
    bucket.throttled()
    assert bucket.rate == 20
    rates = []
    for _ in range(4):
        clock.now += 1
        bucket.throttled()
        rates.append(bucket.rate)
    assert rates == [10, 5, 4, 4]


def test_throttling_takes_what_was_saved() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=40)
    bucket.throttled()
    bucket.take()
    assert clock.slept == pytest.approx([1 / 20])


def test_answers_speed_it_up_again_to_the_most() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=2, most=3)
    bucket.answered()
    assert bucket.rate == 2.5
    for _ in range(100):
        bucket.answered()
    assert bucket.rate == 3


def test_a_bucket_recovers_what_it_lost() -> None:
    clock = Clock()
    bucket = _bucket(clock, rate=50)
    bucket.throttled()
    assert bucket.rate == 25
    for _ in range(1000):
        bucket.answered()
    assert bucket.rate >= 50


def test_each_account_region_and_group_has_a_bucket_of_its_own(limits: Limits) -> None:
    first = limits.bucket(ACCOUNT, "us-east-1", "ecs")
    assert limits.bucket(ACCOUNT, "us-east-1", "ecs") is first
    others = [("210987654321", "us-east-1", "ecs"), (ACCOUNT, "eu-west-1", "ecs"), (ACCOUNT, "us-east-1", "ec2")]
    assert all(limits.bucket(*other) is not first for other in others)
