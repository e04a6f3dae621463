"""`phiward init`: looks at who and where we are, and writes a commented config.toml and the minimal IAM policy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.output import answer, complain, console
from scanner.cli.wire import UsageError

if TYPE_CHECKING:
    from scanner.aws.sessions import Identity, Sessions

ACCOUNT = ('# group = "cells"             # accounts that are built alike', '# environment = "production"')
DRIFT = (
    "# [drift]                       # what changed between two nights: `phiward drift`",
    "# attribution = true            # ask CloudTrail who made each change; false never asks",
    "# lookups = 240                 # requests at most, of each account and Region in a night; it answers 2 a second",
    "",
    "# [[drift.ignore]]              # changes that are meant, and why; `--show-suppressed` names them",
    '# kind = "AWS::ECS::Service"    # any of `kind`, `path`, `name`, `account`; * stands for anything',
    '# path = "desiredCount"',
    '# name = "batch-*"',
    '# reason = "the batch controller scales these"',
    "",
)
CELLS = (
    "# [cells.cells]                 # the group of accounts `cells`, built alike: `phiward drift --cells cells`",
    '# blueprint = "NAME"            # the account that the others are to match; leave out to let the majority count',
    '# parameters = ["name"]         # facts that may differ from account to account',
    "",
    '# [cells.cells.values."NAME"]   # what this account has for itself: a CIDR, a domain, a client',
    '# cidr = "10.64.0.0/16"',
    "",
    "# [[cells.cells.allowed]]       # a difference that is meant, and why",
    '# kind = "AWS::ECS::Service"    # by `kind`, `fact` or `name`',
    '# fact = "desired"',
    '# direction = "at_least"        # to one side alone: at_least or at_most what the blueprint has',
    '# reason = "larger clients run more tasks"',
    "",
)
ORGANIZATION = (
    "# [organization.exclude]         # with [aws] organization: the accounts that are left out",
    "# accounts = []",
    '# ous = ["Sandbox"]             # an OU by its id, or by its path below the root',
    '# tags = { phiward = "off" }',
    "",
    '# [organization.ous."Workloads/Production"]       # what holds in an OU; an inner OU counts before an outer one',
    '# environment = "production"',
    "",
    '# [organization.tags."system=cells"]              # what holds where an account bears a tag; counts before an OU',
    '# group = "cells"',
    "",
)
REMEDIATION = (
    "# [remediation]                 # who carries approved plans out; the scanner itself only reads",
    '# role = "PhiwardRemediation"   # the role to assume in each account of a plan: a name, or an ARN',
    '# profile = "remediation"       # of the AWS config files: who begins; left out, it is who runs phiward',
    '# external_id = ""              # where the trust policy of the role asks for one',
    "# approval_days = 7             # how long an approval holds, 1 to 90 days",
    "# wave = 20                     # steps between two looks at what they did, 1 to 1000",
    "",
)
SCHEDULE = (
    "# [schedule]                    # what `phiward schedule run` runs by the clock",
    '# timezone = "America/New_York" # times are shown in this zone; those of cron are UTC',
    "# port = 9464                   # health and metrics, on loopback",
    "",
    "# [schedule.nightly]            # one job runs at a time; those of the same minute in this order",
    '# cron = "0 6 * * *"            # minute, hour, day of the month, month, day of the week, in UTC',
    '# action = "scan"               # scan, report, gate, notify or prune',
    "",
    "# [schedule.report]",
    '# cron = "0 6 * * *"',
    '# action = "report"',
    '# formats = ["html", "pdf"]',
    "",
    "# [schedule.retention]          # what is older than [store] retention_days is forgotten, its seals are kept",
    '# cron = "0 5 1 * *"',
    '# action = "prune"',
    "",
)
NOTIFY = (
    "# [notify.ops]                  # who is told what after a scan; try it with `phiward notify test ops`",
    '# url_env = "PHIWARD_NOTIFY_OPS"   # the environment variable with the URL: slack://, mailtos://, jsons://',
    '# on = ["failed", "tunnel_down", "new", "worse", "unassessed", "resolved"]   # and "drift"',
    '# severity = "high"             # and above; left out, low and above',
    '# digest = "daily"              # scan (a message after each), daily or weekly',
    "# always = true                 # a message also where nothing happened",
    "",
    "# [notify.topic]",
    '# url = "arn:aws:sns:us-east-1:111122223333:phiward"   # published to by who [publish] names',
    "# accounts = []                 # only of these, by id or name",
    '# owner = "team=platform"       # only of what bears this tag',
    "",
)
PUBLISH = (
    "# [publish]                     # who imports findings into Security Hub: `phiward report --format asff --push`",
    '# role = "PhiwardPublish"       # to assume in each account; its policy: `phiward iam-policy --publish`',
    '# profile = "publish"           # of the AWS config files: who begins; left out, it is who runs phiward',
    '# external_id = ""              # where the trust policy of the role asks for one',
    '# region = "us-east-1"          # import everything into this Region; left out, each finding goes to its own',
    "",
)
EXAMPLE_STATE = "s3://example-states/network.tfstate"
STATE_FILES = ("terraform.tfstate", "*.tfstate", "*.tf")


@dataclass(frozen=True)
class Found:
    """What `init` learned of the surroundings; `accounts` maps ids to names, empty without an organization."""

    account: str
    arn: str
    regions: Sequence[str]
    accounts: dict[str, str]
    terraform: Sequence[str]


def write_config(out: Path, *, force: bool) -> None:
    """Write config.toml and, beside it, the IAM policy.

    Raises:
        UsageError: the file is there already.
        AwsError: AWS cannot be reached with these credentials.
    """
    from scanner.aws.sessions import Sessions
    from scanner.engine.registry import kinds
    from scanner.generate.policy import policy

    if out.exists() and not force:
        raise UsageError(f"{out} is there already; use --force to replace it, or --out for another place")
    sessions = Sessions()
    found = look_around(sessions, sessions.identity(), Path.cwd())
    answer(config_text(found), out)
    documents = policy(kinds().values())
    names = [out.with_name("phiward-iam-policy.json" if len(documents) == 1 else f"phiward-iam-policy-{number}.json")
             for number in range(1, len(documents) + 1)]  # fmt: skip
    for name, document in zip(names, documents, strict=True):
        answer(json.dumps(document, indent=2) + "\n", name)
    say = console()
    say.print(f"account {found.account} as {found.arn}", soft_wrap=True)
    say.print(f"Regions: {', '.join(found.regions)}")
    if found.accounts:
        say.print(f"organization: {len(found.accounts)} accounts")
    if found.terraform:
        say.print(f"Terraform: {', '.join(found.terraform)}")
    for name in (out, *names):
        say.print(f"written: {name}", soft_wrap=True)
    say.print("next: attach the policy to the scanning role, then `phiward scan`")


def look_around(sessions: Sessions, identity: Identity, folder: Path) -> Found:
    """Ask for Regions and, where allowed, for the organization's accounts; look for Terraform in the folder."""
    from scanner.aws.errors import AwsError
    from scanner.aws.organization import discover
    from scanner.aws.sessions import Target, regions_of_partition

    known = regions_of_partition(sessions.base, identity.partition)
    here = sessions.with_regions(Target(identity.account, partition=identity.partition), known)
    members: dict[str, str] = {}
    try:
        found = discover(sessions, identity).members.values()
        members = {member.account: member.name for member in found if member.state == "ACTIVE"}
    except AwsError as error:
        complain(str(error))
    terraform = sorted({path.name for pattern in STATE_FILES for path in folder.glob(pattern)})
    return Found(identity.account, identity.arn, here.regions, members, terraform[:5])


