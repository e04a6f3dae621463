"""The demo before the rules: each has a resource that passes and one that fails, and the nights turn what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from scanner.aws.collect import Collector
from scanner.aws.sessions import Sessions, Target
from scanner.demo import CHANGES, LAST_NIGHT, DemoServer, Organisation, pass_night, seed
from scanner.engine.parameters import Parameters
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds_needed, rules
from scanner.engine.scope import Scope
from scanner.engine.settings import parse
from scanner.model.finding import Finding, Verdict
from scanner.model.resource import Snapshot
from scanner.run import Judge, scan

# Rule, what passes, what fails: account and (part of) name or ARN.
EXPECTED: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "alb_certificate_from_acm_valid": (("phi-cluster", "clinic-front"), ("city-webapps", "staging-web")),
    "alb_https_only": (("phi-cluster", "clinic-front"), ("city-webapps", "staging-web")),
    "cloudtrail_log_validation": (("phi-cluster", "phi-cluster-trail"), ("media-site", "media-site-trail")),
    "cloudtrail_multi_region_enabled": (("phi-cluster", ""), ("media-site", "")),
    "ebs_encryption_by_default": (("phi-cluster", "us-west-2"), ("city-webapps", "us-west-2")),
    "ebs_snapshot_not_public": (("phi-cluster", "records-archive"), ("cell-gamma", "vendor-share")),
    "ebs_volume_encrypted": (("phi-cluster", "phi-host-node"), ("phi-cluster", "batch-host")),
    "ec2_instance_imds_hop_limit_one": (("phi-cluster", "phi-host-node"), ("phi-cluster", "batch-host")),
    "ec2_instance_imdsv2_required": (("phi-cluster", "phi-host-node"), ("phi-cluster", "batch-host")),
    "ec2_instance_in_private_subnet": (("phi-cluster", "phi-host-node"), ("city-webapps", "legacy-reporting")),
    "ec2_instance_no_public_ip": (("phi-cluster", "phi-host-node"), ("city-webapps", "legacy-reporting")),
    "ec2_instance_no_user_data_secrets": (("phi-cluster", "phi-host-node"), ("phi-cluster", "batch-host")),
    "ecr_repository_encrypted_with_cmk": (("phi-cluster", "clinic-api"), ("phi-cluster", "claims-worker")),
    "ecr_repository_scan_on_push": (("phi-cluster", "clinic-api"), ("phi-cluster", "claims-worker")),
    "ecr_repository_tag_immutable": (("phi-cluster", "clinic-api"), ("phi-cluster", "claims-worker")),
    "ecs_cluster_container_insights": (("phi-cluster", "phi-cluster"), ("phi-cluster", "phi-batch")),
    "ecs_cluster_min_three_instances": (("phi-cluster", "phi-cluster"), ("city-webapps", "webapps-production")),
    "ecs_container_drops_all_capabilities": (("phi-cluster", "clinic-api"), ("phi-cluster", "lab-results")),
    "ecs_container_instance_imds_blocked": (("city-webapps", "webapps-production"), ("cell-gamma", "utility")),
    "ecs_container_log_driver": (("phi-cluster", "clinic-api"), ("phi-cluster", "claims-extract")),
    "ecs_container_memory_hard_limit": (("phi-cluster", "clinic-api"), ("phi-cluster", "fax-bridge")),
    "ecs_container_no_dangerous_capabilities": (("phi-cluster", "clinic-api"), ("phi-cluster", "fax-bridge")),
    "ecs_container_no_plaintext_secrets": (("phi-cluster", "clinic-api"), ("phi-cluster", "claims-worker")),
    "ecs_container_non_root": (("phi-cluster", "lab-results"), ("phi-cluster", "claims-worker")),
    "ecs_container_not_privileged": (("phi-cluster", "clinic-api"), ("phi-cluster", "fax-bridge")),
    "ecs_container_readonly_root_filesystem": (("phi-cluster", "clinic-api"), ("phi-cluster", "lab-results")),
    "ecs_container_secrets_from_managed_store": (("phi-cluster", "lab-results"), ("phi-cluster", "fax-bridge")),
    "ecs_efs_volume_transit_encryption": (("phi-cluster", "fax-archive"), ("phi-cluster", "fax-bridge")),
    "ecs_image_pinned": (("phi-cluster", "lab-results"), ("phi-cluster", "claims-worker")),
    "ecs_instance_role_least_privilege": (("phi-cluster", "phi-host"), ("phi-cluster", "batch-host")),
    "ecs_service_min_two_tasks": (("phi-cluster", "clinic-api"), ("phi-cluster", "claims-worker")),
    "ecs_service_no_public_ip": (("phi-cluster", "clinic-api"), ("media-site", "website")),
    "ecs_service_security_group_from_load_balancer_only": (("phi-cluster", "clinic-api"), ("city-webapps", "boards")),
    "ecs_service_spans_availability_zones": (("phi-cluster", "clinic-api"), ("city-webapps", "boards")),
    "ecs_service_traffic_encrypted_in_transit": (("phi-cluster", "clinic-api"), ("media-site", "website")),
    "ecs_task_has_task_role": (("phi-cluster", "clinic-api"), ("phi-cluster", "fax-bridge")),
    "ecs_task_network_mode_awsvpc": (("phi-cluster", "clinic-api"), ("phi-cluster", "lab-results")),
    "ecs_task_no_host_network_mode": (("phi-cluster", "clinic-api"), ("phi-cluster", "fax-bridge")),
    "ecs_task_role_not_instance_role": (("phi-cluster", "clinic-api"), ("phi-cluster", "eligibility-batch")),
    "ecs_task_role_trust_is_ecs_tasks_only": (
        ("phi-cluster", "clinic-api-task"),
        ("phi-cluster", "claims-worker-task"),
    ),
    "elb_tls_policy_current": (("phi-cluster", "clinic-front"), ("city-webapps", "staging-web")),
    "iam_pass_role_restricted": (("phi-cluster", "pipeline-deploy"), ("city-webapps", "jenkins-deploy")),
    "iam_policy_no_administrator_wildcard": (("phi-cluster", "pipeline-deploy"), ("city-webapps", "break-glass")),
    "iam_user_mfa_enabled": (("phi-cluster", "mara.okafor"), ("city-webapps", "contractor")),
    "iam_user_no_access_keys": (("phi-cluster", "mara.okafor"), ("phi-cluster", "deploy-bot")),
    "kms_key_rotation": (("phi-cluster", "phi-cluster-key"), ("phi-cluster", "legacy-exports")),
    "s3_bucket_default_encryption": (("phi-cluster", "phi-cluster-records"), ("phi-cluster", "phi-cluster-scratch")),
    "s3_bucket_policy_not_public": (("phi-cluster", "phi-cluster-records"), ("cell-gamma", "records-gamma")),
    "s3_bucket_public_access_blocked": (("city-webapps", "registry-certificates"), ("cell-gamma", "records-gamma")),
    "s3_bucket_tls_only": (("phi-cluster", "phi-cluster-records"), ("phi-cluster", "phi-cluster-scratch")),
    "sg_no_open_admin_ports": (("phi-cluster", "phi-hosts"), ("city-webapps", "warehouse")),
    "sg_no_open_ssh": (("phi-cluster", "phi-hosts"), ("city-webapps", "legacy-reporting")),
    "sg_ssh_from_bastion_only": (("city-webapps", "production-hosts"), ("city-webapps", "legacy-reporting")),
    "vpc_default_security_group_closed": (("city-webapps", ""), ("phi-cluster", "")),
    "vpc_flow_logs_enabled": (("cell-alpha", "cell-alpha"), ("cell-gamma", "cell-gamma")),
    "vpc_nat_gateway_per_az": (("phi-cluster", "phi-cluster"), ("city-webapps", "city-webapps")),
    "vpc_no_overlay_cidr_conflict": (("phi-cluster", "phi-cluster"), ("phi-cluster", "analytics")),
    "vpn_both_tunnels_up": (("city-webapps", "datacenter-b"), ("city-webapps", "datacenter-a")),
    "vpn_keepalive_traffic": (("city-webapps", "datacenter-b"), ("city-webapps", "datacenter-a")),
    "vpn_strong_cryptography": (("city-webapps", "datacenter-b"), ("city-webapps", "datacenter-a")),
    "vpn_tunnel_alarm": (("city-webapps", "datacenter-b"), ("city-webapps", "datacenter-a")),
}


@pytest.fixture(scope="module")
def organisation() -> Iterator[Organisation]:
    with pytest.MonkeyPatch.context() as patch, DemoServer() as server:
        made = seed(server)
        for name, value in made.environment().items():
            patch.setenv(name, value)
        yield made


def judged(organisation: Organisation, names: Sequence[str], accounts: Sequence[str]) -> list[Finding]:
    """Scan these accounts for these rules, now."""
    config, known = parse(organisation.config_toml("sqlite:///unused.db")), rules()
    chosen = {name: known[name] for name in names}
    moment = organisation.server.clock
    assert moment is not None
    kinds = kinds_needed(chosen.values())
    targets = [
        Target(organisation.accounts[name], name, config.aws.regions, config.aws.role, config.aws.external_id)
        for name in accounts
    ]
    collector = Collector(Sessions(), kinds, Redactor(b"demo" * 8), moment)
    snapshot = Snapshot("night", moment, targets=[(t.account, r) for t in targets for r in t.regions])
    judge = Judge(list(chosen.values()), Parameters(config, known), Scope(config.scope))
    return scan(snapshot, collector.collect(targets), judge).findings


def verdicts(found: Sequence[Finding], organisation: Organisation, rule: str, account: str, name: str) -> set[Any]:
    number = organisation.accounts[account]
    return {
        finding.verdict
        for finding in found
        if finding.rule == rule and finding.account == number and (name in finding.name or name in finding.resource)
    }


@pytest.fixture(scope="module")
def first_night(organisation: Organisation) -> list[Finding]:
    """What the rules say before any night has passed, whichever test runs first."""
    return judged(organisation, list(EXPECTED), list(organisation.accounts))


def test_each_rule_has_a_resource_that_passes_and_one_that_fails(
    organisation: Organisation, first_night: list[Finding]
) -> None:
    found = first_night
    assert [finding for finding in found if finding.verdict is Verdict.ERROR] == []
    wrong = {
        (rule, wanted.value, *where): seen
        for rule, pair in EXPECTED.items()
        for wanted, where in zip((Verdict.PASS, Verdict.FAIL), pair, strict=True)
        if wanted not in (seen := verdicts(found, organisation, rule, *where))
    }
    assert wrong == {}
    unknown = {(f.rule, f.account) for f in found if f.verdict is Verdict.UNKNOWN}
    assert ("kms_key_rotation", organisation.accounts["cell-gamma"]) in unknown


def test_table_names_every_rule_of_the_founding_issue() -> None:
    assert len(EXPECTED) == 61
    assert set(EXPECTED) <= set(rules())
    assert {rule for change in CHANGES for rule in change.verdicts} <= set(EXPECTED)
    assert {change.night for change in CHANGES} == set(range(1, LAST_NIGHT + 1))


@pytest.mark.usefixtures("first_night")
def test_nights_turn_the_verdicts_that_their_table_says(organisation: Organisation) -> None:
    wrong = {}
    for night in range(1, LAST_NIGHT + 1):
        made = pass_night(organisation, night)
        touched = sorted({rule for change in made for rule in change.verdicts})
        found = judged(organisation, touched, sorted({change.account for change in made}))
        for change in made:
            for rule, verdict in change.verdicts.items():
                name = "" if rule == "cloudtrail_multi_region_enabled" else change.name
                seen = verdicts(found, organisation, rule, change.account, name)
                if seen - {Verdict.SKIP} != (set() if verdict is None else {Verdict(verdict)}):
                    wrong[night, rule, change.name] = seen
    assert wrong == {}
