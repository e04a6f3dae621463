"""What images' names, manifests and configurations say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.kinds.images import (
    ImageReference,
    ScanRule,
    config_digest,
    ecr_references,
    fixed_by,
    image_config,
    image_ids,
    image_reference,
    is_root,
    platform_id,
    reference_document,
    scan_rules,
    tag_matches,
)

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "nginx", "latest", ""),
        ("nginx:1.27", "docker.io", "nginx", "1.27", ""),
        ("library/nginx:1", "docker.io", "library/nginx", "1", ""),
        ("localhost/web", "localhost", "web", "latest", ""),
        ("registry.example:5000/team/web", "registry.example:5000", "team/web", "latest", ""),
        ("registry.example:5000/team/web:2", "registry.example:5000", "team/web", "2", ""),
        ("public.ecr.aws/nginx/nginx:1", "public.ecr.aws", "nginx/nginx", "1", ""),
        ("nginx@sha256:0a", "docker.io", "nginx", "", "sha256:0a"),
        (f"{ECR}/team/web:1@sha256:0a", ECR, "team/web", "1", "sha256:0a"),
        (f" {ECR}/web ", ECR, "web", "latest", ""),
    ],
)
def test_a_name_is_taken_apart_as_docker_does(text: str, registry: str, repository: str, tag: str, digest: str) -> None:
    found = image_reference(text)
    assert (found.registry, found.repository, found.tag, found.digest) == (registry, repository, tag, digest)


@pytest.mark.parametrize(
    ("registry", "place"),
    [
        (ECR, ("123456789012", "us-east-1")),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", ("123456789012", "us-gov-west-1")),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", ("123456789012", "eu-west-1")),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", ("123456789012", "cn-north-1")),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com.example", ("", "")),
        ("public.ecr.aws", ("", "")),
        ("1234.dkr.ecr.us-east-1.amazonaws.com", ("", "")),
    ],
)
def test_only_private_registries_of_ecr_have_an_account_and_a_region(registry: str, place: tuple[str, str]) -> None:
    found = image_reference(f"{registry}/web:1")
    assert (found.account, found.region) == place
    assert found.in_ecr is (place != ("", ""))


def test_references_to_ecr_are_named_once_by_what_decides() -> None:
    images = [f"{ECR}/web", f"{ECR}/web:latest", f"{ECR}/web:1@sha256:0a", "nginx:1"]
    assert ecr_references(images) == (f"{ECR}/web:latest", f"{ECR}/web@sha256:0a")


def test_a_reference_names_the_image_to_ecr_by_digest_or_tag() -> None:
    assert image_ids(reference_document(f"{ECR}/web:1")) == [{"imageTag": "1"}]
    assert image_ids(reference_document(f"{ECR}/web@sha256:0a")) == [{"imageDigest": "sha256:0a"}]
    assert reference_document(f"{ECR}/web:1")["reference"] == f"{ECR}/web:1"
    assert ImageReference("docker.io", "web", "1").text == "docker.io/web:1"


def _index(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"images": [{"imageId": {"imageDigest": "sha256:index"}, "imageManifest": json.dumps({"manifests": parts})}]}


def test_an_index_gives_the_linux_image_of_an_architecture() -> None:
    answer = _index(
        {"digest": "sha256:attested", "platform": {"os": "unknown", "architecture": "unknown"}},
        {"digest": "sha256:windows", "platform": {"os": "windows", "architecture": "amd64"}},
        {"digest": "sha256:arm", "platform": {"os": "linux", "architecture": "arm64"}},
        {"digest": "sha256:x86", "platform": {"os": "linux", "architecture": "amd64"}},
    )
    assert platform_id("amd64")(answer) == [{"imageDigest": "sha256:x86"}]
    assert platform_id("arm64")(answer) == [{"imageDigest": "sha256:arm"}]


def test_an_index_without_the_architecture_names_itself() -> None:
    assert platform_id("arm64")(_index({"digest": "sha256:bare"})) == [{"imageDigest": "sha256:index"}]


def test_a_manifest_names_its_configuration() -> None:
    assert config_digest(json.dumps({"config": {"digest": "sha256:0a"}})) == "sha256:0a"


@pytest.mark.parametrize("text", ["{}", '{"config": {}}', '{"config": "x"}', "[]", "no JSON", '{"manifests": []}'])
def test_what_is_no_manifest_of_an_image_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"manifest|object|Expecting"):
        config_digest(text)


def test_of_a_configuration_only_user_and_platform_are_kept() -> None:
    given = {"os": "linux", "architecture": "arm64", "config": {"User": "app", "Env": ["TOKEN=secret"]}}
    assert image_config(given) == {"user": "app", "os": "linux", "architecture": "arm64"}
    assert image_config({"config": {"User": None}}) == {"user": "", "os": "", "architecture": ""}
    assert image_config({"config": None})["user"] == ""
    with pytest.raises(ValueError, match="no JSON object"):
        image_config([])


@pytest.mark.parametrize(
    "user", ["", "0", "0:0", "0:1000", "00", "+0", "root", "root:root", "root:1000", ":1000", " root ", " 0 : 0 "]
)
def test_root_in_all_its_spellings(user: str) -> None:
    assert is_root(user)


@pytest.mark.parametrize("user", ["1000", "1000:0", "app", "app:root", "10", "rootless", "nobody", "000001"])
def test_users_that_are_not_root(user: str) -> None:
    assert not is_root(user)


@pytest.mark.parametrize(
    ("mutability", "filters", "tag", "fixed"),
    [
        ("IMMUTABLE", (), "1", True),
        ("MUTABLE", (), "1", False),
        ("IMMUTABLE_WITH_EXCLUSION", ("dev-*",), "1", True),
        ("IMMUTABLE_WITH_EXCLUSION", ("dev-*",), "dev-1", False),
        ("MUTABLE_WITH_EXCLUSION", ("v*",), "v1", True),
        ("MUTABLE_WITH_EXCLUSION", ("v*",), "1", False),
        ("SOMETHING_NEW", ("v*",), "v1", False),
    ],
)
def test_which_tags_a_repository_keeps(mutability: str, filters: tuple[str, ...], tag: str, fixed: bool) -> None:
    assert fixed_by(mutability, filters, tag) is fixed


@pytest.mark.parametrize(
    ("pattern", "text", "meets"),
    [
        ("*", "web", True),
        ("prod*", "prod/web", True),
        ("web", "web2", False),
        ("*-dev", "a-dev", True),
        ("a.c", "abc", False),
    ],
)
def test_only_the_star_of_a_filter_is_special(pattern: str, text: str, meets: bool) -> None:
    assert tag_matches(pattern, text) is meets


def test_scan_rules_are_read_with_their_filters() -> None:
    given = [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]
    assert scan_rules(given) == (ScanRule("SCAN_ON_PUSH", ("*",)),)
