"""cloudtrail_log_validation."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.cloudtrail import Trail
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import ClientCells, EcsGuide


class LogValidation(Rule):
    """Trails validate their log files.

    Whoever breaks in wipes the trail. With validation CloudTrail signs a digest of the log files every hour, so
    that a file that was changed or removed later is found out. A trail of the organization is judged in the account
    that owns it.
    """

    kind = Trail
    severity = "medium"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(1)(ii)(D)",
        "164.308(a)(5)(ii)(C)",
        "164.308(a)(6)(ii)",
        "164.312(b)",
        "164.312(c)(1)",
        "164.312(c)(2)",
    )
    sources = (EcsGuide(59), ClientCells())
    aliases = (
        "config:cloud-trail-log-file-validation-enabled",
        "security-hub:CloudTrail.4",
        "prowler:cloudtrail_log_file_validation_enabled",
        "steampipe:cloudtrail_trail_validation_enabled",
        "cis:v3.0/3.2",
        "cis:v4.0/3.2",
        "cis:v5.0/3.2",
        "cis:v6.0/4.2",
        "cis:v7.0/4.2",
    )
    remedy = Custodian(
        "cloudtrail",
        {"type": "update-trail", "attributes": {"EnableLogFileValidation": True}},
        filters=[{"LogFileValidationEnabled": False}],
        effect=Effect(
            sets={"validates": True},
            undo=(Write("cloudtrail.UpdateTrail", {"Name": "{arn}", "EnableLogFileValidation": False}),),
            terraform={"aws_cloudtrail": {"enable_log_file_validation": True}},
        ),
    )
    GOOD = ({},)
    BAD = ({"validates": False},)

    @staticmethod
    def check(trail: Trail) -> Iterator[Fail]:
        if not trail.validates:
            yield Fail("log file validation is off")
