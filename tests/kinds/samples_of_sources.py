"""What each parser of a plan or template is proved by: documents, and what the API's parser would make of the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.model.kind import Kind
from scanner.model.resource import Source
from tests.kinds.sources_audit import AUDIT
from tests.kinds.sources_balancers import BALANCERS
from tests.kinds.sources_containers import CONTAINERS
from tests.kinds.sources_data import DATA
from tests.kinds.sources_hosts import HOSTS
from tests.kinds.sources_identity import IDENTITY
from tests.kinds.sources_network import NETWORK

Case = tuple[Mapping[str, Any], Any]


def _told(
    table: Mapping[tuple[type[Kind], str], tuple[list[Case], list[Case]]],
) -> dict[tuple[str, str, Source], list[Case]]:
    return {
        (kind.cfn, fact, source): cases
        for (kind, fact), both in table.items()
        for source, cases in zip((Source.PLAN, Source.TEMPLATE), both, strict=True)
        if cases
    }


SAMPLES: dict[tuple[str, str, Source], list[Case]] = _told(
    NETWORK | BALANCERS | IDENTITY | CONTAINERS | HOSTS | DATA | AUDIT
)
"""By kind, fact and source: documents and what the fact is; `Unknown` where nobody can know it."""
