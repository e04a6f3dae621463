"""The collector on a stub: downloads, references, and answers that are not as AWS describes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pytest

from scanner.aws.downloads import DOWNLOAD_LIMIT
from scanner.model.call import applied, download, each, refs, shared, then
from scanner.model.gap import Unknown
from scanner.model.kind import Const, Kind, fact
from tests.aws.gather import Gather, unknown
from tests.aws.stub import Answer, Asked, Script, refused, said

# ---- downloads ----


def digest_of(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


LAYER = json.dumps({"config": {"User": "1000"}}).encode()


class Image(Kind, cfn="Test::Image"):
    """Something fetched from an address that an answer gives."""

    image = each("ecr.ListImages", "imageIds", repositoryName="web")
    layer = download("ecr.GetDownloadUrlForLayer", "downloadUrl", digest="$image.imageDigest",
                     repositoryName="web", layerDigest="$image.imageDigest")  # fmt: skip

    id: str = fact("image.imageTag")
    tags: Mapping[str, str] = fact(Const({}))
    user: str = fact("layer.config.User")


def images(*digests: str) -> Answer:
    return said(imageIds=[{"imageTag": f"t{n}", "imageDigest": digest} for n, digest in enumerate(digests)])


def serving(body: Answer, *digests: str) -> dict[str, Script]:
    def url(asked: Asked) -> Answer:
        return said(downloadUrl=f"http://{asked.host}/layer", layerDigest=asked.params["layerDigest"])

    return {"ecr.ListImages": images(*digests), "ecr.GetDownloadUrlForLayer": url, " GET /layer": body}


def test_what_was_downloaded_is_kept_where_the_digest_names_it(gather: Gather) -> None:
    _, night = gather(serving(Answer(LAYER), digest_of(LAYER), digest_of(LAYER)), Image)
    assert [night.view(Image, name).user for name in ("t0", "t1")] == ["1000", "1000"]


REFUSED_DOWNLOADS = {
    "other content": (Answer(b'{"config": {"User": "root"}}'), "DigestMismatch"),
    "refused": (Answer(b"no", 403), "403"),
    "gone": (Answer(b"no", 404), "404"),
    "too large": (Answer(b" " * (DOWNLOAD_LIMIT + 1)), "too large"),
    "cut": (Answer(LAYER, length=len(LAYER) + 10), "IncompleteRead"),
}


@pytest.mark.parametrize("way", REFUSED_DOWNLOADS)
def test_a_download_that_is_not_what_was_named_is_unknown(gather: Gather, way: str) -> None:
    body, why = REFUSED_DOWNLOADS[way]
    _, night = gather(serving(body, digest_of(LAYER)), Image)
    assert unknown(night.view(Image, "t0"), "user")
    entry = night.entry(Image, "layer")
    assert not entry.ok
    assert why in f"{entry.error} {entry.message}"


PASSING_FAULTS = {
    "cut": Answer(LAYER, length=len(LAYER) + 10),
    "a fault": Answer(b"busy", 503),
    "slow down": Answer(b"slow", 429),
    "reset": Answer(reset=True),
    "hang": Answer(hang=True),
}


@pytest.mark.parametrize("way", PASSING_FAULTS)
def test_a_download_that_goes_wrong_once_is_fetched_again(gather: Gather, way: str) -> None:
    script = serving(Answer(LAYER), digest_of(LAYER)) | {" GET /layer": [PASSING_FAULTS[way], Answer(LAYER)]}
    stub, night = gather(script, Image)
    assert night.view(Image, "t0").user == "1000"
    assert stub.count(" GET /layer") == 2


def test_a_download_that_is_refused_is_not_asked_for_again(gather: Gather) -> None:
    stub, night = gather(serving(Answer(b"no", 403), digest_of(LAYER)), Image)
    assert unknown(night.view(Image, "t0"), "user")
    assert stub.count(" GET /layer") == 1


def test_a_download_that_is_no_json_is_unknown(gather: Gather) -> None:
    body = b"not JSON"
    _, night = gather(serving(Answer(body), digest_of(body)), Image)
    assert night.entry(Image, "layer").error == "Malformed"


@pytest.mark.parametrize("digest", ["", "md5:abc", "sha256:"])
def test_a_digest_of_another_kind_is_not_taken_on_trust(gather: Gather, digest: str) -> None:
    stub, night = gather(serving(Answer(LAYER), digest), Image)
    assert unknown(night.view(Image, "t0"), "user")
    assert stub.count(" GET /layer") == 0


def test_a_denied_address_names_the_permission(gather: Gather) -> None:
    script = {
        **serving(Answer(LAYER), digest_of(LAYER)),
        "ecr.GetDownloadUrlForLayer": refused("AccessDeniedException"),
    }
    _, night = gather(script, Image)
    assert night.entry(Image, "layer").permission == "ecr:GetDownloadUrlForLayer"


# ---- references ----


class Runner(Kind, cfn="Test::Runner"):
    """What refers to recipes."""

    listed = each("ecs.ListClusters", "clusterArns", parse=lambda arn: {"arn": arn, "recipe": arn.rpartition("/")[2]})
    labels = then("ecs.ListTagsForResource", "tags", resourceArn="$listed.arn")

    id: str = fact("listed.arn")
    tags: Mapping[str, str] = fact(Const({}))
    recipe: str = fact("listed.recipe")
    labelled: tuple[str, ...] = fact("labels[].value")


def name_of(recipe: str) -> str:
    return recipe.partition(":")[0]


class Recipe(Kind, cfn="Test::Recipe"):
    """What is referred to, and what is listed besides."""

    used = refs("Runner.recipe", "Runner.labelled")
    family = each("ecs.ListTaskDefinitionFamilies", "families", without=name_of)

    id: str = fact("used | family")
    tags: Mapping[str, str] = fact(Const({}))
    in_use: bool = fact("used", parse=bool, default=False)


RECIPES: Mapping[str, Script] = {
    "ecs.ListClusters": said(clusterArns=["c/web:1", "d/web:1", "e/api:2"]),
    "ecs.ListTagsForResource": said(tags=[{"key": "recipe", "value": "batch:7"}]),
    "ecs.ListTaskDefinitionFamilies": said(families=["web", "api", "batch", "idle"]),
}


def test_what_is_referred_to_is_a_resource_once_and_not_listed_again(gather: Gather) -> None:
    _, night = gather(RECIPES, Runner, Recipe)
    assert night.ids(Recipe) == ["api:2", "batch:7", "idle", "web:1"]
    assert [night.view(Recipe, name).in_use for name in ("web:1", "idle")] == [True, False]
    assert all(entry.ok for entry in night.coverage)


def test_a_reference_that_could_not_be_read_leaves_use_and_absence_unknown(gather: Gather) -> None:
    _, night = gather({**RECIPES, "ecs.ListTagsForResource": refused("AccessDeniedException")}, Runner, Recipe)
    entry = night.entry(Recipe, "used")
    assert (entry.state, entry.permission, entry.listing) == ("partial", "ecs:ListTagsForResource", True)
    assert night.view(Recipe, "web:1").in_use is True
    with pytest.raises(Unknown, match=r"ecs\.ListTagsForResource"):
        night.world(Recipe).get(Recipe, "batch:7")
    beside = [
        view for view in map(Recipe, night.inventory.resources(Recipe)) if view.resource.id not in {"web:1", "api:2"}
    ]
    assert len(beside) == 2
    assert all(unknown(view, "in_use") for view in beside)


def test_references_from_an_unlisted_kind_are_unknown(gather: Gather) -> None:
    _, night = gather({**RECIPES, "ecs.ListClusters": refused("AccessDeniedException")}, Runner, Recipe)
    assert night.entry(Recipe, "used").permission == "ecs:ListClusters"
    assert night.entry(Recipe, "family").ok
    assert len(night.ids(Recipe)) == 4


def test_a_reference_to_a_kind_that_is_not_collected_is_our_error_and_no_hang(gather: Gather) -> None:
    with pytest.raises(TypeError, match="Recipe refers to Runner"):
        gather(RECIPES, Recipe)


# ---- answers that are not as AWS describes them ----


class Odd(Kind, cfn="Test::Odd"):
    """Functions of a declaration that meet what they do not expect."""

    key = each("kms.ListKeys", "Keys", parse=lambda item: {"KeyId": item["KeyId"], "KeyArn": int(item["KeyArn"])})
    policy = then("kms.GetKeyPolicy", KeyId=applied(lambda size: "k" * (10 // size), "$key.KeyArn"))
    alias = shared("kms.ListAliases", "Aliases", own="$key.KeyId", key="TargetKeyId",
                   parse=lambda item: {**item, "AliasName": item["AliasName"]})  # fmt: skip

    id: str = fact("key.KeyId")
    tags: Mapping[str, str] = fact(Const({}))
    size: int = fact("key.KeyArn", parse=lambda size: {1: "one"}[size])
    alias_name: str = fact("alias.AliasName", default="")


ODD: Mapping[str, Script] = {
    "kms.ListKeys": said(Keys=[{"KeyId": "a", "KeyArn": "1"}]),
    "kms.GetKeyPolicy": said(Policy="{}"),
    "kms.ListAliases": said(Aliases=[]),
}


def test_an_item_that_cannot_be_read_makes_the_listing_incomplete(gather: Gather) -> None:
    keys = [{"KeyId": "a", "KeyArn": "1"}, {"KeyId": "b", "KeyArn": "hunter2"}, {"KeyArn": "1"}]
    _, night = gather({**ODD, "kms.ListKeys": said(Keys=keys)}, Odd)
    entry = night.entry(Odd, "key")
    assert night.ids(Odd) == ["a"]
    assert (entry.state, entry.error, entry.failed) == ("partial", "Malformed", 2)
    assert "hunter2" not in entry.message


def test_a_parameter_that_cannot_be_made_is_a_gap(gather: Gather) -> None:
    class Strange(Kind, cfn="Test::Strange"):
        """A parameter of nothing."""

        key = each("kms.ListKeys", "Keys")
        policy = then("kms.GetKeyPolicy", KeyId=applied(lambda size: size["x"], "$key.KeyId"))

        id: str = fact("key.KeyId")
        tags: Mapping[str, str] = fact(Const({}))

    stub, night = gather(ODD, Strange)
    assert night.entry(Strange, "policy").error == "Malformed"
    assert stub.count("kms.GetKeyPolicy") == 0


def test_shared_items_that_cannot_be_read_are_a_gap_for_all(gather: Gather) -> None:
    _, night = gather({**ODD, "kms.ListAliases": said(Aliases=[{"TargetKeyId": "a"}])}, Odd)
    assert night.entry(Odd, "alias").error == "Malformed"
    assert unknown(night.view(Odd, "a"), "alias_name")


def test_a_fact_that_cannot_be_read_is_unknown(gather: Gather) -> None:
    _, night = gather({**ODD, "kms.ListKeys": said(Keys=[{"KeyId": "a", "KeyArn": "2"}])}, Odd)
    assert "KeyError" in unknown(night.view(Odd, "a"), "size")
