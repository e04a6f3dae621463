"""The main job on the demo organisation: six accounts, real HTTP, three nights."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
import sqlalchemy
import zstandard
from pypdf import PdfReader

from reports import FORMATS
from scanner.cli.data import chosen_scan, report_data
from scanner.demo import LAST_NIGHT, SECRETS
from scanner.engine.registry import kinds
from scanner.generate.policy import permissions, policy
from scanner.model.finding import Verdict
from tests.cli.conftest import Demo
from tests.reports.html_sample import content

HOME = Path(__file__).resolve().parents[2]
FIRST_RULES = """
ecs_container_non_root ecs_container_readonly_root_filesystem ecs_container_not_privileged
ecs_container_drops_all_capabilities ecs_container_no_dangerous_capabilities ecs_container_memory_hard_limit
ecs_task_network_mode_awsvpc ecs_task_no_host_network_mode ecs_task_has_task_role
ecs_task_role_trust_is_ecs_tasks_only ecs_task_role_not_instance_role ecs_container_no_plaintext_secrets
ecs_container_secrets_from_managed_store ecs_container_log_driver ecs_image_pinned ecs_efs_volume_transit_encryption
ecs_service_min_two_tasks ecs_service_spans_availability_zones ecs_service_no_public_ip
ecs_service_security_group_from_load_balancer_only ecs_service_traffic_encrypted_in_transit
ecs_cluster_container_insights ecs_cluster_min_three_instances ecs_container_instance_imds_blocked
ecs_instance_role_least_privilege ecr_repository_tag_immutable ecr_repository_scan_on_push
ecr_repository_encrypted_with_cmk ec2_instance_imdsv2_required ec2_instance_imds_hop_limit_one
ec2_instance_no_public_ip ec2_instance_in_private_subnet ec2_instance_no_user_data_secrets ebs_volume_encrypted
ebs_encryption_by_default ebs_snapshot_not_public vpc_flow_logs_enabled vpc_nat_gateway_per_az
vpc_no_overlay_cidr_conflict vpc_default_security_group_closed sg_no_open_ssh sg_ssh_from_bastion_only
sg_no_open_admin_ports vpn_both_tunnels_up vpn_tunnel_alarm vpn_keepalive_traffic vpn_strong_cryptography
alb_https_only elb_tls_policy_current alb_certificate_from_acm_valid s3_bucket_default_encryption s3_bucket_tls_only
s3_bucket_public_access_blocked s3_bucket_policy_not_public iam_user_no_access_keys iam_user_mfa_enabled
iam_policy_no_administrator_wildcard iam_pass_role_restricted cloudtrail_multi_region_enabled
cloudtrail_log_validation kms_key_rotation
""".split()


@pytest.mark.parametrize("rule", FIRST_RULES)
def test_a_rule_passes_and_fails_somewhere(demo: Demo, rule: str) -> None:
    verdicts = {finding.verdict for finding in demo.results[0].findings if finding.rule == rule}
    assert {Verdict.PASS, Verdict.FAIL} <= verdicts


def test_no_rule_breaks(demo: Demo) -> None:
    broken = [(f.rule, f.resource, f.message) for r in demo.results for f in r.findings if f.verdict is Verdict.ERROR]
    assert not broken


def test_the_denied_call_alone_makes_its_facts_unknown(demo: Demo) -> None:
    result = demo.results[0]
    gaps = [entry for entry in result.coverage if not entry.ok]
    assert [(entry.operation, entry.state, entry.permission) for entry in gaps] == [
        ("kms.GetKeyRotationStatus", "denied", "kms:GetKeyRotationStatus")
    ]
    assert not result.complete
    unknown = [f for f in result.findings if f.verdict is Verdict.UNKNOWN and f.rule == "kms_key_rotation"]
    assert {f.account for f in unknown} == {demo.organisation.accounts["cell-gamma"]}
    assert all("kms:GetKeyRotationStatus" in {gap.permission for gap in f.missing} for f in unknown)


def test_every_account_and_region_was_seen(demo: Demo) -> None:
    seen = {(entry.account, entry.region) for entry in demo.results[0].coverage}
    regions = ("global", *demo.organisation.regions)
    assert seen == {(account, region) for account in demo.organisation.accounts.values() for region in regions}


def test_the_nights_tell_what_is_new_and_what_was_resolved(demo: Demo) -> None:
    first, second, third = demo.results
    assert {f.status for f in first.findings} == {"new"}
    statuses = defaultdict(set)
    for result in (second, third):
        for finding in result.findings:
            statuses[finding.status].add(finding.rule)
    assert statuses["new"]
    assert statuses["resolved"]
    assert statuses["still"]
    still = next(f for f in third.findings if f.status == "still")
    assert still.first_seen < still.last_seen


def test_fingerprints_are_unique_in_a_scan(demo: Demo) -> None:
    for result in demo.results:
        prints = [finding.fingerprint for finding in result.findings]
        assert len(prints) == len(set(prints))


def test_the_calls_made_are_a_subset_of_the_generated_policy(demo: Demo) -> None:
    allowed = {action for document in policy(kinds().values()) for s in document["Statement"] for action in s["Action"]}
    by_operation = {
        operation: set(call.permissions)
        for kind in kinds().values()
        for call in kind.calls.values()
        for operation in call.operations
    }
    by_operation |= {"sts.GetCallerIdentity": {"sts:GetCallerIdentity"}, "sts.AssumeRole": set()}
    by_operation |= {"ec2.DescribeRegions": {"ec2:DescribeRegions"}}
    made = {f"{call.service}.{call.operation}" for call in demo.calls}
    assert len(made) > 40
    assert made <= set(by_operation)
    needed = {permission for operation in made for permission in by_operation[operation]}
    assert needed <= allowed
    assert {entry.action for entry in permissions(kinds().values())} <= allowed


def test_no_secret_comes_to_rest(demo: Demo, tmp_path: Path) -> None:
    with demo.wiring.store() as store:
        data = report_data(demo.wiring, store, chosen_scan(store), format="html")
    assert data.documents
    haystacks = {name: FORMATS[name].render(data) for name in ("html", "csv", "json", "table", "pdf")}
    haystacks["html content"] = content(str(haystacks["html"]))
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(haystacks["pdf"] if isinstance(haystacks["pdf"], bytes) else b"")
    reader = PdfReader(pdf)
    haystacks["pdf text"] = "".join(page.extract_text() for page in reader.pages)
    haystacks["pdf attachments"] = b"".join(part for parts in reader.attachments.values() for part in parts)
    for file in demo.folder.glob("phiward.db*"):
        haystacks[file.name] = file.read_bytes()
    haystacks["database content"] = _database_content(demo.folder / "phiward.db")
    for name, haystack in haystacks.items():
        raw = haystack.encode() if isinstance(haystack, str) else haystack
        found = [number for number, secret in enumerate(SECRETS) if secret.encode() in raw]
        assert not found, f"{name} holds the planted secrets {found}"
        assert raw


def _database_content(path: Path) -> bytes:
    """Every value of every table, zstd content unpacked."""
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    parts: list[bytes] = []
    with engine.connect() as connection:
        for table in sqlalchemy.inspect(engine).get_table_names():
            for row in connection.execute(sqlalchemy.text(f'select * from "{table}"')):  # noqa: S608  our own tables
                for value in row:
                    raw = value if isinstance(value, bytes) else str(value).encode()
                    magic = raw[:4] == b"\x28\xb5\x2f\xfd"
                    parts.append(zstandard.ZstdDecompressor().decompress(raw) if magic else raw)
    engine.dispose()
    whole = b"\n".join(parts)
    assert b"$redacted" in whole
    return whole


def test_the_forms_of_one_scan_agree(demo: Demo) -> None:
    document = demo.document()
    with demo.wiring.store() as store:
        data = report_data(demo.wiring, store, chosen_scan(store))
    rows = str(FORMATS["csv"].render(data)).strip().splitlines()
    fails = sum(1 for finding in document["findings"] if finding["verdict"] == "FAIL")
    assert fails == sum(1 for finding in demo.results[-1].findings if finding.verdict is Verdict.FAIL)
    assert len(rows) - 1 >= len(document["findings"])
    text = str(FORMATS["table"].render(data))
    passed = re.search(r"(\d+) of (\d+)", text)
    assert passed is not None
    assert f"{passed.group(1)} of {passed.group(2)}" in str(FORMATS["html"].render(data))


def test_the_demo_has_more_nights_than_the_main_job_shows() -> None:
    assert LAST_NIGHT >= 13


def test_the_json_is_the_contract(demo: Demo) -> None:
    document = demo.document()
    assert list(document) == [
        "schema",
        "scan",
        "as_of",
        "complete",
        "findings",
        "coverage",
        "accepted_gaps",
        "summary",
        "trend",
        "restricted",
        "seals",
    ]
    assert document["schema"] == "phiward/1"
    wanted = {
        "fingerprint", "rule", "title", "verdict", "severity", "category", "status", "kind", "resource", "name",
        "account", "region", "part", "message", "evidence", "missing", "hipaa", "hipaa_proposed", "aliases", "in_scope",
        "first_seen", "last_seen", "acceptance", "remedy",
    }  # fmt: skip
    for finding in document["findings"]:
        assert wanted <= set(finding), finding["rule"]
        for item in finding["evidence"]:
            assert {"fact", "value", "path", "redacted"} <= set(item)
        for item in finding["missing"]:
            assert {"permission", "call", "error"} <= set(item)
    assert json.loads(json.dumps(document)) == document
