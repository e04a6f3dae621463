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
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

migrations = Table(
    "migrations",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("account", String, primary_key=True),
    Column("head", String, nullable=False),
)

scans = Table(
    "scans",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("started", String, nullable=False),
    Column("as_of", String, nullable=False),
    Column("finished", String),
    Column("complete", Boolean, nullable=False),
    Column("scope", String, nullable=False),
    Column("pruned", Boolean, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("account", String, nullable=False),
    Column("region", String, nullable=False),
    UniqueConstraint("account", "region"),
)

# What a scan did in a place: its coverage, and for each kind looked for the sections asked (the shape).
visits = Table(
    "visits",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("place", ForeignKey("places.id"), primary_key=True),
    Column("coverage", String(64), nullable=False),
    Column("shape", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

resources = Table(
    "resources",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("place", ForeignKey("places.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("arn", Text, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("place", "arn", "kind", "name"),
)

# A row in the state `unseen` lies as a veil over the row with the last known content, which stays open beneath it.
sections = Table(
    "sections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("place", ForeignKey("places.id"), nullable=False),
    Column("resource", ForeignKey("resources.id"), nullable=False),
    Column("section", String, nullable=False),
    Column("state", String, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("stable", String(64), nullable=False),
    Column("since", Integer, nullable=False),
    Column("ended", Integer),
    Index("sections_place", "place", "ended"),
    Index("sections_resource", "resource"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(32), nullable=False),
    Column("account", String, nullable=False),
    Column("region", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("key", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("verdict", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("status", String, nullable=False),
    Column("card", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("said", String(64), nullable=False),
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
    Column("judged", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

summaries = Table(
    "summaries",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("account", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("severity", String, primary_key=True),
    Column("verdict", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

standards = Table(
    "standards",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("account", String, primary_key=True),
    Column("standard", String, primary_key=True),
    Column("verdict", String, primary_key=True),
    Column("count", Integer, nullable=False),
)

seals = Table(
    "seals",
    metadata,
    Column("account", ForeignKey("accounts.account"), primary_key=True),
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("previous", String, nullable=False),
    Column("content", String(64), nullable=False),
    Column("head", String(64), nullable=False, unique=True),
    Column("pruned", Boolean, nullable=False),
)

# What people decide: outside the seal, with logs of its own. An acceptance holds from the scan that was the newest when
# it was given (0: there was none) up to, but not including, the scan `ended`. `value` names what was accepted; `lapsed`
# says why it is so no longer, since the scan `lapsed_in`.
acceptances = Table(
    "acceptances",
    metadata,
    Column("scope", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("since", Integer, primary_key=True, autoincrement=False),
    Column("ended", Integer),
    Column("reason", Text, nullable=False),
    Column("owner", String, nullable=False),
    Column("until", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", String, nullable=False),
    Column("addressable_reason", Text, nullable=False),
    Column("equivalent_measure", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("lapsed", Text, nullable=False),
    Column("lapsed_in", Integer),
)

acceptance_log = Table(
    "acceptance_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("account", String, nullable=False),
    Column("words", Text, nullable=False),
)

baselines = Table(
    "baselines",
    metadata,
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("scan", ForeignKey("scans.seq"), nullable=False),
    Column("by", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", String, nullable=False),
    Column("superseded", Boolean, nullable=False),
)

baseline_log = Table(
    "baseline_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("name", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("scan", String, nullable=False),
    Column("words", Text, nullable=False),
)

# Who made a change that a scan found: learned from logs that lag and end, so outside the seal. `tries` counts how often
# the logs were asked.
attributions = Table(
    "attributions",
    metadata,
    Column("scan", ForeignKey("scans.seq"), primary_key=True),
    Column("change", String(16), primary_key=True),
    Column("account", String, nullable=False),
    Column("region", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("key", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("attributions_state", "state"),
)

# What was done about findings: plans, approvals, and the journal of what was applied. Outside the seal, only added to,
# and never pruned. `hash` is the plan's, `body` JSON.
remediation_log = Table(
    "remediation_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("plan", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("at", String, nullable=False),
    Column("event", String, nullable=False),
    Column("step", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("body", Text, nullable=False),
    Index("remediation_log_plan", "plan"),
    sqlite_autoincrement=True,
)