def config_text(found: Found) -> str:
    """Give the commented config.toml."""
    regions = ", ".join(f'"{region}"' for region in found.regions)
    lines = [
        "# phiward: what to scan, how to judge, where to keep it. Every key may be left out.",
        "",
        "[store]",
        'url = "sqlite:///phiward.db"   # a file; its redaction key lies beside it as phiward.key',
        "retention_days = 2192           # six years: 45 CFR 164.316(b)(2)(i)",
        "",
        "[aws]",
        f"regions = [{regions}]   # the enabled ones of {found.account}; leave out to ask each night",
        '# role = "PhiwardAudit"        # the role to assume in every other account',
        '# external_id = ""',
        "# organization = true          # look at every account of the organization; `phiward accounts list`",
        "# max_calls = 20000            # API calls at most to collect one account; what is left is UNKNOWN",
        "",
        "[scope]                         # what holds PHI; what is not said counts as unknown, never as out",
        'tags = { "data-classification" = "phi" }',
        "# accounts = []",
        "# vpcs = []",
        "",
        "# [overlay]                     # an encrypted container overlay network, where there is one",
        '# cidr = "10.32.0.0/12"',
        "",
        "# [packs]",
        '# enabled = ["hipaa"]           # leave out for all rules but the advisory ones',
        "",
        "# [rules.ecs_service_min_two_tasks]",
        "# minimum = 3                   # parameters of one rule: `phiward rules show RULE` lists them",
        "",
        *DRIFT,
        *_code(found),
        *ORGANIZATION,
        *REMEDIATION,
        *PUBLISH,
        *SCHEDULE,
        *NOTIFY,
        "[reports]",
        'out = "reports-out"',
        '# signer = "signer.p12"         # who signs, by `phiward report --sign`: PKCS#12, or PEM with the key',
        '# signer_passphrase = "PHIWARD_SIGNER_PASSPHRASE"   # the environment variable with its passphrase',
        "",
    ]
    for account, name in sorted(({found.account: ""} | found.accounts).items()):
        lines += [f'[accounts."{account}"]', f'name = "{name or account}"', *ACCOUNT, ""]
    lines += [line.replace("NAME", found.accounts.get(found.account) or found.account) for line in CELLS]
    return "\n".join(lines)


def _code(found: Found) -> list[str]:
    """Give the states to lay beside each scan: those of the folder, else an example."""
    states = [name for name in found.terraform if name.endswith(".tfstate")] or [EXAMPLE_STATE]
    return [
        "# [iac]                         # every Terraform state of these accounts: files, folders, s3://bucket/key;",
        f"# terraform = {json.dumps(states)}",
        "#                               # each scan is laid beside them, as `phiward drift --terraform` does once",
        "",
    ]
