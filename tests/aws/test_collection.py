"""The collector on a stub: what it makes of listings, calls for each, batches and children."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from scanner.model.call import batch, each, then
from scanner.model.gap import Unknown
from scanner.model.kind import Const, Kind, fact
from scanner.model.resource import SectionState
from tests.aws.gather import Gather, unknown
from tests.aws.stub import Asked, Script, refused, said


class Cluster(Kind, cfn="Test::Cluster"):
    """A listing, a batch, a call for each, a call that hangs on another's answer."""

    listed = each("ecs.ListClusters", "clusterArns")
    cluster = batch("ecs.DescribeClusters", "clusters", ids="clusters", own="$listed", key="clusterArn", size=2)
    labels = then("ecs.ListTagsForResource", "tags", resourceArn="$listed")
    limits = then("ecs.ListAttributes", "attributes", when="cluster.status == 'ACTIVE'", cluster="$listed",
                  targetType="container-instance", absent=["ClusterNotFoundException"])  # fmt: skip

    id: str = fact("listed")
    tags: Mapping[str, str] = fact(Const({}))
    status: str = fact("cluster.status")
    words: tuple[Any, ...] = fact("labels")
    attributes: tuple[Any, ...] = fact("limits", default=())


def described(asked: Asked) -> Any:
    return said(clusters=[{"clusterArn": arn, "status": "ACTIVE"} for arn in asked.params["clusters"]], failures=[])


SOUND: Mapping[str, Script] = {
    "ecs.ListClusters": said(clusterArns=["a", "b", "c"]),
    "ecs.DescribeClusters": described,
    "ecs.ListTagsForResource": said(tags=[{"key": "k", "value": "v"}]),
    "ecs.ListAttributes": said(attributes=[]),
}


def test_everything_is_seen_where_nothing_is_refused(gather: Gather) -> None:
    stub, night = gather(SOUND, Cluster)
    assert night.ids(Cluster) == ["a", "b", "c"]
    assert all(entry.ok for entry in night.coverage)
    assert night.view(Cluster, "b").status == "ACTIVE"
    assert sorted(len(params["clusters"]) for params in stub.params("ecs.DescribeClusters")) == [1, 2]
    assert stub.count("ecs.ListTagsForResource") == 3


def test_a_denied_listing_leaves_absence_unknown(gather: Gather) -> None:
    stub, night = gather({**SOUND, "ecs.ListClusters": refused("AccessDeniedException")}, Cluster)
    entry = night.entry(Cluster, "listed")
    assert (entry.state, entry.permission, entry.error, entry.listing) == (
        "denied",
        "ecs:ListClusters",
        "AccessDeniedException",
        True,
    )
    with pytest.raises(Unknown, match="ecs:ListClusters"):
        night.world(Cluster).get(Cluster, "a")
    assert len(stub.asked) == 1


def test_a_listing_that_fails_on_its_second_page_is_partial(gather: Gather) -> None:
    pages = [said(clusterArns=["a"], nextToken="t"), refused("AccessDeniedException")]
    _, night = gather({**SOUND, "ecs.ListClusters": pages}, Cluster)
    assert night.ids(Cluster) == ["a"]
    assert not night.entry(Cluster, "listed").ok
    assert night.world(Cluster).get(Cluster, "a") is not None
    with pytest.raises(Unknown):
        night.world(Cluster).get(Cluster, "z")


def test_a_call_denied_for_one_of_three_hides_that_one_only(gather: Gather) -> None:
    def tags(asked: Asked) -> Any:
        return refused("AccessDeniedException") if asked.params["resourceArn"] == "b" else said(tags=[])

    _, night = gather({**SOUND, "ecs.ListTagsForResource": tags}, Cluster)
    entry = night.entry(Cluster, "labels")
    assert (entry.state, entry.asked, entry.failed, entry.permission) == ("partial", 3, 1, "ecs:ListTagsForResource")
    assert "ecs:ListTagsForResource" in unknown(night.view(Cluster, "b"), "words")
    assert [night.view(Cluster, name).words for name in "ac"] == [(), ()]
    assert night.view(Cluster, "b").status == "ACTIVE"
    assert all(entry.ok for entry in night.coverage if entry.call != "labels")


def test_a_call_throttled_for_ever_is_said_to_be(gather: Gather) -> None:
    _, night = gather({**SOUND, "ecs.ListTagsForResource": refused("ThrottlingException")}, Cluster)
    assert night.entry(Cluster, "labels").state == "throttled"
    assert night.entry(Cluster, "labels").permission == ""
    assert unknown(night.view(Cluster, "a"), "words")


def test_what_hangs_on_an_unseen_answer_is_unseen_for_its_reason(gather: Gather) -> None:
    stub, night = gather({**SOUND, "ecs.DescribeClusters": refused("AccessDeniedException")}, Cluster)
    assert "ecs:DescribeClusters" in unknown(night.view(Cluster, "a"), "attributes")
    assert night.entry(Cluster, "limits").permission == "ecs:DescribeClusters"
    assert stub.count("ecs.ListAttributes") == 0


def test_a_call_whose_condition_does_not_hold_is_not_made(gather: Gather) -> None:
    def idle(asked: Asked) -> Any:
        return said(clusters=[{"clusterArn": arn, "status": "INACTIVE"} for arn in asked.params["clusters"]])

    stub, night = gather({**SOUND, "ecs.DescribeClusters": idle}, Cluster)
    assert stub.count("ecs.ListAttributes") == 0
    assert night.inventory.named(Cluster, "a")[0].sections["limits"].state is SectionState.SKIPPED
    assert night.entry(Cluster, "limits").ok
    assert night.view(Cluster, "a").attributes == ()


