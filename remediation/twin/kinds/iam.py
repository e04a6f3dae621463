"""IAM: managed policies, roles, groups, users and instance profiles.

Whatever carries a policy is made first and given its policies when the ids of which they speak are known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from remediation.twin.later import renamed, waits
from remediation.twin.registry import builds, finishes
from remediation.twin.site import PLACEHOLDER, Site, doc
from remediation.twin.tagging import pairs
from scanner.model.resource import Resource

_NONE = "N/A"
_CODES = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}


def text(document: Any) -> str:
    """Give a policy document as the text that IAM takes."""
    return document if isinstance(document, str) else json.dumps(document)


builds("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")(waits)


@finishes("AWS::IAM::ManagedPolicy")
def managed_policy(site: Site, resource: Resource) -> None:
    """Make the policy with the versions that it has; one of AWS's own is there, in the words that moto knows."""
    policy = doc(resource, "policy")
    versions = {int(item["VersionId"].removeprefix("v")): item for item in policy["PolicyVersionList"]}
    in_force = next(item for item in versions.values() if item["IsDefaultVersion"])
    if resource.id.split(":")[4] == "aws":
        _reword(site, resource, in_force["Document"])
        return
    first = versions.get(1, in_force)
    site.call(
        resource, "iam.CreatePolicy", PolicyName=policy["PolicyName"], Path=policy.get("Path"),
        Description=policy.get("Description"), PolicyDocument=text(first["Document"]), Tags=pairs(resource) or None,
    )  # fmt: skip
    for number in range(2, max(versions) + 1):
        given = text(versions.get(number, in_force)["Document"])
        site.call(resource, "iam.CreatePolicyVersion", PolicyArn=resource.id, PolicyDocument=given, SetAsDefault=True)
        if number - 1 not in versions:
            site.call(resource, "iam.DeletePolicyVersion", PolicyArn=resource.id, VersionId=f"v{number - 1}")
    if versions[max(versions)] is not in_force:
        site.call(resource, "iam.SetDefaultPolicyVersion", PolicyArn=resource.id, VersionId=in_force["VersionId"])


def _reword(site: Site, resource: Resource, document: Any) -> None:
    """Bring a policy of AWS's own up to the version that the account has."""
    found = site.call(resource, "iam.GetPolicy", PolicyArn=resource.id)["Policy"]
    version = found["DefaultVersionId"]
    known = site.call(resource, "iam.GetPolicyVersion", PolicyArn=resource.id, VersionId=version)["PolicyVersion"]
    if known["Document"] != document:
        given = text(document)
        site.call(resource, "iam.CreatePolicyVersion", PolicyArn=resource.id, PolicyDocument=given, SetAsDefault=True)


@builds("AWS::IAM::Role")
def role(site: Site, resource: Resource) -> None:
    """Make the role."""
    said = doc(resource, "role")
    made = site.call(
        resource, "iam.CreateRole", RoleName=said["RoleName"], Path=said["Path"], Description=said.get("Description"),
        AssumeRolePolicyDocument=text(said["AssumeRolePolicyDocument"]), Tags=pairs(resource) or None,
    )["Role"]  # fmt: skip
    site.pair(said["RoleId"], made["RoleId"])


