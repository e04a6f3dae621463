"""The collector on a stub: questions about several resources that go out in one call, and jobs that keep no thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest

from scanner.aws.pool import FIRST, Pool
from scanner.kinds.merges import IMAGES, METRICS
from scanner.model.call import Merge, applied, batch, each, then
from scanner.model.kind import Const, Kind, fact
from tests.aws.gather import Gather, unknown
from tests.aws.stub import Asked, refused, said


def _questions(name: str) -> list[dict[str, str]]:
    return [{"imageTag": name}]


class Picture(Kind, cfn="Test::Picture"):
    """A repository and its image `v1`; two repositories' questions never go together."""

    listed = each("ecr.DescribeRepositories", "repositories")
    image = then("ecr.BatchGetImage", expect="images", merge=IMAGES, repositoryName="web",
                 imageIds=applied(_questions, "$listed.repositoryName"))  # fmt: skip

    id: str = fact("listed.repositoryName")
    tags: Mapping[str, str] = fact(Const({}))
    digest: str = fact("image.images[0].imageId.imageDigest")
    failures: tuple[str, ...] = fact("image.failures[].failureCode", default=())


LISTED = said(repositories=[{"repositoryName": name} for name in "abcd"])


def _image(name: str) -> dict[str, Any]:
    return {"imageId": {"imageTag": name, "imageDigest": f"sha256:{name}"}}


def _answer(asked: Asked) -> Any:
    names = [item["imageTag"] for item in asked.params["imageIds"]]
    gone = [{"imageId": {"imageTag": name}, "failureCode": "ImageNotFound"} for name in names if name == "c"]
    return said(images=[_image(name) for name in names if name != "c"], failures=gone)


def test_several_resources_are_asked_about_in_one_call(gather: Gather) -> None:
    stub, night = gather({"ecr.DescribeRepositories": LISTED, "ecr.BatchGetImage": _answer}, Picture)
    assert stub.count("ecr.BatchGetImage") == 1
    assert [night.view(Picture, name).digest for name in "abd"] == ["sha256:a", "sha256:b", "sha256:d"]
    assert night.view(Picture, "c").failures == ("ImageNotFound",)
    assert night.view(Picture, "a").failures == ()


def test_what_the_answer_leaves_out_is_asked_alone(gather: Gather) -> None:
    def some(asked: Asked) -> Any:
        names = [item["imageTag"] for item in asked.params["imageIds"]]
        return said(images=[_image(name) for name in names if name != "b" or len(names) == 1])

    stub, night = gather({"ecr.DescribeRepositories": LISTED, "ecr.BatchGetImage": some}, Picture)
    assert night.view(Picture, "b").digest == "sha256:b"
    assert stub.count("ecr.BatchGetImage") == 1 + 1


def test_one_at_which_aws_objects_costs_the_others_nothing(gather: Gather) -> None:
    def some(asked: Asked) -> Any:
        names = [item["imageTag"] for item in asked.params["imageIds"]]
        return refused("InvalidParameterException") if "c" in names else said(images=[_image(name) for name in names])

    _, night = gather({"ecr.DescribeRepositories": LISTED, "ecr.BatchGetImage": some}, Picture)
    assert [night.view(Picture, name).digest for name in "abd"] == ["sha256:a", "sha256:b", "sha256:d"]
    assert unknown(night.view(Picture, "c"), "digest") == "ecr.BatchGetImage: no"
    assert night.entry(Picture, "image").state == "partial"


def test_a_denial_is_not_asked_again_for_each(gather: Gather) -> None:
    denied = refused("AccessDeniedException")
    stub, night = gather({"ecr.DescribeRepositories": LISTED, "ecr.BatchGetImage": denied}, Picture)
    assert stub.count("ecr.BatchGetImage") == 1
    assert "ecr:BatchGetImage" in unknown(night.view(Picture, "a"), "digest")
    assert (night.entry(Picture, "image").asked, night.entry(Picture, "image").failed) == (4, 4)


def test_a_call_takes_no_more_questions_than_aws_allows(gather: Gather, monkeypatch: pytest.MonkeyPatch) -> None:
    call = Picture.calls["image"]
    few = Merge("imageIds", 2, IMAGES.ask, IMAGES.part)
    monkeypatch.setattr(Picture, "calls", {**Picture.calls, "image": _with(call, few)})
    stub, night = gather({"ecr.DescribeRepositories": LISTED, "ecr.BatchGetImage": _answer}, Picture)
    assert stub.count("ecr.BatchGetImage") == 2
    assert night.view(Picture, "d").digest == "sha256:d"


def _with(call: Any, merge: Merge) -> Any:
    from dataclasses import replace

    return replace(call, merge=merge)


