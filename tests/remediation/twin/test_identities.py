"""IAM identities are rebuilt with all that they may do."""

from __future__ import annotations

import pytest

from tests.remediation.twin.twinned import ACCOUNT, TAGS, TRUST, Clients, Rebuilt, policy, rebuilt, serving

READING = f"arn:aws:iam::{ACCOUNT}:policy/team/reading"
OF_AWS = "arn:aws:iam::aws:policy/"


def _roles(client: Clients) -> None:
    iam = client("iam")
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    opens = policy(Action="kms:Decrypt", Resource=key)
    iam.create_policy(PolicyName="reading", Path="/team/", PolicyDocument=opens, Tags=TAGS)
    for number in range(2, 5):
        reads = policy(Action="s3:Get*", Resource=f"arn:aws:s3:::bucket-{number}")
        iam.create_policy_version(PolicyArn=READING, PolicyDocument=reads, SetAsDefault=number == 3)
    iam.delete_policy_version(PolicyArn=READING, VersionId="v2")
    iam.create_role(RoleName="task-role", Path="/task/", AssumeRolePolicyDocument=TRUST, Tags=TAGS)
    iam.put_role_policy(RoleName="task-role", PolicyName="own", PolicyDocument=opens)
    iam.attach_role_policy(RoleName="task-role", PolicyArn=READING)
    iam.attach_role_policy(RoleName="task-role", PolicyArn=f"{OF_AWS}AmazonS3ReadOnlyAccess")
    iam.put_role_permissions_boundary(RoleName="task-role", PermissionsBoundary=READING)
    iam.create_instance_profile(InstanceProfileName="hosts", Tags=TAGS)
    iam.add_role_to_instance_profile(InstanceProfileName="hosts", RoleName="task-role")


def _people(client: Clients) -> None:
    iam = client("iam")
    everything = policy(Action="*", Resource="*")
    iam.create_group(GroupName="people", Path="/ward/")
    iam.put_group_policy(GroupName="people", PolicyName="own", PolicyDocument=everything)
    iam.attach_group_policy(GroupName="people", PolicyArn=f"{OF_AWS}ReadOnlyAccess")
    iam.create_user(UserName="nurse", Tags=TAGS)
    iam.add_user_to_group(UserName="nurse", GroupName="people")
    iam.create_login_profile(UserName="nurse", Password="Aa1!Aa1!Aa1!Aa1")
    iam.put_user_policy(UserName="nurse", PolicyName="own", PolicyDocument=everything)
    iam.attach_user_policy(UserName="nurse", PolicyArn=READING)
    iam.create_access_key(UserName="nurse")
    key = iam.create_access_key(UserName="nurse")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="nurse", AccessKeyId=key, Status="Inactive")
    key = iam.upload_ssh_public_key(UserName="nurse", SSHPublicKeyBody="ssh-rsa x")["SSHPublicKey"]["SSHPublicKeyId"]
    iam.update_ssh_public_key(UserName="nurse", SSHPublicKeyId=key, Status="Inactive")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}
    iam.enable_mfa_device(UserName="nurse", SerialNumber=device, **codes)


def _seed(client: Clients) -> None:
    _roles(client)
    _people(client)


@pytest.fixture(scope="module")
def twin() -> Rebuilt:
    """Rebuild a role with its profile, and a user with its group."""
    with serving() as server:
        kinds = ("User", "Group", "Role", "ManagedPolicy", "InstanceProfile", "Policy")
        return rebuilt(server, _seed, *(f"IAM::{kind}" for kind in kinds), "KMS::Key")


def test_identities_are_rebuilt_as_they_were(twin: Rebuilt) -> None:
    assert twin.lacking == {}
    assert twin.differing == []


def test_what_was_set_was_seen_before(twin: Rebuilt) -> None:
    (own,) = (each for each in twin.of("IAM::ManagedPolicy") if each.id == READING)
    (user,) = twin.of("IAM::User")
    versions = sorted(item["VersionId"] for item in own.sections["policy"].doc["PolicyVersionList"])
    report = user.sections["report"].doc
    assert versions == ["v1", "v3", "v4"]
    assert [report[f"access_key_{number}_active"] for number in (1, 2)] == ["true", "false"]
    assert len(twin.of("IAM::Policy")) == 6
