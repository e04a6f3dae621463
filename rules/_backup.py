"""Whether a plan of AWS Backup takes a resource: what its selections say of ARNs and tags, and what is opted in.

Source: AWS Backup Developer Guide, "Assigning resources to a backup plan".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.account import RegionSettings
from scanner.kinds.backup import BackupSelection
from scanner.kinds.backup_reading import Selection, TagTest, by_tags, holds, matches
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import all_of, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Other

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.model.inventory import World
    from scanner.model.kind import Kind

NEEDS = (BackupSelection, RegionSettings)

ALWAYS_ASKED = frozenset({"Aurora", "DocumentDB", "Neptune"})
"""Types that must be opted in even where a selection names them (AWS Backup Developer Guide, as of 2025)."""

NOT_TAKEN = "no selection of a backup plan takes it"

REMEDY = Runbook(
    "Choose a plan whose frequency and retention fit the data: aws backup list-backup-plans --region {region}",
    "Assign the resource to it, best by a tag that new resources get, too: aws backup create-backup-selection"
    " --backup-plan-id PLAN --backup-selection SelectionName={name},IamRoleArn=ROLE,Resources={arn} --region {region}",
    "See that its type is opted in: aws backup describe-region-settings --region {region}",
    "See after the next window that there is a recovery point: aws backup list-recovery-points-by-resource"
    " --resource-arn {arn} --region {region}",
    effect=Effect(
        risk="low",
        cost="backup storage, about 0.05 to 0.10 USD a GB and month",
        terraform={"aws_backup_selection": {"name": "NAME", "plan_id": "PLAN", "resources": ["{arn}"]}},
    ),
)


def in_backup_plan(world: World, resource: Kind, type_: str) -> bool:
    """Say whether some plan's selection takes a resource, whose type has this name in AWS Backup.

    Raises:
        Unknown: none surely takes it, and of some it cannot be told.
    """
    return any_of(world.all(BackupSelection), lambda item: _takes(world, item, resource, type_))


def _takes(world: World, item: BackupSelection, resource: Kind, type_: str) -> bool:
    said = item.says
    arn = resource.resource.arn
    if matches(said.left_out, arn):
        return False
    named = matches([pattern for pattern in said.resources if pattern != "*"], arn)
    return all_of(
        [
            lambda: _chosen(item, resource, arn),
            lambda: (named and type_ not in ALWAYS_ASKED) or _opted_in(world, type_),
        ]
    )


def _chosen(item: BackupSelection, resource: Kind, arn: str) -> bool:
    """Say whether the ARN and the tags of a resource fit a selection; one that says nothing fits all."""
    said = item.says
    return all_of(
        [
            lambda: _known(by_tags(said, resource.tags), item) if said.all_tags else True,
            lambda: _by_arn_or_tag(item, resource, arn),
        ]
    )


def _by_arn_or_tag(item: BackupSelection, resource: Kind, arn: str) -> bool:
    said = item.says
    if not said.any_tag:
        return not said.resources or matches(said.resources, arn)
    tagged = any(holds(test, resource.tags) for test in said.any_tag)
    if not said.resources or tagged is matches(said.resources, arn):
        return tagged
    return _known(None, item)


def _known(answer: bool | None, item: BackupSelection) -> bool:  # noqa: FBT001  the answer itself
    if answer is None:
        raise Unknown(Gap(message=f"AWS does not say whether the backup selection {item.name} takes it"))
    return answer


def _opted_in(world: World, type_: str) -> bool:
    chosen = world.only(RegionSettings).backup_opt_in.get(type_)
    if chosen is None:
        raise Unknown(Gap("backup.DescribeRegionSettings", message=f"AWS Backup's settings do not speak of {type_}"))
    return chosen


# ---- examples ----

TAGS = {"backup": "daily"}
ANY = ("arn:aws:*",)


def selecting(**said: Any) -> Other:
    """Make a selection for an example."""
    return Other(BackupSelection, says=Selection(**said))


def opted(type_: str, *, into: bool = True) -> Other:
    """Make a Region's choice for an example."""
    return Other(RegionSettings, backup_opt_in={type_: into})


def good(type_: str, facts: Mapping[str, Any] | None = None) -> Sequence[Case]:
    """Give examples of a resource that a plan takes."""
    subject = {"tags": TAGS, **(facts or {})}
    tests = (TagTest("equals", "backup", "daily"), TagTest("like", "backup", "d*"))
    named = opted(type_, into=type_ in ALWAYS_ASKED)
    said: list[dict[str, Any]] = [
        {"resources": ("*",)},
        {"any_tag": (TagTest("equals", "backup", "weekly"), tests[0])},
        {"all_tags": tests},
        {"resources": ("*",), "any_tag": tests[:1]},
        {"resources": ("*",), "all_tags": (TagTest("not equals", "backup", "no"),)},
        {"left_out": ("arn:aws:other:*",)},
    ]
    return (
        Case(subject, others=[named, selecting(resources=ANY)]),
        *(Case(subject, others=[opted(type_), selecting(**one)]) for one in said),
        Case(subject, others=[named, selecting(resources=ANY)], lacking=[BackupSelection]),
    )


def bad(type_: str, facts: Mapping[str, Any] | None = None) -> Sequence[Case]:
    """Give examples of a resource that no plan takes."""
    subject = {"tags": TAGS, **(facts or {})}
    other = TagTest("equals", "backup", "weekly")
    said: list[dict[str, Any]] = [
        {"resources": ("arn:aws:other:*",)},
        {"resources": ANY, "left_out": ANY},
        {"any_tag": (other,)},
        {"resources": ("arn:aws:other:*",), "any_tag": (other,)},
        {"resources": ANY, "all_tags": (TagTest("equals", "backup", "daily"), other)},
    ]
    everything = {"resources": ANY} if type_ in ALWAYS_ASKED else {"resources": ("*",)}
    return (
        Case(subject, others=[opted(type_)]),
        *(Case(subject, others=[opted(type_), selecting(**one)]) for one in said),
        Case(subject, others=[opted(type_, into=False), selecting(**everything)]),
    )


def unknown(type_: str, facts: Mapping[str, Any] | None = None) -> Sequence[Case]:
    """Give examples of a resource of which it cannot be told."""
    subject = {"tags": TAGS, **(facts or {})}
    said: list[dict[str, Any]] = [
        {"resources": ANY, "all_tags": (TagTest("not equals", "stage", "test"),)},
        {"resources": ANY, "any_tag": (TagTest("equals", "backup", "weekly"),)},
        {"resources": ("arn:aws:other:*",), "any_tag": (TagTest("equals", "backup", "daily"),)},
    ]
    return (
        Case(subject, lacking=[BackupSelection]),
        *(Case(subject, others=[opted(type_), selecting(**one)]) for one in said),
        Case(subject, others=[selecting(resources=("*",))]),
        Case(subject, others=[opted("other"), selecting(resources=("*",))]),
    )
