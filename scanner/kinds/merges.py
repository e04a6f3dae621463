"""Questions that AWS takes several of in one call, and which part of the answer is whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.model.call import Merge


def _numbered(query: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Name a query of metrics for its resource; the label, which CloudWatch makes by its neighbours, is the name."""
    return {**query, "Id": f"{query['Id']}_{number}", "Label": query["Id"]}


def _results(answer: Mapping[str, Any], queries: Sequence[Mapping[str, Any]], number: int) -> dict[str, Any]:
    names = {f"{query['Id']}_{number}": query["Id"] for query in queries}
    found = [item | {"Id": names[item["Id"]]} for item in answer["MetricDataResults"] if item["Id"] in names]
    return {**answer, "MetricDataResults": found}


METRICS = Merge("MetricDataQueries", 500, _numbered, _results)
"""`cloudwatch.GetMetricData`: 500 queries in a call (API_GetMetricData)."""


def _same(image: Mapping[str, str], _: int) -> Mapping[str, str]:
    return image


def _images(answer: Mapping[str, Any], asked: Sequence[Mapping[str, str]], _: int) -> dict[str, Any] | None:
    """Give what was found, or refused, of the images that were asked for; None where one is not spoken of.

    An image is named as it was asked for: by its digest alone where nobody asked for a tag.
    """
    images: list[dict[str, Any]] = []
    failures: list[Any] = []
    for wanted in asked:
        image = next((item for item in answer["images"] if _named(item, wanted)), None)
        failed = [item for item in answer.get("failures") or () if _named(item, wanted)]
        if image is not None:
            known = {name: value for name, value in image["imageId"].items() if name in {"imageDigest", *wanted}}
            images.append({**image, "imageId": known})
        elif not failed:
            return None
        else:
            failures += failed
    return {**answer, "images": images, "failures": failures}


def _named(item: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    named = item.get("imageId") or {}
    return all(named.get(name) == value for name, value in wanted.items())


IMAGES = Merge("imageIds", 100, _same, _images)
"""`ecr.BatchGetImage`: 100 images of one repository in a call (API_BatchGetImage)."""
