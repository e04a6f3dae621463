"""Invented rules, and what they say of invented resources."""

from __future__ import annotations

import msgspec

from reports.view import RuleInfo
from scanner.model.finding import Evidence, Verdict
from scanner.model.gap import Gap, GapState

DENIED = Gap(
    "kms.GetKeyRotationStatus",
    "kms:GetKeyRotationStatus",
    "AccessDeniedException",
    "User: arn:aws:sts::444455556666:assumed-role/phiward/scan is not authorized to perform: kms:GetKeyRotationStatus",
    GapState.DENIED,
)
THROTTLED = Gap("ecr.BatchGetImage", "ecr:BatchGetImage", "ThrottlingException", "Rate exceeded", GapState.THROTTLED)

RULES = (
    RuleInfo(
        id="sg_no_open_ssh",
        title="Security groups do not let the internet in to SSH",
        severity="critical",
        kind="AWS::EC2::SecurityGroup",
        why="An open SSH port is found and tried within minutes. One weak password then stands before ePHI.",
        hipaa=("164.312(a)(1)", "164.312(e)(1)"),
        hipaa_proposed=("164.308(a)(1)(ii)(B)",),
        sources=("City digital webapps production overview",),
        aliases=("config:restricted-ssh", "security-hub:EC2.13"),
        remedy_kind="Cloud Custodian policy",
        remedy="policies:\n  - name: sg-no-open-ssh\n    resource: aws.security-group\n    actions:\n"
        "      - type: remove-permissions\n        ingress: matched",
    ),
    RuleInfo(
        id="kms_key_rotation",
        title="Customer managed keys rotate",
        severity="medium",
        kind="AWS::KMS::Key",
        why="A key that never rotates protects ever more ePHI with the same material, so one leak opens all of it.\n"
        "Keys whose material KMS cannot rotate by itself (asymmetric, HMAC, imported) are not judged.",
        scope="Enabled customer managed symmetric keys with material from KMS",
        hipaa=("164.312(a)(2)(iv)",),
        sources=("Amazon ECS Best Practices Guide, page 63",),
        aliases=("config:cmk-backing-key-rotation-enabled", "security-hub:KMS.4"),
        remedy_kind="Cloud Custodian policy",
        remedy="policies:\n  - name: kms-key-rotation\n    resource: aws.kms-key\n    filters:\n"
        "      - type: key-rotation-status\n        key: KeyRotationEnabled\n        value: false\n"
        "    actions:\n      - type: set-rotation\n        state: true",
    ),
    RuleInfo(
        id="ecs_container_non_root",
        title="Containers run as a non-root user",
        severity="high",
        kind="AWS::ECS::TaskDefinition",
        why="A process that runs as root inside the container is root on the host once it breaks out.",
        hipaa_proposed=("164.312(a)(1)", "164.308(a)(4)(ii)(B)"),
        sources=("Amazon ECS Best Practices Guide, page 70",),
        aliases=("security-hub:ECS.20",),
        remedy_kind="Runbook",
        remedy="1. Add a USER line to the image's Dockerfile and rebuild it.\n"
        "2. Register a task definition that names the user.\n3. Update the service to it.",
    ),
    RuleInfo(
        id="s3_bucket_tls_only",
        title="Bucket policies refuse requests without TLS",
        severity="medium",
        kind="AWS::S3::Bucket",
        why="Without the refusal a client that asks over plain HTTP is answered over plain HTTP.",
        hipaa=("164.312(e)(1)", "164.312(e)(2)(ii)"),
        hipaa_proposed=("164.312(c)(1)",),
        sources=("AWS proposed architecture",),
        aliases=("config:s3-bucket-ssl-requests-only", "security-hub:S3.5"),
        remedy_kind="Cloud Custodian policy",
        remedy="policies:\n  - name: s3-bucket-tls-only\n    resource: aws.s3\n"
        "    actions:\n      - type: set-statements",
    ),
    RuleInfo(
        id="vpn_both_tunnels_up",
        title="Both tunnels of a site-to-site VPN are up",
        severity="high",
        category="resilience",
        kind="AWS::EC2::VPNConnection",
        why="With one tunnel down the next maintenance of AWS cuts the site off.",
        hipaa_proposed=("164.308(a)(7)(ii)(C)",),
        sources=("City digital webapps production overview",),
        remedy_kind="Runbook",
        remedy="1. Read the tunnel's status message.\n2. Bring up the customer gateway's second peer.",
    ),
    RuleInfo(
        id="cloudtrail_log_validation",
        title="Trails write digest files",
        severity="low",
        kind="AWS::CloudTrail::Trail",
        why="Without digests nobody can show that the log is whole.",
        hipaa=("164.312(b)", "164.312(c)(2)"),
        hipaa_proposed=("164.316(b)(2)(i)",),
        aliases=("security-hub:CloudTrail.4",),
        remedy_kind="API operation",
        remedy="Call cloudtrail.UpdateTrail\n  Name: '{name}'\n  EnableLogFileValidation: true",
    ),
)


