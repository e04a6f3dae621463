"""Types of columns that mean the same in SQLite and PostgreSQL: text is compared and ordered by its bytes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String, Text


def words(length: int | None = None) -> String:
    """Make the type of text of a length at most, by default of any."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


WORDS = words()
HASH = words(64)
PROSE = Text().with_variant(Text(collation="C"), "postgresql")

LONG = BigInteger().with_variant(Integer, "sqlite")
"""Numbers of rows that come every night; SQLite's are of 64 bits anyway."""
