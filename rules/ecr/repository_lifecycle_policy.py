"""ecr_repository_lifecycle_policy."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ecr import Repository
from scanner.model.remedy import Custodian
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

KEEPS = {"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged"}, "action": {"type": "expire"}}]}


class RepositoryLifecyclePolicy(Rule):
    """Repositories have a lifecycle policy.

    Old images keep old holes. Where nothing clears them away, somebody will deploy one again by its tag, and those who
    look at findings drown in images that nobody runs.
    """

    kind = Repository
    severity = "low"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)",)
    sources = (EcsGuide(69),)
    aliases = (
        "config:ecr-private-lifecycle-policy-configured",
        "security-hub:ECR.3",
        "prowler:ecr_repositories_lifecycle_policy_enabled",
        "steampipe:ecr_repository_lifecycle_policy_configured",
    )
    remedy = Custodian(
        "ecr",
        {
            "type": "set-lifecycle",
            "rules": [
                {
                    "rulePriority": 1,
                    "description": "untagged",
                    "selection": {
                        "tagStatus": "untagged",
                        "countType": "sinceImagePushed",
                        "countUnit": "days",
                        "countNumber": 14,
                    },
                    "action": {"type": "expire"},
                }
            ],
        },
        filters=[{"type": "lifecycle-rule", "state": False, "match": [{"action.type": "expire"}]}],
    )
    GOOD = ({"lifecycle": KEEPS},)
    BAD = ({"lifecycle": None}, {"lifecycle": {"rules": []}})

    @staticmethod
    def check(repository: Repository) -> Iterator[Fail]:
        if not (repository.lifecycle or {}).get("rules"):
            yield Fail("no lifecycle policy clears old images away")
