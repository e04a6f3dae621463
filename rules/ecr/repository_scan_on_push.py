"""ecr_repository_scan_on_push."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.account import RegionSettings
from scanner.kinds.ecr import Repository
from scanner.kinds.images import ScanRule, tag_matches
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Case, Fail, Note, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


def _scanning(*, on: bool) -> dict[str, Any]:
    return {"repositoryName": "{id}", "imageScanningConfiguration": {"scanOnPush": on}}


class RepositoryScanOnPush(Rule):
    """Repositories scan images on push or continuously.

    Known holes in an image are the easiest way to the ePHI that it handles, and nobody can mend what nobody has looked
    for. With enhanced scanning the registry's rules alone say which repositories are scanned; with basic scanning the
    rules or the repository's own setting do.
    """

    kind = Repository
    needs = (RegionSettings,)
    severity = "high"
    hipaa_proposed = ("164.308(a)(1)(ii)(A)", "164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    sources = (EcsGuide(68), EcsGuide(69))
    aliases = (
        "config:ecr-private-image-scanning-enabled",
        "security-hub:ECR.1",
        "prowler:ecr_registry_scan_images_on_push_enabled",
        "prowler:ecr_repositories_scan_images_on_push_enabled",
        "steampipe:ecr_repository_image_scan_on_push_enabled",
    )
    remedy = Custodian(
        "ecr",
        {"type": "set-scanning", "state": True},
        filters=[{"type": "value", "key": "imageScanningConfiguration.scanOnPush", "value": False}],
        effect=Effect(
            after="basic scanning looks at each image as it is pushed; enhanced scanning obeys the registry alone",
            undo=[Write("ecr.PutImageScanningConfiguration", _scanning(on=False))],
            terraform={"aws_ecr_repository": {"image_scanning_configuration": {"scan_on_push": True}}},
        ),
    )
    GOOD = (
        Case({"scan_on_push": True}, others=[Other(RegionSettings)]),
        Case(
            {"scan_on_push": False, "id": "prod/web"},
            others=[
                Other(
                    RegionSettings,
                    ecr_scanning="ENHANCED",
                    ecr_scan_rules=(ScanRule("CONTINUOUS_SCAN", ("dev*", "prod*")),),
                )
            ],
        ),
        Case(
            {"scan_on_push": False},
            others=[Other(RegionSettings, ecr_scanning="ENHANCED", ecr_scan_rules=(ScanRule("SCAN_ON_PUSH", ("*",)),))],
        ),
        Case(
            {"scan_on_push": False}, others=[Other(RegionSettings, ecr_scan_rules=(ScanRule("SCAN_ON_PUSH", ("w*",)),))]
        ),
    )
    BAD = (
        Case({"scan_on_push": False}, others=[Other(RegionSettings)]),
        Case(
            {"scan_on_push": False},
            others=[
                Other(
                    RegionSettings, ecr_scanning="ENHANCED", ecr_scan_rules=(ScanRule("CONTINUOUS_SCAN", ("prod*",)),)
                )
            ],
        ),
        Case({"scan_on_push": True}, others=[Other(RegionSettings, ecr_scanning="ENHANCED")]),
        Case({"scan_on_push": False}, others=[Other(RegionSettings, ecr_scan_rules=(ScanRule("MANUAL", ("*",)),))]),
    )
    UNKNOWN = (
        {"scan_on_push": False},
        {"scan_on_push": True},
    )

    @staticmethod
    def check(repository: Repository, world: World) -> Iterator[Outcome]:
        registry = world.only(RegionSettings)
        for rule in registry.ecr_scan_rules:
            if rule.frequency != "MANUAL" and any(tag_matches(pattern, repository.id) for pattern in rule.filters):
                yield Note(f"scanned by the registry's {registry.ecr_scanning.lower()} scanning ({rule.frequency})")
                return
        if registry.ecr_scanning == "ENHANCED":
            yield Fail("no rule of the registry's enhanced scanning covers the repository")
        elif not repository.scan_on_push:
            yield Fail("images are not scanned on push")
