"""ECR: the bytes of layers, which moto counts and throws away, the URL to fetch them from, and true digests.

moto lacks GetDownloadUrlForLayer and any registry endpoint, so an image's configuration (its USER) could not be read.
Here the uploaded bytes are kept beside the repository and served by the demo's server under `/_blob/`. moto makes an
image's digest of its layers' digests, or at random; AWS's is the SHA-256 of the manifest. moto's tagging API leaves out
repositories.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.core.responses import ActionResult
from moto.ecr.models import ECRBackend, Image, ecr_backends
from moto.ecr.responses import ECRResponse

from scanner.demo.moto_gaps.graft import add

EXTENDS = frozenset({
    "ecr.CompleteLayerUpload", "ecr.GetDownloadUrlForLayer", "ecr.PutImage", "resourcegroupstaggingapi.GetResources",
})  # fmt: skip
"""The operations that this module answers, or whose answer or outcome it changes."""

BLOBS = "/_blob/"
_complete_layer_upload = ECRBackend.complete_layer_upload


class _LayersNotFoundError(ServiceException):
    code = "LayersNotFoundException"


def _keep_bytes(
    backend: ECRBackend, repository_name: str, upload_id: str, layer_digests: list[str], registry_id: str | None = None
) -> dict[str, Any]:
    """CompleteLayerUpload: keep what was uploaded."""
    repository: Any = backend.repositories[repository_name]
    upload = repository.uploads.get(upload_id)
    answer = _complete_layer_upload(backend, repository_name, upload_id, layer_digests, registry_id)
    if not hasattr(repository, "blobs"):
        repository.blobs = {}
    repository.blobs[answer["layerDigest"]] = bytes(upload.layer_parts)
    return answer


def _get_download_url_for_layer(response: Any) -> ActionResult:
    """GetDownloadUrlForLayer, which moto lacks: a URL on the demo's own server."""
    name, digest = response._get_param("repositoryName"), response._get_param("layerDigest")  # noqa: SLF001
    repository: Any = response.ecr_backend.repositories.get(name)
    if repository is None or digest not in getattr(repository, "blobs", {}):
        message = f"The layer with digest '{digest}' does not exist in the repository with name '{name}'"
        raise _LayersNotFoundError(message)
    where = f"{response.current_account}/{response.region}/{name}/{digest}"
    return ActionResult(
        {"downloadUrl": f"http://127.0.0.1:{os.environ['MOTO_PORT']}{BLOBS}{where}", "layerDigest": digest}
    )


def blob(path: str) -> bytes | None:
    """The bytes behind a download URL's path after `BLOBS`; None where there is no such layer."""
    account, region, rest = path.split("/", 2)
    name, _, digest = rest.rpartition("/")
    repository: Any = ecr_backends[account][region].repositories.get(name)
    found: bytes | None = getattr(repository, "blobs", {}).get(digest)
    return found


def _digest_of_manifest(image: Any) -> None:
    image._image_digest = "sha256:" + hashlib.sha256(image.image_manifest.encode()).hexdigest()  # noqa: SLF001


def _tagged(backend: ECRBackend) -> Iterator[TaggedResource]:
    """GetResources: the repositories."""
    for repository in backend.repositories.values():
        tags = backend.tagger.get_tag_dict_for_resource(repository.arn)
        yield TaggedResource(repository.arn, tags, "ecr:repository")


def install() -> None:
    """Extend moto's ECR answers."""
    add(ECRBackend, SERVICE_NAMESPACE="ecr", iter_tagged_resources=_tagged)
    if not issubclass(ECRBackend, TaggableResourcesMixin):
        ECRBackend.__bases__ += (TaggableResourcesMixin,)
    add(ECRBackend, complete_layer_upload=_keep_bytes)
    add(ECRResponse, get_download_url_for_layer=_get_download_url_for_layer)
    add(Image, _create_digest=_digest_of_manifest)
