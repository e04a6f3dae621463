"""The tables of the store, in words that SQLite and PostgreSQL share.

Scans are numbered (`scans.seq`) in the order in which they began. An interval holds from the scan `since` up to, but
not including, the scan `ended` (NULL: it still holds), in every scan that looked there. Content (documents, gaps,
coverage, scopes, what a verdict said) lies once in `blobs`, by the SHA-256 of its canonical JSON.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    UniqueConstraint,
)

from scanner.store.types import HASH, LONG, PROSE, WORDS, words

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", WORDS, primary_key=True),
    Column("value", WORDS, nullable=False),
)

migrations = Table(
    "migrations",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", WORDS, nullable=False),
)

# `head` ends the account's chain of seals; `scan` is the scan that began last there, 0 before the first.
accounts = Table(
    "accounts",
    metadata,
    Column("account", WORDS, primary_key=True),
    Column("head", WORDS, nullable=False),
    Column("scan", Integer, nullable=False, server_default="0"),
)

scans = Table(
    "scans",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", WORDS, nullable=False, unique=True),
    Column("started", WORDS, nullable=False),
    Column("as_of", WORDS, nullable=False),
    Column("finished", WORDS),
    Column("complete", Boolean, nullable=False),
    Column("scope", WORDS, nullable=False),
    Column("pruned", Boolean, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    Column("hash", HASH, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# Two scans number places and resources at the same time: in PostgreSQL by these, SQLite has one writer at a time.
place_numbers = Sequence("place_numbers", metadata=metadata)
resource_numbers = Sequence("resource_numbers", metadata=metadata)

places = Table(
    "places",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("account", WORDS, nullable=False),
    Column("region", WORDS, nullable=False),
    UniqueConstraint("account", "region"),
)

# What a scan did in a place: its coverage, and for each kind looked for the sections asked (the shape).
visits = Table(
    "visits",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("place", ForeignKey("places.id"), primary_key=True),
    Column("coverage", HASH, nullable=False),
    Column("shape", HASH, nullable=False),
    Column("digest", HASH, nullable=False),
)

resources = Table(
    "resources",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("place", ForeignKey("places.id"), nullable=False),
    Column("kind", WORDS, nullable=False),
    Column("arn", PROSE, nullable=False),
    Column("name", PROSE, nullable=False),
    UniqueConstraint("place", "arn", "kind", "name"),
)

# A row in the state `unseen` lies as a veil over the row with the last known content, which stays open beneath it.
sections = Table(
    "sections",
    metadata,
    Column("id", LONG, primary_key=True),
    Column("place", ForeignKey("places.id"), nullable=False),
    Column("resource", ForeignKey("resources.id"), nullable=False),
    Column("section", WORDS, nullable=False),
    Column("state", WORDS, nullable=False),
    Column("hash", HASH, nullable=False),
    Column("stable", HASH, nullable=False),
    Column("since", Integer, nullable=False),
    Column("ended", Integer),
    Index("sections_place", "place", "ended"),
    Index("sections_resource", "resource"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", LONG, primary_key=True),
    Column("fingerprint", words(32), nullable=False),
    Column("account", WORDS, nullable=False),
    Column("region", WORDS, nullable=False),
    Column("rule", WORDS, nullable=False),
    Column("kind", WORDS, nullable=False),
    Column("key", PROSE, nullable=False),
    Column("part", PROSE, nullable=False),
    Column("verdict", WORDS, nullable=False),
    Column("severity", WORDS, nullable=False),
    Column("status", WORDS, nullable=False),
    Column("card", HASH, nullable=False),
    Column("subject", HASH, nullable=False),
    Column("said", HASH, nullable=False),
    Column("first", Integer, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("since", Integer, nullable=False),
    Column("ended", Integer),
    Index("verdicts_account", "account", "ended"),
    Index("verdicts_fingerprint", "fingerprint"),
)

# Where and by which rules an account was judged in a scan, and the digest of its verdicts.
judgements = Table(
    "judgements",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("account", ForeignKey("accounts.account"), primary_key=True),
    Column("judged", HASH, nullable=False),
    Column("digest", HASH, nullable=False),
)

summaries = Table(
    "summaries",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("account", WORDS, primary_key=True),
    Column("rule", WORDS, primary_key=True),
    Column("severity", WORDS, primary_key=True),
    Column("verdict", WORDS, primary_key=True),
    Column("count", Integer, nullable=False),
)

standards = Table(
    "standards",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("account", WORDS, primary_key=True),
    Column("standard", WORDS, primary_key=True),
    Column("verdict", WORDS, primary_key=True),
    Column("count", Integer, nullable=False),
)

seals = Table(
    "seals",
    metadata,
    Column("account", ForeignKey("accounts.account"), primary_key=True),
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("previous", WORDS, nullable=False),
    Column("content", HASH, nullable=False),
    Column("head", HASH, nullable=False, unique=True),
    Column("pruned", Boolean, nullable=False),
)

# What people decide: outside the seal, with logs of its own. An acceptance holds from the scan that was the account's
# newest when it was given (0: there was none) up to, but not including, the scan `ended`. `value` names what was
# accepted; `lapsed` says why it is so no longer, since the scan `lapsed_in`.
acceptances = Table(
    "acceptances",
    metadata,
    Column("scope", WORDS, primary_key=True),
    Column("subject", WORDS, primary_key=True),
    Column("account", WORDS, primary_key=True),
    Column("since", Integer, primary_key=True, autoincrement=False),
    Column("ended", Integer),
    Column("reason", PROSE, nullable=False),
    Column("owner", WORDS, nullable=False),
    Column("until", WORDS, nullable=False),
    Column("by", WORDS, nullable=False),
    Column("at", WORDS, nullable=False),
    Column("addressable_reason", PROSE, nullable=False),
    Column("equivalent_measure", PROSE, nullable=False),
    Column("value", PROSE, nullable=False),
    Column("lapsed", PROSE, nullable=False),
    Column("lapsed_in", Integer),
)

acceptance_log = Table(
    "acceptance_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", WORDS, nullable=False),
    Column("by", WORDS, nullable=False),
    Column("action", WORDS, nullable=False),
    Column("scope", WORDS, nullable=False),
    Column("subject", WORDS, nullable=False),
    Column("account", WORDS, nullable=False),
    Column("words", PROSE, nullable=False),
)

baselines = Table(
    "baselines",
    metadata,
    Column("name", WORDS, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("scan", ForeignKey("scans.seq"), nullable=False),
    Column("by", WORDS, nullable=False),
    Column("reason", PROSE, nullable=False),
    Column("at", WORDS, nullable=False),
    Column("superseded", Boolean, nullable=False),
)

baseline_log = Table(
    "baseline_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", WORDS, nullable=False),
    Column("by", WORDS, nullable=False),
    Column("action", WORDS, nullable=False),
    Column("name", WORDS, nullable=False),
    Column("version", Integer, nullable=False),
    Column("scan", WORDS, nullable=False),
    Column("words", PROSE, nullable=False),
)

# Who made a change that a scan found: learned from logs that lag and end, so outside the seal. `tries` counts how often
# the logs were asked.
attributions = Table(
    "attributions",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("change", words(16), primary_key=True),
    Column("account", WORDS, nullable=False),
    Column("region", WORDS, nullable=False),
    Column("kind", WORDS, nullable=False),
    Column("key", PROSE, nullable=False),
    Column("path", PROSE, nullable=False),
    Column("state", WORDS, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("body", PROSE, nullable=False),
    Index("attributions_state", "state"),
)

# What was done about findings: plans, approvals, and the journal of what was applied. Outside the seal, only added to,
# and never pruned. `hash` is the plan's, `body` JSON.
remediation_log = Table(
    "remediation_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("plan", WORDS, nullable=False),
    Column("hash", WORDS, nullable=False),
    Column("at", WORDS, nullable=False),
    Column("event", WORDS, nullable=False),
    Column("step", PROSE, nullable=False),
    Column("by", WORDS, nullable=False),
    Column("body", PROSE, nullable=False),
    Index("remediation_log_plan", "plan"),
    sqlite_autoincrement=True,
)