class Said(msgspec.Struct):
    """What a rule said of one invented resource."""

    verdict: Verdict
    message: str = ""
    part: str = ""
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Gap, ...] = ()
    severity: str = ""


ROTATES = Evidence("rotates", value=True, path="AWS::KMS::Key turn.KeyRotationEnabled")
SAID: dict[str, tuple[str, str, tuple[Said, ...]]] = {
    "sg_no_open_ssh": (
        "ec2",
        "security-group/sg-0{n:07x}",
        (
            Said(
                Verdict.FAIL,
                "port 22 is open to 0.0.0.0/0",
                "ingress tcp/22 0.0.0.0/0",
                (
                    Evidence(
                        "ingress",
                        [{"protocol": "tcp", "from": 22, "to": 22, "cidr": "0.0.0.0/0"}],
                        "AWS::EC2::SecurityGroup group.IpPermissions[]",
                    ),
                ),
            ),
            Said(Verdict.PASS),
            Said(Verdict.PASS),
            Said(Verdict.FAIL, "port 22 is open to ::/0", "ingress tcp/22 ::/0"),
        ),
    ),
    "kms_key_rotation": (
        "kms",
        "key/3f0c9a1e-4c1e-4d0a-9a55-0242ac12{n:04x}",
        (
            Said(
                Verdict.FAIL,
                "automatic rotation is off",
                evidence=(
                    Evidence("manager", "CUSTOMER", "AWS::KMS::Key meta.KeyManager"),
                    Evidence("rotates", value=False, path="AWS::KMS::Key turn.KeyRotationEnabled"),
                ),
            ),
            Said(Verdict.UNKNOWN, missing=(DENIED,)),
            Said(Verdict.SKIP, "speaks only of: Enabled customer managed symmetric keys with material from KMS"),
            Said(Verdict.PASS, evidence=(ROTATES,)),
        ),
    ),
    "ecs_container_non_root": (
        "ecs",
        "task-definition/claims-intake-and-eligibility-verification-worker-{n}:17",
        (
            Said(
                Verdict.FAIL,
                "container web runs as root: neither the task definition nor the image names a user",
                "container web",
                (
                    Evidence(
                        "containers",
                        [{"name": "web", "user": None}],
                        "AWS::ECS::TaskDefinition task.x",
                    ),
                    Evidence(
                        "user",
                        "",
                        "AWS::ECR::Image config.config.User",
                        resource="arn:aws:ecr:us-east-1:111122223333:repository/claims/web",
                    ),
                    Evidence(
                        "environment",
                        {"$redacted": "9f2b7c1a55e0aa", "$key": "aa55", "$detected": [{"detector": "AWS Access Key"}]},
                        "AWS::ECS::TaskDefinition task.environment",
                        redacted=True,
                    ),
                ),
            ),
            Said(Verdict.PASS),
            Said(Verdict.UNKNOWN, missing=(THROTTLED,)),
        ),
    ),
    "s3_bucket_tls_only": (
        "s3",
        "clinic-archive-{n}",
        (Said(Verdict.PASS), Said(Verdict.FAIL, "no statement denies requests without TLS"), Said(Verdict.PASS)),
    ),
    "vpn_both_tunnels_up": (
        "ec2",
        "vpn-connection/vpn-0{n:07x}",
        (Said(Verdict.PASS), Said(Verdict.FAIL, "tunnel 203.0.113.9 is down since 2026-11-12", "tunnel 203.0.113.9")),
    ),
    "cloudtrail_log_validation": (
        "cloudtrail",
        "trail/organization-{n}",
        (Said(Verdict.PASS), Said(Verdict.ERROR, "KeyError: 'LogFileValidationEnabled' (cloudtrail.py:31)")),
    ),
}