class Box(Kind, cfn="Test::Box"):
    """A table: listed page by page, described a hundred at a time."""

    listed = each("ecs.ListTaskDefinitionFamilies", "families")
    about = batch("ecs.DescribeClusters", "clusters", ids="clusters", own="$listed", key="clusterArn", size=100)

    id: str = fact("listed")
    tags: Mapping[str, str] = fact(Const({}))
    status: str = fact("about.status")


def test_a_batch_waits_for_all_pages_of_the_listing(gather: Gather) -> None:
    pages = [said(families=["a", "b"], nextToken="1"), said(families=["c"], nextToken="2"), said(families=["d"])]

    def about(asked: Asked) -> Any:
        return said(clusters=[{"clusterArn": n, "status": n.upper()} for n in asked.params["clusters"]])

    stub, night = gather({"ecs.ListTaskDefinitionFamilies": pages, "ecs.DescribeClusters": about}, Box)
    assert stub.count("ecs.DescribeClusters") == 1
    assert [night.view(Box, name).status for name in "abcd"] == list("ABCD")


def test_an_image_is_named_as_it_was_asked_for() -> None:
    answer = {"images": [{"imageId": {"imageDigest": "sha256:1", "imageTag": "v1"}, "imageManifest": "{}"}]}
    assert IMAGES.part(answer, [{"imageDigest": "sha256:1"}], 0) == {
        "images": [{"imageId": {"imageDigest": "sha256:1"}, "imageManifest": "{}"}], "failures": [],
    }  # fmt: skip
    assert IMAGES.part(answer, [{"imageTag": "v1"}], 0) == {**answer, "failures": []}
    assert IMAGES.part(answer, [{"imageTag": "v2"}], 0) is None


def test_metrics_come_back_under_their_own_names() -> None:
    asked = [METRICS.ask({"Id": "memory", "MetricStat": {}}, number) for number in (0, 10)]
    assert [query["Id"] for query in asked] == ["memory_0", "memory_10"]
    answer = {"MetricDataResults": [{"Id": "memory_10", "Values": [1.0]}, {"Id": "memory_0", "Values": []}]}
    assert METRICS.part(answer, [{"Id": "memory"}], 10) == {"MetricDataResults": [{"Id": "memory", "Values": [1.0]}]}
    assert METRICS.part(answer, [{"Id": "memory"}], 1) == {"MetricDataResults": []}


# ---- rest without a thread ----


def test_what_rests_keeps_no_thread_and_comes_in_its_time() -> None:
    pool, order, done = Pool(1), list[str](), threading.Event()
    began = time.monotonic()

    def last() -> None:
        order.append("late")
        done.set()

    pool.later(0.2, last)
    pool.later(0.05, order.append, "early")
    pool.submit(order.append, "at once")
    assert done.wait(5)
    pool.close()
    assert order == ["at once", "early", "late"]
    assert time.monotonic() - began >= 0.2


def test_what_rests_at_the_end_is_let_go() -> None:
    pool, order = Pool(2), list[str]()
    pool.later(30, order.append, "never")
    pool.close()
    assert order == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("phiward_")]


def test_what_others_hang_on_is_begun_first() -> None:
    pool, order, gate, done = Pool(1), list[str](), threading.Event(), threading.Event()

    def hold() -> None:
        gate.wait(5)

    pool.submit(hold)
    for name in ("details", "more details"):
        pool.submit(order.append, name)
    pool.submit(order.append, "listing", rank=FIRST)
    pool.submit(done.set)
    gate.set()
    assert done.wait(5)
    pool.close()
    assert order == ["listing", "details", "more details"]


def test_a_burst_is_taken_by_as_many_threads_as_it_has_tasks() -> None:
    pool, together, done = Pool(8), threading.Barrier(6), threading.Semaphore(0)

    def meet() -> None:
        together.wait(10)
        done.release()

    first = threading.Event()
    pool.submit(first.set)
    assert first.wait(5)
    time.sleep(0.05)  # the one thread rests by now
    for _ in range(6):
        pool.submit(meet)
    assert all(done.acquire(timeout=10) for _ in range(6))
    pool.close()


def test_each_kind_of_work_has_its_turn() -> None:
    pool, order, gate, done = Pool(1), list[str](), threading.Event(), threading.Event()

    def hold() -> None:
        gate.wait(5)

    pool.submit(hold)
    for work in ("s3", "s3", "s3", "elb", "elb"):
        pool.submit(order.append, work, work=work)
    pool.submit(done.set, work="s3")
    gate.set()
    assert done.wait(5)
    pool.close()
    assert order == ["s3", "elb", "s3", "elb", "s3"]


def test_what_a_task_lets_out_ends_the_rest_and_is_told() -> None:
    pool, order, done = Pool(1), list[str](), threading.Event()

    def fail() -> None:
        done.set()
        raise LookupError("a bug")

    pool.submit(fail)
    pool.later(0.01, order.append, "late")
    assert done.wait(5)
    pool.close()
    pool.submit(order.append, "after the end")
    with pytest.raises(LookupError, match="a bug"):
        pool.check()
    assert order == []