def test_an_error_that_means_absent_is_no_gap(gather: Gather) -> None:
    _, night = gather({**SOUND, "ecs.ListAttributes": refused("ClusterNotFoundException")}, Cluster)
    assert night.inventory.named(Cluster, "a")[0].sections["limits"].state is SectionState.ABSENT
    assert night.entry(Cluster, "limits").ok


# ---- batches ----


def test_what_a_batch_says_is_missing_has_gone(gather: Gather) -> None:
    def without_b(asked: Asked) -> Any:
        found = [{"clusterArn": arn, "status": "ACTIVE"} for arn in asked.params["clusters"] if arn != "b"]
        return said(clusters=found, failures=[{"arn": "b", "reason": "MISSING"}])

    _, night = gather({**SOUND, "ecs.DescribeClusters": without_b}, Cluster)
    assert night.ids(Cluster) == ["a", "c"]
    assert all(entry.ok for entry in night.coverage)


@pytest.mark.parametrize("named", ["b", "arn:aws:ecs:us-east-1:123456789012:cluster/b"])
def test_what_a_batch_leaves_out_for_another_reason_is_unknown(gather: Gather, named: str) -> None:
    def without_b(asked: Asked) -> Any:
        found = [{"clusterArn": arn, "status": "ACTIVE"} for arn in asked.params["clusters"] if arn != "b"]
        wanted = "b" in asked.params["clusters"]
        return said(clusters=found, failures=[{"arn": named, "reason": "ACCESS_DENIED"}] if wanted else [])

    _, night = gather({**SOUND, "ecs.DescribeClusters": without_b}, Cluster)
    assert night.ids(Cluster) == ["a", "b", "c"]
    assert unknown(night.view(Cluster, "b"), "status")
    assert night.entry(Cluster, "cluster").state == "partial"


def test_a_batch_that_one_member_spoils_is_split(gather: Gather) -> None:
    def strict(asked: Asked) -> Any:
        return refused("ClusterNotFoundException") if "b" in asked.params["clusters"] else described(asked)

    stub, night = gather({**SOUND, "ecs.DescribeClusters": strict}, Cluster)
    assert [night.view(Cluster, name).status for name in "ac"] == ["ACTIVE", "ACTIVE"]
    assert "ClusterNotFoundException" in str(night.entry(Cluster, "cluster"))
    assert stub.count("ecs.DescribeClusters") in {3, 4}


def test_a_resource_that_is_listed_twice_is_one(gather: Gather) -> None:
    arn = "arn:aws:ecs:us-east-1:123456789012:cluster/a"
    pages = [said(clusterArns=[arn], nextToken="t"), said(clusterArns=[arn])]
    _, night = gather({**SOUND, "ecs.ListClusters": pages}, Cluster)
    assert night.ids(Cluster) == [arn]


# ---- children ----


class Service(Kind, cfn="Test::Service"):
    """A listing for each of another kind."""

    listed = each("ecs.ListServices", "serviceArns", of=Cluster, cluster="$of.id", launchType="$of.cluster.status",
                  when="of.cluster.status != 'GONE'")  # fmt: skip

    id: str = fact("listed")
    tags: Mapping[str, str] = fact(Const({}))
    cluster: str = fact("of.id")


def services(asked: Asked) -> Any:
    return said(serviceArns=[f"{asked.params['cluster']}/web"])


def test_children_are_listed_with_what_their_parent_is(gather: Gather) -> None:
    stub, night = gather({**SOUND, "ecs.ListServices": services}, Cluster, Service)
    assert night.ids(Service) == ["a/web", "b/web", "c/web"]
    assert night.view(Service, "b/web").cluster == "b"
    asked = stub.params("ecs.ListServices")
    assert sorted(params["cluster"] for params in asked) == ["a", "b", "c"]
    assert {params["launchType"] for params in asked} == {"ACTIVE"}
    assert night.entry(Service, "listed").asked == 3


def test_children_of_unlisted_parents_are_unknown(gather: Gather) -> None:
    _, night = gather(
        {**SOUND, "ecs.ListServices": services, "ecs.ListClusters": refused("AccessDeniedException")}, Cluster, Service
    )
    assert night.entry(Service, "listed").permission == "ecs:ListClusters"
    with pytest.raises(Unknown):
        list(night.world(Service).all(Service))


def test_children_whose_parents_answer_is_unseen_are_not_asked_for_wrongly(gather: Gather) -> None:
    stub, night = gather(
        {**SOUND, "ecs.ListServices": services, "ecs.DescribeClusters": refused("AccessDeniedException")},
        Cluster,
        Service,
    )
    assert stub.count("ecs.ListServices") == 0
    assert night.entry(Service, "listed").permission == "ecs:DescribeClusters"


def test_a_listing_denied_for_one_parent_is_partial(gather: Gather) -> None:
    def some(asked: Asked) -> Any:
        return refused("AccessDeniedException") if asked.params["cluster"] == "b" else services(asked)

    _, night = gather({**SOUND, "ecs.ListServices": some}, Cluster, Service)
    assert night.ids(Service) == ["a/web", "c/web"]
    assert night.entry(Service, "listed").state == "partial"
    with pytest.raises(Unknown):
        night.world(Service).get(Service, "b/web")
