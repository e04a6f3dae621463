"""Keeps what was seen and judged over the years in a database: by content, in intervals, sealed."""

from __future__ import annotations

from scanner.store.errors import StoreError
from scanner.store.records import (
    Acceptance,
    AcceptanceEvent,
    Baseline,
    BaselineEvent,
    HistoryEntry,
    RemedyEvent,
    ScanInfo,
    Seal,
    StandardRow,
    TrendRow,
    new_id,
)
from scanner.store.spans import Span
from scanner.store.store import Store

__all__ = [
    "Acceptance",
    "AcceptanceEvent",
    "Baseline",
    "BaselineEvent",
    "HistoryEntry",
    "RemedyEvent",
    "ScanInfo",
    "Seal",
    "Span",
    "StandardRow",
    "Store",
    "StoreError",
    "TrendRow",
    "new_id",
]
