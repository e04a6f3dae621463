"""Every rule says what the catalogue says of it; the catalogue lies beside the checkout where the project is made."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from scanner.engine.registry import rules
from scanner.generate.knowledge import catalogue as exceptions
from scanner.model.rule import Rule

CATALOGUE = Path(__file__).resolve().parents[3] / "shared" / "catalogue" / "catalogue.csv"
here = pytest.mark.skipif(not CATALOGUE.is_file(), reason="the catalogue is not beside this checkout")

MAIN_JOB = """
ecs_container_non_root ecs_container_readonly_root_filesystem ecs_container_not_privileged
ecs_container_drops_all_capabilities ecs_container_no_dangerous_capabilities ecs_container_memory_hard_limit
ecs_task_network_mode_awsvpc ecs_task_no_host_network_mode ecs_task_has_task_role ecs_task_role_trust_is_ecs_tasks_only
ecs_task_role_not_instance_role ecs_container_no_plaintext_secrets ecs_container_secrets_from_managed_store
ecs_container_log_driver ecs_image_pinned ecs_efs_volume_transit_encryption ecs_service_min_two_tasks
ecs_service_spans_availability_zones ecs_service_no_public_ip ecs_service_security_group_from_load_balancer_only
ecs_service_traffic_encrypted_in_transit ecs_cluster_container_insights ecs_cluster_min_three_instances
ecs_container_instance_imds_blocked ecs_instance_role_least_privilege
ecr_repository_tag_immutable ecr_repository_scan_on_push ecr_repository_encrypted_with_cmk
ec2_instance_imdsv2_required ec2_instance_imds_hop_limit_one ec2_instance_no_public_ip ec2_instance_in_private_subnet
ec2_instance_no_user_data_secrets ebs_volume_encrypted ebs_encryption_by_default ebs_snapshot_not_public
vpc_flow_logs_enabled vpc_nat_gateway_per_az vpc_no_overlay_cidr_conflict vpc_default_security_group_closed
sg_no_open_ssh sg_ssh_from_bastion_only sg_no_open_admin_ports
vpn_both_tunnels_up vpn_tunnel_alarm vpn_keepalive_traffic vpn_strong_cryptography
alb_https_only elb_tls_policy_current alb_certificate_from_acm_valid
s3_bucket_default_encryption s3_bucket_tls_only s3_bucket_public_access_blocked s3_bucket_policy_not_public
iam_user_no_access_keys iam_user_mfa_enabled iam_policy_no_administrator_wildcard iam_pass_role_restricted
cloudtrail_multi_region_enabled cloudtrail_log_validation kms_key_rotation
""".split()

JUDGED_ON = {rule: one.resource for one in exceptions().judged_on for rule in one.rules}
"""Rules that judge another type than the catalogue names."""

ELSEWHERE = {
    "aws_config": "config",
    "security_hub": "security-hub",
    "prowler": "prowler",
    "steampipe": "steampipe",
    "cis": "cis",
}
MERGED = "phiward:"
"""What begins the alias that names another row of the catalogue, judged by the same rule."""
ALL = [pytest.param(rule, id=name) for name, rule in rules().items()]


@cache
def catalogue() -> dict[str, dict[str, str]]:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        return {row["key"]: row for row in csv.DictReader(file)}


def several(cell: str) -> list[str]:
    return sorted(part.strip() for part in cell.split(";") if part.strip())


def union(rows: list[dict[str, str]], column: str) -> list[str]:
    return sorted({one for row in rows for one in several(row[column])})


def place(rule: type[Rule]) -> list[str]:
    return sorted(f"{source.code}{getattr(source, 'page', '')}" for source in rule.sources)


def test_the_rules_of_the_main_job_are_there() -> None:
    assert len(set(MAIN_JOB)) == 61
    assert sorted(set(MAIN_JOB) - set(rules())) == []


@here
@pytest.mark.parametrize("rule", ALL)
def test_a_rule_says_what_the_catalogue_says(rule: type[Rule]) -> None:
    row = catalogue()[rule.id]
    merged = [alias.removeprefix(MERGED) for alias in rule.aliases if alias.startswith(MERGED)]
    rows = [row, *(catalogue()[key] for key in merged)]
    elsewhere = {f"{name}:{one}" for row in rows for column, name in ELSEWHERE.items() for one in several(row[column])}
    said = {
        "title": rule.title,
        "severity": rule.severity,
        "category": rule.category,
        "hipaa": sorted(rule.hipaa),
        "hipaa_proposed": sorted(rule.hipaa_proposed),
        "sources": place(rule),
        "aliases": sorted(rule.aliases),
        "resource": ";".join(kind.cfn for kind in rule.judged()),
    }
    assert said == {
        "title": row["title"],
        "severity": row["severity"],
        "category": row["category"],
        "hipaa": union(rows, "hipaa"),
        "hipaa_proposed": union(rows, "hipaa_proposed"),
        "sources": union(rows, "founding_source"),
        "aliases": sorted(elsewhere | {MERGED + key for key in merged}),
        "resource": JUDGED_ON[rule.id] if rule.id in JUDGED_ON else row["resource"],
    }


@here
@pytest.mark.parametrize("rule", ALL)
def test_a_rule_names_all_that_the_catalogue_relates_to_it(rule: type[Rule]) -> None:
    assert set(several(catalogue()[rule.id]["related"])) <= set(rule.related)


@here
def test_a_row_is_judged_once() -> None:
    merged = {alias.removeprefix(MERGED) for rule in rules().values() for alias in rule.aliases if MERGED in alias}
    assert sorted(merged & set(rules())) == []


@here
def test_every_exception_is_one() -> None:
    assert [name for name, cfn in JUDGED_ON.items() if catalogue()[name]["resource"] == cfn] == []
    assert set(JUDGED_ON) <= set(rules())
