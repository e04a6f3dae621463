"""The founding documents, as sources that a rule cites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FoundingSource:
    """A place in a founding document; `code` is its letter in the catalogue, `pack` the pack it makes."""

    code: ClassVar[str] = ""
    document: ClassVar[str] = ""
    pack: ClassVar[str] = ""

    def __str__(self) -> str:
        """Name the document."""
        return self.document


@dataclass(frozen=True)
class EcsGuide(FoundingSource):
    """A printed page of Amazon's ECS Best Practices Guide."""

    page: int
    code = "G"
    document = "Amazon ECS Best Practices Guide"
    pack = "ecs-best-practices"

    def __str__(self) -> str:
        """Name the document and the page."""
        return f"{self.document}, page {self.page}"


@dataclass(frozen=True)
class PhiCluster(FoundingSource):
    """The PHI container cluster's overview."""

    code = "P"
    document = "PHI container cluster overview"
    pack = "phi-cluster"


@dataclass(frozen=True)
class CityWebapps(FoundingSource):
    """The city's web applications' production overview, with its VPN."""

    code = "V"
    document = "City digital webapps production overview"
    pack = "vpn-webapps"


@dataclass(frozen=True)
class ClientCells(FoundingSource):
    """The per-client cells."""

    code = "C"
    document = "Scaling infrastructure for growth"
    pack = "client-cells"


@dataclass(frozen=True)
class WebProposal(FoundingSource):
    """The proposed website architecture."""

    code = "A"
    document = "AWS proposed architecture"
    pack = "web-architecture"
