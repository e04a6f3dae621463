"""rds_instance_not_publicly_accessible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._databases import NO_PUBLIC_ADDRESS
from scanner.kinds.rds import DBInstance
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class InstanceNotPubliclyAccessible(Rule):
    """Database instances are not publicly accessible.

    A database with a public address is one security group rule and one password away from the internet. ePHI belongs
    behind an application, in a network that nobody outside can reach.
    """

    kind = DBInstance
    severity = "critical"
    hipaa = ("164.308(a)(3)(i)", "164.308(a)(4)(ii)(A)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)")
    aliases = (
        "config:rds-instance-public-access-check",
        "security-hub:RDS.2",
        "prowler:rds_instance_no_public_access",
        "steampipe:rds_db_instance_prohibit_public_access",
        "cis:v3.0/2.3.3",
        "cis:v4.0/2.2.3",
        "cis:v5.0/2.2.3",
        "cis:v6.0/3.2.3",
        "cis:v7.0/3.2.3",
    )
    related = ("rds_not_public",)
    remedy = NO_PUBLIC_ADDRESS
    GOOD = ({},)
    BAD = ({"public": True},)

    @staticmethod
    def check(instance: DBInstance) -> Iterator[Fail]:
        if instance.public:
            yield Fail("the instance has a public address")
