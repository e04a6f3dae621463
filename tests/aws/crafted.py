"""What of the synthetic answers is written by hand: answers that must fit others, and the words that names hold."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from scanner.engine.examples import ACCOUNT, AS_OF

IMAGES = {
    "one": ("root", "amd64"),
    "two": ("1000", "amd64"),
}
"""The users of the images: those of `many` have an index over both."""


def _config(name: str) -> bytes:
    user, architecture = IMAGES[name]
    return json.dumps({"os": "linux", "architecture": architecture, "config": {"User": user}}).encode()


def _sha(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


BLOBS = {_sha(_config(name)): _config(name) for name in IMAGES}
MANIFESTS = {name: json.dumps({"config": {"digest": _sha(_config(name))}}) for name in IMAGES}
MANIFESTS["many"] = json.dumps({
    "manifests": [
        {"digest": _sha(MANIFESTS[name].encode()), "platform": {"os": "linux", "architecture": architecture}}
        for name, architecture in (("one", "amd64"), ("two", "arm64"))
    ]
})  # fmt: skip
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def fetch(url: str) -> bytes:
    """Download what `GetDownloadUrlForLayer` pointed at."""
    return BLOBS[url.removeprefix("https://layers.test/")]


def _images(params: Mapping[str, Any]) -> dict[str, Any]:
    wanted = params["imageIds"][0]
    name = wanted.get("imageTag") or next(
        name for name, text in MANIFESTS.items() if _sha(text.encode()) == wanted["imageDigest"]
    )
    text = MANIFESTS[name]
    media = INDEX if name == "many" else MANIFEST
    identity = {"imageDigest": _sha(text.encode())}
    return {"images": [{"imageManifest": text, "imageManifestMediaType": media, "imageId": identity}], "failures": []}


def _report(_: Mapping[str, Any]) -> dict[str, Any]:
    columns = (
        "user,arn,password_enabled,mfa_active,access_key_1_active,access_key_1_last_rotated,"
        "access_key_2_active,access_key_2_last_rotated,password_last_used,access_key_1_last_used_date,"
        "access_key_2_last_used_date,password_last_changed"
    )
    rows = [
        f"u{n},arn:aws:iam::{ACCOUNT}:iam/x{n},true,{flag},{flag},2026-01-01T00:00:00+00:00,"
        "false,N/A,N/A,N/A,N/A,2026-10-01T00:00:00+00:00"
        for n, flag in ((1, "true"), (2, "false"))
    ]
    return {"Content": base64.b64encode("\n".join([columns, *rows]).encode()).decode()}


def _bus(params: Mapping[str, Any]) -> dict[str, Any]:
    name = params["EventBusName"]
    arn = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{name}/nightly"
    return {"Rules": [{"Name": "nightly", "Arn": arn, "EventBusName": name, "State": "ENABLED"}]}


def _metrics(params: Mapping[str, Any]) -> dict[str, Any]:
    days = [(AS_OF - timedelta(hours=hour)).isoformat().replace("+00:00", "Z") for hour in range(24)]
    rows = [
        {"Id": query["Id"], "StatusCode": "Complete", "Timestamps": days, "Values": [1.0] * 24}
        for query in params["MetricDataQueries"]
    ]
    return {"MetricDataResults": rows}


CRAFTED: Mapping[str, Any] = {
    "cloudwatch.GetMetricData": _metrics,
    "ecr.BatchGetImage": _images,
    "ecr.GetDownloadUrlForLayer": lambda params: {"downloadUrl": f"https://layers.test/{params['layerDigest']}"},
    "events.ListRules": _bus,
    "iam.GenerateCredentialReport": lambda _: {"State": "COMPLETE"},
    "iam.GetCredentialReport": _report,
}
"""Answers that must fit others to the byte."""

POLICIES = (
    {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"},
    {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["iam:PassRole"], "Resource": "arn:aws:iam::1:role/x"},
    {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
    {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"},
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
)
NUMBERS = (1, 2, 22, 80, 443, 3389)
WORDS: Mapping[str, tuple[str, ...]] = {
    "agentversion": ("1.106.2", "1.0.0"),
    "autoscalinggroupname": ("autoscalinggroupname-1",),
    "bucketregion": ("", "us-east-1"),
    "cidr": ("10.0.0.0/8", "0.0.0.0/0"),
    "cidrblock": ("10.0.0.0/16", "10.32.0.0/16"),
    "cidrip": ("0.0.0.0/0", "10.0.0.0/8"),
    "cidripv6": ("::/0",),
    "cloudwatch.metricname": ("TunnelState",),
    "cloudwatch.namespace": ("AWS/VPN",),
    "cloudwatchlogsloggrouparn": (f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:loggroupname-1:*",),
    "compliancetype": ("Patch", "Association"),
    "creationdate": ("2026-10-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z"),
    "customerkeyspec": ("SYMMETRIC_DEFAULT",),
    "dbinstances.dbclusteridentifier": ("", "dbclusteridentifier-1"),
    "desiredstatus": ("RUNNING",),
    "destinationcidrblock": ("0.0.0.0/0", "10.1.0.0/16"),
    "dimensions.name": ("VpnId",),
    "dimensions.value": ("vpnconnectionid-1", "vpnconnectionid-2"),
    "drop": ("ALL", "CHOWN"),
    "ec2instanceid": ("i-1", "i-2"),
    "ecs.status": ("ACTIVE",),
    "elb.protocol": ("HTTPS", "HTTP"),
    "elbv2.protocol": ("HTTPS", "HTTPS", "HTTP"),
    "executionrolearn": (f"arn:aws:iam::{ACCOUNT}:iam/x1",),
    "filterpattern": ('{ $.userIdentity.type = "Root" }',),
    "flowlogstatus": ("ACTIVE",),
    "gatewayid": ("internetgatewayid-1", "local"),
    "groupname": ("default", "web"),
    "iam.jobid": ("01234567-89ab-cdef-0123-456789abcdef",),
    "iam.jobstatus": ("COMPLETED",),
    "iaminstanceprofile.arn": (f"arn:aws:iam::{ACCOUNT}:iam/x1",),
    "image": tuple(f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web:{name}" for name in ("one", "two", "many")),
    "imagedigest": ("",),
    "instanceid": ("i-1", "i-2"),
    "instanceprofilename": ("instanceprofilename-1",),
    "ipprotocol": ("tcp", "-1"),
    "keymanager": ("CUSTOMER", "AWS", "CUSTOMER"),
    "keyspec": ("SYMMETRIC_DEFAULT",),
    "keystate": ("Enabled",),
    "locationconstraint": ("eu-west-1",),
    "networkmode": ("awsvpc", "awsvpc", "host"),
    "operatingsystemfamily": ("LINUX",),
    "operator.principal": ("",),
    "origin": ("AWS_KMS",),
    "outsideipaddress": ("198.51.100.1", "198.51.100.2"),
    "ownerid": (ACCOUNT,),
    "registryid": (ACCOUNT,),
    "resourceid": ("vpcid-1",),
    "rds.snapshottype": ("manual",),
    "rds.engine": ("postgres", "mysql"),
    "rolearn": (f"arn:aws:iam::{ACCOUNT}:iam/x1", f"arn:aws:iam::{ACCOUNT}:iam/x2"),
    "scheduler.state": ("ENABLED",),
    "schedulingstrategy": ("REPLICA",),
    "securitygroup": ("groupid-1", "groupid-2"),
    "settings.name": ("containerInsights",),
    "settings.value": ("enabled", "disabled"),
    "sslpolicy": ("name-1", "name-2"),
    "sslprotocol": ("TLSv1.2", "TLSv1.3", "TLSv1"),
    "state.name": ("running",),
    "ssm.resourceid": ("i-1", "i-2"),
    "statetransitionreason": ("User initiated (2026-10-10 13:14:21 GMT)",),
    "subnet": ("subnetid-1", "subnetid-2"),
    "target.arn": (f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/x1",),
    "taskrolearn": (f"arn:aws:iam::{ACCOUNT}:iam/x1", f"arn:aws:iam::{ACCOUNT}:iam/x2"),
    "user": ("root", "1000", ""),
    "vpnconnections.state": ("available",),
}
"""Values for strings of these names: anywhere, in one service, or in one member."""
BY_NUMBER = frozenset({"instanceid", "outsideipaddress"})
"""Strings of these names that differ from item to item."""
PAIRS = frozenset({"VgwTelemetry", "TunnelOptions"})
"""Lists of two: a VPN connection has two tunnels."""
