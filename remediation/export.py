"""The policies of a plan as a directory that plain `custodian run` accepts, for those who run Custodian themselves."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from remediation.filling import HOME_REGION
from scanner.model.plan import Plan, PlanError, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MARK = "<!-- written by phiward remediate plan: written anew as a whole -->"
POLICIES, README = "policies.yml", "README.md"
ID = 8
_ACCOUNT, _REGION = re.compile(r"\d{12}"), re.compile(r"[a-z0-9-]{1,40}")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,;:()/'_-]+")


def export(plan: Plan, folder: Path) -> list[Path]:
    """Write the steps whose form is a Custodian policy, one file for each account and Region, with a README.

    A policy is as in the plan, and besides has the condition that the credentials are those of its account. What an
    earlier export wrote is replaced. Gives the files, the README last.

    Raises:
        PlanError: the folder holds what no export wrote, cannot be written, or the plan names no account or Region.
    """
    files = _files(plan)
    try:
        _clear(folder)
        folder.mkdir(parents=True, exist_ok=True)
        readme = folder / README
        readme.write_text("\n".join(_readme(plan, files)) + "\n", encoding="utf-8")
        made = []
        for (account, region), (_, text) in files.items():
            path = folder / account / region / POLICIES
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            made.append(path)
    except OSError as error:
        raise PlanError(f"{folder}: the policies cannot be written ({error.strerror})") from error
    return [*made, readme]


Files = dict[tuple[str, str], tuple[list[tuple[str, Step]], str]]
"""By account and Region: the policies' names with their steps, in order, and the file's text."""


def _files(plan: Plan) -> Files:
    found: dict[tuple[str, str], list[Step]] = {}
    for step in plan.steps:
        if step.form == "custodian" and step.policy is not None:
            if not (_ACCOUNT.fullmatch(step.account) and _REGION.fullmatch(step.region)):
                raise PlanError(f"step {step.id}: {step.account!r} in {step.region!r} is no account and Region")
            found.setdefault((step.account, step.region), []).append(step)
    return {place: _file(plan, steps) for place, steps in found.items()}


def _file(plan: Plan, steps: Sequence[Step]) -> tuple[list[tuple[str, Step]], str]:
    import yaml

    numbers = {step.id: number for number, step in enumerate(plan.steps, 1)}
    names: Counter[str] = Counter()
    named = []
    lines = [f"# Plan {_plain(plan.id)}, hash {plan.hash}. See {README} before running.", "policies:"]
    for step in steps:
        policy = _policy(step)
        names[policy["name"]] += 1
        if names[policy["name"]] > 1:
            policy["name"] += f"-{names[policy['name']]}"
        named.append((str(policy["name"]), step))
        rules = ", ".join(step.rules)
        lines.append(f"# {_plain(f'step {numbers[step.id]} {step.id[:ID]}: {rules}; {step.risk} risk')}")
        lines.append(yaml.safe_dump([policy], sort_keys=False, width=100).rstrip("\n"))
    return named, "\n".join(lines) + "\n"


def _policy(step: Step) -> dict[str, Any]:
    """Give the plan's policy, which then runs in its own account alone: one of `aws.account` names no id."""
    policy: dict[str, Any] = msgspec.to_builtins(step.policy)
    own = {"type": "value", "key": "account_id", "value": step.account}
    return {**policy, "conditions": [*policy.get("conditions", []), own]}


