"""How the described account's identities are used: the credential report, Access Advisor, keys, the password policy."""

from __future__ import annotations

import csv
import io

from bench.endpoint.world.iam import user_name
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, saying

COLUMNS = (
    "user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation "
    "mfa_active access_key_1_active access_key_1_last_rotated access_key_1_last_used_date "
    "access_key_1_last_used_region access_key_1_last_used_service access_key_2_active access_key_2_last_rotated "
    "access_key_2_last_used_date access_key_2_last_used_region access_key_2_last_used_service cert_1_active "
    "cert_1_last_rotated cert_2_active cert_2_last_rotated"
).split()
SERVICES = ("s3", "dynamodb", "sqs", "secretsmanager", "logs")


def _row(place: Place, index: int) -> Json:
    console, key = place.yes("console", index, share=0.6), place.yes("access-key", index, share=0.5)
    fresh = 60 if place.yes("key-fresh", index) else 400
    made = dict.fromkeys(COLUMNS, "N/A")
    made |= {
        "user": user_name(place, index),
        "arn": place.iam(f"user/{user_name(place, index)}"),
        "user_creation_time": place.ago(900, "user", index).isoformat(),
        "password_enabled": str(console).lower(),
        "mfa_active": str(place.yes("mfa", index)).lower(),
        "access_key_1_active": str(key).lower(),
        "access_key_2_active": "false",
        "cert_1_active": "false",
        "cert_2_active": "false",
    }
    if console:
        made["password_last_used"] = place.ago(fresh, "password-used", index).isoformat()
        made["password_last_changed"] = place.ago(fresh, "password", index).isoformat()
    if key:
        made["access_key_1_last_rotated"] = place.ago(fresh, "key", index).isoformat()
        made["access_key_1_last_used_date"] = place.ago(30, "key-used", index).isoformat()
        made["access_key_1_last_used_region"] = place.regions[0]
        made["access_key_1_last_used_service"] = "s3"
    return made


@listing
def _report(place: Place) -> bytes:
    root = dict.fromkeys(COLUMNS, "N/A") | {
        "user": "<root_account>", "arn": place.iam("root"), "user_creation_time": place.ago(1500).isoformat(),
        "password_enabled": "not_supported", "password_last_used": "no_information", "mfa_active": "true",
        "access_key_1_active": "false", "access_key_2_active": "false", "cert_1_active": "false",
        "cert_2_active": "false",
    }  # fmt: skip
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows([root, *(_row(place, index) for index in range(place.count("user")))])
    return text.getvalue().encode()


def _credentials(place: Place, _: Params) -> Answer:
    return {"Content": _report(place), "ReportFormat": "text/csv", "GeneratedTime": place.now}


def _job(place: Place, params: Params) -> Answer:
    return {"JobId": place.uuid("advisor", params["Arn"])}


def _accessed(place: Place, params: Params) -> Answer:
    job = params["JobId"]
    services: list[Json] = []
    for name in SERVICES:
        if not place.yes("allowed", job, name, share=0.6):
            continue
        service: Json = {"ServiceName": name.upper(), "ServiceNamespace": name, "TotalAuthenticatedEntities": 0}
        if place.yes("called", job, name, share=0.8):
            last = place.ago(60, "called", job, name)
            service |= {"LastAuthenticated": last, "TotalAuthenticatedEntities": 1}
        services.append(service)
    return {
        "JobStatus": "COMPLETED", "JobType": "SERVICE_LEVEL", "JobCreationDate": place.now,
        "JobCompletionDate": place.now, "ServicesLastAccessed": services,
    }  # fmt: skip


def _ssh(place: Place, params: Params) -> Answer:
    name = params["UserName"]
    if not place.yes("ssh", name, share=0.15):
        return {"SSHPublicKeys": []}
    key = {
        "UserName": name, "SSHPublicKeyId": f"APKA{place.hex(16, 'ssh', name).upper()}",
        "Status": "Active" if place.yes("ssh-active", name) else "Inactive", "UploadDate": place.ago(500, "ssh", name),
    }  # fmt: skip
    return {"SSHPublicKeys": [key]}


def _summary(place: Place, _: Params) -> Answer:
    counted = {
        "Users": "user", "Groups": "group", "Roles": "role", "Policies": "policy", "InstanceProfiles": "profile",
    }  # fmt: skip
    return {"SummaryMap": {
        "AccountMFAEnabled": 1, "AccountPasswordPresent": 1, "AccountAccessKeysPresent": 0,
        "AccountSigningCertificatesPresent": 0, "MFADevices": 1, "MFADevicesInUse": 1, "Providers": 0,
        "ServerCertificates": 0, "PolicyVersionsInUse": place.count("role"),
        **{name: place.count(kind) for name, kind in counted.items()},
    }}  # fmt: skip


def _devices(place: Place, _: Params) -> Answer:
    root = {"UserName": "root", "UserId": place.account, "Arn": place.iam("root"), "Path": "/"}
    root["CreateDate"] = place.ago(1500)  # type: ignore[assignment]
    device = {"SerialNumber": place.iam("mfa/root-account-mfa-device"), "User": root, "EnableDate": place.ago(1000)}
    return {"VirtualMFADevices": [device] if place.yes("root-virtual", share=0.5) else []}


ANSWERS: dict[str, Speaker] = {
    "iam.GenerateCredentialReport": saying(State="COMPLETE"),
    "iam.GetCredentialReport": _credentials,
    "iam.GenerateServiceLastAccessedDetails": _job,
    "iam.GetServiceLastAccessedDetails": _accessed,
    "iam.ListSSHPublicKeys": _ssh,
    "iam.GetAccountSummary": _summary,
    "iam.ListVirtualMFADevices": _devices,
    "iam.GetAccountPasswordPolicy": saying(PasswordPolicy={
        "MinimumPasswordLength": 14, "RequireSymbols": True, "RequireNumbers": True, "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": False, "AllowUsersToChangePassword": True, "ExpirePasswords": True,
        "MaxPasswordAge": 90, "PasswordReusePrevention": 24,
    }),
}  # fmt: skip
