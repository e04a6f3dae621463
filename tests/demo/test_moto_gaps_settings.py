"""What moto lacks of the settings of ECS and EFS, and the demo takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.demo.conftest import Connect


def test_a_clusters_settings_change_one_by_one(connect: Connect) -> None:
    ecs = connect("ecs")
    ecs.create_cluster(clusterName="phi", settings=[{"name": "containerInsights", "value": "disabled"}])
    wanted = [{"name": "containerInsights", "value": "enhanced"}]
    ecs.update_cluster_settings(cluster="phi", settings=wanted)
    (cluster,) = ecs.describe_clusters(clusters=["phi"], include=["SETTINGS"])["clusters"]
    assert cluster["settings"] == wanted


def test_the_accounts_settings_for_ecs_are_in_effect_once_chosen(connect: Connect) -> None:
    ecs = connect("ecs")
    ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
    (found,) = ecs.list_account_settings(name="awsvpcTrunking", effectiveSettings=True)["settings"]
    assert (found["value"], found["type"]) == ("enabled", "user")


def test_tasks_on_instances_wait_where_there_is_none(connect: Connect) -> None:
    ecs = connect("ecs")
    ecs.create_cluster(clusterName="phi")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 64}])
    ecs.create_service(cluster="phi", serviceName="web", taskDefinition="web", desiredCount=1, launchType="EC2")
    assert ecs.list_tasks(cluster="phi")["taskArns"] == []


def test_backups_of_a_file_system_are_switched_on_and_off(connect: Connect) -> None:
    efs = connect("efs")
    name = efs.create_file_system(CreationToken="a")["FileSystemId"]
    efs.put_backup_policy(FileSystemId=name, BackupPolicy={"Status": "ENABLED"})
    assert efs.describe_backup_policy(FileSystemId=name)["BackupPolicy"]["Status"] == "ENABLED"
    efs.put_backup_policy(FileSystemId=name, BackupPolicy={"Status": "DISABLED"})
    with pytest.raises(ClientError, match="PolicyNotFound"):
        efs.describe_backup_policy(FileSystemId=name)
    with pytest.raises(ClientError, match="FileSystemNotFound"):
        efs.put_backup_policy(FileSystemId="fs-00000000", BackupPolicy={"Status": "ENABLED"})


def test_a_file_systems_policy_can_be_taken_away(connect: Connect) -> None:
    efs = connect("efs")
    name = efs.create_file_system(CreationToken="b")["FileSystemId"]
    efs.put_file_system_policy(FileSystemId=name, Policy='{"Version": "2012-10-17", "Statement": []}')
    efs.delete_file_system_policy(FileSystemId=name)
    with pytest.raises(ClientError, match="PolicyNotFound"):
        efs.describe_file_system_policy(FileSystemId=name)