def _clear(folder: Path) -> None:
    """Take away what an earlier export wrote, so that no policy of an old plan is left.

    Raises:
        PlanError: the folder holds what no export wrote.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise PlanError(f"{folder}: this is no directory; name a new or an empty one")
    readme = folder / README
    ours = readme.is_file() and readme.read_bytes().startswith(MARK.encode())
    if not ours and any(folder.iterdir()):
        raise PlanError(f"{folder}: not empty, and no earlier export is there; name a new or an empty directory")
    for old in folder.glob(f"*/*/{POLICIES}"):
        place = old.parent
        if _ACCOUNT.fullmatch(place.parent.name) and _REGION.fullmatch(place.name) and not place.is_symlink():
            old.unlink()


def _readme(plan: Plan, files: Files) -> Iterator[str]:
    inside = sum(len(named) for named, _ in files.values())
    others = Counter(step.form for step in plan.steps if step.form != "custodian")
    yield MARK
    yield f"# Policies of plan {_plain(plan.id)}"
    yield ""
    yield f"{inside} of the plan's {len(plan.steps)} steps, for findings of scan {_plain(plan.scan)}. Hash of the plan:"
    yield f"`{plan.hash}`"
    yield ""
    yield "## What is not in here"
    yield ""
    yield (
        f"Steps of direct API calls ({others['direct']}), changes in code ({others['patch']}) and runbooks "
        f"({others['runbook']}): they are in the plan itself. `phiward remediate` carries out the first; the plan as "
        "Markdown or HTML tells all of them. What Cloud Custodian runs from here is in no journal of phiward, and "
        "phiward looks at nothing before or after it: scan again."
    )
    yield ""
    yield "## How to run it"
    yield ""
    yield from RUN
    yield ""
    for (account, region), (named, _) in files.items():
        yield from _place(plan, account, region, named)


RUN = (
    "Every policy names its resources by id, repeats the condition that fails, and has `max-resources` as its bound.",
    "It is for one account: with the credentials of another it does nothing.",
    "",
    "1. Take credentials of the account that may write: `aws sts get-caller-identity` says whose they are.",
    "2. Run with `--dryrun` first and read `OUT/POLICY/resources.json`: the resources that would be touched.",
    "3. Run without it, in the order below. Exit code 0 does not say that anything changed: look again.",
)


def _place(plan: Plan, account: str, region: str, named: Sequence[tuple[str, Step]]) -> Iterator[str]:
    where = _run_in(region, [step for _, step in named])
    file = f"{account}/{region}/{POLICIES}"
    yield f"### {_plain(plan.accounts.get(account, ''))} {account}, {region}".replace("  ", " ")
    yield ""
    yield "```sh"
    yield f"custodian run --dryrun -s out/{account} --region {where} --cache-period 0 -c {file}"
    yield f"custodian run -s out/{account} --region {where} --cache-period 0 -c {file}"
    yield "```"
    yield ""
    inside = {step.id for _, step in named}
    numbers = {step.id: number for number, step in enumerate(plan.steps, 1)}
    for name, step in named:
        yield f"- step {numbers[step.id]}, `{_name(name)}`: {_terms(step)}{_first(step, inside, numbers)}"
    yield ""


def _run_in(region: str, steps: Sequence[Step]) -> str:
    """Give the Region where the policies run: that of the partition's global services where they have none."""
    partition = (*steps[0].resource.split(":"), "", "")[1]
    return region if region != "global" else HOME_REGION.get(partition, HOME_REGION["aws"])


def _terms(step: Step) -> str:
    back = "can be undone by the operations that the plan names" if step.undo else "cannot be undone"
    return f"{_plain(step.risk)} risk, downtime {_plain(step.downtime) or 'none stated'}; {back}"


def _first(step: Step, inside: set[str], numbers: Mapping[str, int]) -> str:
    """Say what must be done first: what is not in this file is easily forgotten."""
    said = [
        f"step {numbers[first]}{'' if first in inside else ' (not in this file)'}"
        if first in numbers
        else f"step {_plain(first[:ID])} (not in this plan)"
        for first in step.follows
    ]
    return f". **First: {', '.join(said)}**" if said else ""


def _name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)


def _plain(text: str) -> str:
    """Keep a text on its line and without marks that YAML or Markdown would act on."""
    return " ".join(_NOT_PLAIN.sub(" ", text).split())
