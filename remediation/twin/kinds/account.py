"""What is set once for an account, or for an account in a Region."""

from __future__ import annotations

from remediation.twin.later import elsewhere
from remediation.twin.registry import builds, finishes
from remediation.twin.site import HOME, Site, UnbuiltError, doc, fitting, has
from scanner.model.resource import Resource

_EBS_KEY = "alias/aws/ebs"
_MANAGED = "aws_managed"


@builds("AWS::::Account")
def account(site: Site, resource: Resource) -> None:
    """Set the password policy and the public access block of S3, and join the organization."""
    if has(resource, "passwords"):
        operation = "iam.UpdateAccountPasswordPolicy"
        site.call(resource, operation, **fitting(operation, doc(resource, "passwords")))
    if has(resource, "s3_block"):
        site.call(
            resource, "s3control.PutPublicAccessBlock", AccountId=resource.account,
            PublicAccessBlockConfiguration=doc(resource, "s3_block"),
        )  # fmt: skip
    if has(resource, "organization"):
        _join(site, resource)


def _join(site: Site, resource: Resource) -> None:
    """Found the organization, if nobody has yet, and let the account in."""
    said = doc(resource, "organization")
    head = elsewhere(resource, said["MasterAccountId"], HOME)
    known = site.made.setdefault(("AWS::Organizations::Organization", said["Id"]), {})
    if not known:
        try:
            known |= site.call(head, "organizations.DescribeOrganization")["Organization"]
        except UnbuiltError:
            known |= site.call(head, "organizations.CreateOrganization", FeatureSet=said["FeatureSet"])["Organization"]
        site.pair(said["Id"], known["Id"])
        site.pair(said["Arn"], known["Arn"])
    if resource.account == head.account:
        return
    members = site.call(head, "organizations.ListAccounts")["Accounts"]
    if resource.account not in {member["Id"] for member in members}:
        target = {"Id": resource.account, "Type": "ACCOUNT"}
        invited = site.call(head, "organizations.InviteAccountToOrganization", Target=target)["Handshake"]
        site.call(resource, "organizations.AcceptHandshake", HandshakeId=invited["Id"])


@builds("AWS::::Region")
def region(site: Site, resource: Resource) -> None:
    """Set the guardrails of EC2, the registry, the choices for ECS and those for AWS Backup."""
    if has(resource, "ebs"):
        verb = "Enable" if doc(resource, "ebs")["EbsEncryptionByDefault"] else "Disable"
        site.call(resource, f"ec2.{verb}EbsEncryptionByDefault")
    _block(site, resource, "snapshots", "SnapshotBlockPublicAccess", "State")
    _block(site, resource, "images", "ImageBlockPublicAccess", "ImageBlockPublicAccessState")
    if has(resource, "backup_types"):
        chosen = doc(resource, "backup_types")
        site.call(resource, "backup.UpdateRegionSettings", ResourceTypeOptInPreference=chosen)
    for setting in doc(resource, "ecs") or ():
        if setting.get("type") != _MANAGED:
            given = {name: setting[name] for name in ("name", "value")}
            site.call(resource, "ecs.PutAccountSetting", **given)


def _block(site: Site, resource: Resource, section: str, what: str, member: str) -> None:
    if not has(resource, section):
        return
    state = doc(resource, section)[member]
    if state == "unblocked":
        site.call(resource, f"ec2.Disable{what}")
    else:
        site.call(resource, f"ec2.Enable{what}", **{member: state})


@finishes("AWS::::Region")
def chosen(site: Site, resource: Resource) -> None:
    """Set what names keys, repositories, log groups or buckets."""
    key = doc(resource, "ebs_kms").get("KmsKeyId", _EBS_KEY)
    if not key.endswith(_EBS_KEY):
        site.call(resource, "ec2.ModifyEbsDefaultKmsKeyId", KmsKeyId=key)
    for section, operation, member in (
        ("registry", "ecr.PutRegistryScanningConfiguration", ""),
        ("replication", "ecr.PutReplicationConfiguration", "replicationConfiguration"),
    ):
        said = doc(resource, section)
        if said.get("rules") or said.get("scanType") == "ENHANCED":
            given = {member: said} if member else said
            site.call(resource, operation, **fitting(operation, given))
    logging = doc(resource, "models").get("loggingConfig")
    if logging:
        site.call(resource, "bedrock.PutModelInvocationLoggingConfiguration", loggingConfig=logging)
