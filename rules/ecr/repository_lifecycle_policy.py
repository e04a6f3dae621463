"""ecr_repository_lifecycle_policy."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ecr import Repository
from scanner.model.remedy import Custodian, Effect, Write
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
                        "countNumber": 90,
                    },
                    "action": {"type": "expire"},
                }
            ],
        },
        filters=[{"type": "lifecycle-rule", "state": False, "match": [{"action.type": "expire"}]}],
        effect=Effect(
            sets={"lifecycle": KEEPS},
            after="ECR deletes images that have no tag 90 days after they were pushed",
            risk="high",
            downtime="none; but a task that names an image by its digest alone cannot start once that is deleted: see"
            " that images in use have a tag",
            undo=[Write("ecr.DeleteLifecyclePolicy", {"repositoryName": "{id}"})],
            terraform={"aws_ecr_lifecycle_policy": {"policy": "the policy as JSON"}},
        ),
    )
    GOOD = ({"lifecycle": KEEPS},)
    BAD = ({"lifecycle": None}, {"lifecycle": {"rules": []}})

    @staticmethod
    def check(repository: Repository) -> Iterator[Fail]:
        if not (repository.lifecycle or {}).get("rules"):
            yield Fail("no lifecycle policy clears old images away")
