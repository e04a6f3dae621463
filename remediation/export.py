"""The policies of a plan as a directory that plain `custodian run` accepts, for those who run Custodian themselves."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from remediation.policies import HOME_REGION
from scanner.model.plan import Plan, PlanError, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MARK = "<!-- written by phiward remediate plan: written anew as a whole -->"
POLICIES, README = "policies.yml", "README.md"
ID = 8
_ACCOUNT, _REGION = re.compile(r"\d{12}"), re.compile(r"[a-z0-9-]{1,40}")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 .,;:()/'-]+")


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
        made = []
        for (account, region), (_, text) in files.items():
            path = folder / account / region / POLICIES
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            made.append(path)
        path = folder / README
        path.write_text("\n".join(_readme(plan, files)) + "\n", encoding="utf-8")
    except OSError as error:
        raise PlanError(f"{folder}: the policies cannot be written ({error.strerror})") from error
    return [*made, path]


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
        lines.append(_plain(f"step {numbers[step.id]} {step.id[:ID]}: {rules}; {step.risk} risk", "# "))
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


def _plain(text: str, before: str = "") -> str:
    """Keep a text on its line and without marks that YAML or Markdown would act on."""
    return before + " ".join(_NOT_PLAIN.sub("_" if not before else " ", text.replace("_", "-")).split())
