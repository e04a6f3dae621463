"""The options that commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", help="config.toml; else ./config.toml, else phiward/config.toml of XDG.")
]
Store = Annotated[str, typer.Option("--store", help="Database: a path, or sqlite:///path.", show_default=False)]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the answer.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more; on an internal error, where it arose.")]
Accounts = Annotated[
    list[str] | None, typer.Option("--account", help="Account id, or its name in config.toml; may be repeated.")
]
Regions = Annotated[list[str] | None, typer.Option("--region", help="Region; may be repeated.")]
Rules = Annotated[list[str] | None, typer.Option("--rule", help="Rule id or alias; may be repeated.")]
Packs = Annotated[list[str] | None, typer.Option("--pack", help="Pack of rules; may be repeated.")]
Kinds = Annotated[
    list[str] | None, typer.Option("--kind", help="CloudFormation type, such as AWS::S3::Bucket; may be repeated.")
]
Engine = Annotated[
    str,
    typer.Option("--engine", help="threads, dask://HOST:PORT or dask+tls://HOST:PORT; else as config.toml says."),
]
Incremental = Annotated[
    bool | None,
    typer.Option(
        "--incremental/--full", show_default=False,
        help="Take from the night before what CloudTrail says did not change, or nothing; else as config.toml says.",
    ),
]  # fmt: skip
Out = Annotated[Path | None, typer.Option("--out", help="Write to this file instead of standard output.")]
OverScan = Annotated[
    str, typer.Option("--scan", help="Lay the plan over this scan; with --baseline the scan to judge.")
]
ScanId = Annotated[str, typer.Option("--scan", help="Id of a scan; else the newest.", show_default=False)]


Since = Annotated[
    str,
    typer.Option("--since", help="Changes and trend since week, month, quarter, day or scan.", show_default=False),
]
OfAccounts = Annotated[
    list[str] | None, typer.Option("--account", help="Only this account of the scan, by id or name; may be repeated.")
]
Owner = Annotated[str, typer.Option("--owner", help="Only what is tagged owner=TAG, or KEY=VALUE.", show_default=False)]

Each = Annotated[
    str,
    typer.Option(
        "--each",
        help="A report for each `account`, each `owner`, or each value of another tag, into the folder --out.",
        show_default=False,
    ),
]
Sign = Annotated[bool, typer.Option("--sign", help="With --format pdf: sign it, by the signer in config.toml.")]
Push = Annotated[bool, typer.Option("--push", help="With --format asff: import into Security Hub, by table publish.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="With --push: say what would be imported, and import nothing.")]


Evidence = Annotated[
    list[str] | None,
    typer.Option(
        "--evidence", help="A zip for an auditor on this citation, such as '164.312(a)(2)(iv)'; may be repeated."
    ),
]
Proof = Annotated[
    bool, typer.Option("--proof", help="With --evidence: add all that was sealed, to tie the pack to the seal.")
]


class Level(StrEnum):
    """Severities, as `--fail-on` takes them."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Format(StrEnum):
    """The forms that findings and reports can have."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
    OCSF = "ocsf"
    ASFF = "asff"
    OSCAL = "oscal"
    PROMETHEUS = "prometheus"
    PARQUET = "parquet"


class DriftFormat(StrEnum):
    """The forms that drift can have."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class GateFormat(StrEnum):
    """The forms that the gate's answer can have."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"


class PlainFormat(StrEnum):
    """The forms of short answers."""

    TABLE = "table"
    JSON = "json"


FailOn = Annotated[Level, typer.Option("--fail-on", help="Exit 1 for new findings at or above this severity.")]
PlainForm = Annotated[PlainFormat, typer.Option("--format", help="Form of the answer.")]
By = Annotated[str, typer.Option("--by", help="Who says so; else the user who is logged in.")]
