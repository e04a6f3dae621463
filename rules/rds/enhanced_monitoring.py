"""rds_enhanced_monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds import DBInstance
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class EnhancedMonitoring(Rule):
    """RDS: enhanced monitoring is on.

    Metrics of the operating system show what a database does that its own metrics do not: a process that eats the
    memory, a disk that fills. They are part of looking into what systems with ePHI do. RDS Custom, DocumentDB and
    Neptune do not offer them.
    """

    kind = DBInstance
    severity = "low"
    category = "operations"
    hipaa = ("164.312(b)",)
    aliases = (
        "config:rds-enhanced-monitoring-enabled",
        "security-hub:RDS.6",
        "prowler:rds_instance_enhanced_monitoring_enabled",
        "steampipe:rds_db_instance_and_cluster_enhanced_monitoring_enabled",
    )
    remedy = Runbook(
        "Make the role once in the account: aws iam create-role --role-name rds-monitoring-role"
        " --assume-role-policy-document '" + '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":'
        '{"Service":"monitoring.rds.amazonaws.com"},"Action":"sts:AssumeRole"}]}' + "'",
        "Let it write the metrics: aws iam attach-role-policy --role-name rds-monitoring-role --policy-arn"
        " arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        "Turn it on, which takes no downtime: aws rds modify-db-instance --db-instance-identifier {id}"
        " --monitoring-interval 60 --monitoring-role-arn arn:aws:iam::{account}:role/rds-monitoring-role"
        " --apply-immediately --region {region}",
        effect=Effect(
            sets={"monitoring_interval": 60},
            cost="CloudWatch Logs ingestion, about 0.50 USD a GB",
            terraform={"aws_db_instance": {"monitoring_interval": 60, "monitoring_role_arn": "ROLE"}},
        ),
    )
    GOOD = ({}, {"monitoring_interval": 1})
    BAD = ({"monitoring_interval": 0}, {"monitoring_interval": 0, "cluster": "ehr"})
    SKIP = (
        {"monitoring_interval": 0, "engine": "custom-oracle-ee"},
        {"monitoring_interval": 0, "engine": "docdb"},
        {"monitoring_interval": 0, "engine": "neptune"},
    )

    @staticmethod
    def applies(instance: DBInstance) -> bool:
        """Instances of RDS and Aurora whose host is AWS's."""
        return not instance.custom and instance.engine not in {"docdb", "neptune"}

    @staticmethod
    def check(instance: DBInstance) -> Iterator[Fail]:
        if not instance.monitoring_interval:
            yield Fail("enhanced monitoring is off")