@finishes("AWS::IAM::Role")
def role_policies(site: Site, resource: Resource) -> None:
    """Give the role its policies and its boundary."""
    said, name = doc(resource, "role"), {"RoleName": resource.id}
    if renamed(site, said["AssumeRolePolicyDocument"]):
        trust = text(said["AssumeRolePolicyDocument"])
        site.call(resource, "iam.UpdateAssumeRolePolicy", **name, PolicyDocument=trust)
    _policies(site, resource, "Role", said["RolePolicyList"], said["AttachedManagedPolicies"])
    if boundary := (said.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"):
        site.call(resource, "iam.PutRolePermissionsBoundary", **name, PermissionsBoundary=boundary)


def _policies(
    site: Site, resource: Resource, what: str, inline: Iterable[dict[str, Any]], attached: Iterable[dict[str, Any]]
) -> None:
    name = {f"{what}Name": resource.id}
    for item in inline:
        given = {"PolicyName": item["PolicyName"], "PolicyDocument": text(item["PolicyDocument"])}
        site.call(resource, f"iam.Put{what}Policy", **name, **given)
    for item in attached:
        site.call(resource, f"iam.Attach{what}Policy", **name, PolicyArn=item["PolicyArn"])


@builds("AWS::IAM::InstanceProfile")
def instance_profile(site: Site, resource: Resource) -> None:
    """Make the profile and put the role into it."""
    said, name = doc(resource, "profile"), {"InstanceProfileName": resource.id}
    operation = "iam.CreateInstanceProfile"
    made = site.call(resource, operation, **name, Path=said.get("Path"), Tags=pairs(resource) or None)
    site.pair(said["InstanceProfileId"], made["InstanceProfile"]["InstanceProfileId"])
    for item in said["Roles"]:
        site.call(resource, "iam.AddRoleToInstanceProfile", **name, RoleName=item["RoleName"])


@builds("AWS::IAM::Group")
def group(site: Site, resource: Resource) -> None:
    """Make the group."""
    said = doc(resource, "group")
    made = site.call(resource, "iam.CreateGroup", GroupName=resource.id, Path=said.get("Path"))["Group"]
    site.pair(said["GroupId"], made["GroupId"])


@finishes("AWS::IAM::Group")
def group_policies(site: Site, resource: Resource) -> None:
    """Give the group its policies."""
    said = doc(resource, "group")
    _policies(site, resource, "Group", said["GroupPolicyList"], said["AttachedManagedPolicies"])


@builds("AWS::IAM::User")
def user(site: Site, resource: Resource) -> None:
    """Make the user with password, MFA device and keys, as the credential report tells of them."""
    said, name = doc(resource, "user"), {"UserName": resource.id}
    made = site.call(resource, "iam.CreateUser", **name, Path=said.get("Path"), Tags=pairs(resource) or None)["User"]
    site.pair(said["UserId"], made["UserId"])
    report = doc(resource, "report")
    if report.get("password_enabled") == "true":
        site.call(resource, "iam.CreateLoginProfile", **name, Password=f"{PLACEHOLDER}-Aa1!")
    if report.get("mfa_active") == "true":
        device = site.call(resource, "iam.CreateVirtualMFADevice", VirtualMFADeviceName=resource.id)
        serial = device["VirtualMFADevice"]["SerialNumber"]
        site.call(resource, "iam.EnableMFADevice", **name, SerialNumber=serial, **_CODES)
    for number in (1, 2):
        _key(site, resource, report, number)
    for ssh in doc(resource, "ssh") or ():
        key = site.call(resource, "iam.UploadSSHPublicKey", **name, SSHPublicKeyBody=f"ssh-rsa {PLACEHOLDER}")
        site.pair(ssh["SSHPublicKeyId"], key["SSHPublicKey"]["SSHPublicKeyId"])
        given = {"SSHPublicKeyId": ssh["SSHPublicKeyId"], "Status": ssh["Status"]}
        site.call(resource, "iam.UpdateSSHPublicKey", **name, **given)


def _key(site: Site, resource: Resource, report: dict[str, str], number: int) -> None:
    """Make an access key; one that was never there, or is gone, leaves no moment of rotation."""
    active = report.get(f"access_key_{number}_active") == "true"
    if not active and report.get(f"access_key_{number}_last_rotated", _NONE) == _NONE:
        return
    made = site.call(resource, "iam.CreateAccessKey", UserName=resource.id)["AccessKey"]
    if not active:
        given = {"AccessKeyId": made["AccessKeyId"], "Status": "Inactive"}
        site.call(resource, "iam.UpdateAccessKey", UserName=resource.id, **given)


@finishes("AWS::IAM::User")
def user_policies(site: Site, resource: Resource) -> None:
    """Put the user into its groups and give it its policies."""
    said = doc(resource, "user")
    for name in said["GroupList"]:
        site.call(resource, "iam.AddUserToGroup", UserName=resource.id, GroupName=name)
    _policies(site, resource, "User", said.get("UserPolicyList") or (), said["AttachedManagedPolicies"])
