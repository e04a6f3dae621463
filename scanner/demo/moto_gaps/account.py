"""Small gaps of STS, KMS, ELB, CloudTrail and SSM, and the cost of finding a request's account."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

import moto.core.responses
import moto.iam.models
from moto.cloudtrail.models import Trail
from moto.core.utils import utcnow
from moto.elbv2.models import FakeListener, FakeLoadBalancer
from moto.iam.models import iam_backends
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse
from moto.ssm.responses import SimpleSystemManagerResponse
from moto.ssm.utils import parameter_arn
from moto.sts.responses import TokenResponse

from scanner.demo.clock import machine_time
from scanner.demo.moto_gaps.graft import after

EXTENDS: frozenset[str] = frozenset(
    {
        "cloudtrail.CreateTrail",
        "elbv2.CreateListener",
        "elbv2.CreateLoadBalancer",
        "kms.CreateAlias",
        "kms.GetKeyRotationStatus",
        "ssm.DescribeParameters",
        "sts.AssumeRole",
    }
)
"""The operations that this module answers, or whose answer or outcome it changes."""

_MANAGEMENT_ACCOUNT = "123456789012"
_ROTATION_PERIOD = timedelta(days=365)
# ELBv2 load balancer attributes of a new Application Load Balancer (API_LoadBalancerAttribute).
_BALANCER_ATTRIBUTES = {
    "access_logs.s3.enabled": "false",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "ipv6.deny_all_igw_traffic": "false",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}


def _expire_by_machine_time(_response: Any, answer: Any, *_args: Any) -> Any:
    """AssumeRole: clients judge the expiry by their own clock, not by the demo's."""
    expiry = datetime.fromtimestamp(machine_time(), timezone.utc) + timedelta(hours=1)  # noqa: UP017 - the exchanged class
    answer.result["Credentials"].expiration = expiry.replace(tzinfo=None)
    return answer


def _with_period(response: Any, answer: str, *_args: Any) -> str:
    """GetKeyRotationStatus: moto leaves out the period and the next date of a key that rotates."""
    status = json.loads(answer)
    if status["KeyRotationEnabled"]:
        following = utcnow() + _ROTATION_PERIOD
        status |= {"RotationPeriodInDays": _ROTATION_PERIOD.days, "NextRotationDate": following.timestamp()}
    status["KeyId"] = response.kms_backend.describe_key(response._get_param("KeyId")).arn  # noqa: SLF001
    return json.dumps(status)


def _managed_by_aws(backend: Any, alias: Any, target_key_id: str, alias_name: str) -> Any:
    """CreateAlias: the key behind alias/aws/ebs, which moto makes of itself, is AWS's and rotates."""
    if alias_name.startswith("alias/aws/"):
        key = backend.keys[backend.get_key_id(target_key_id)]
        key.key_manager, key.key_rotation_status = "AWS", True
    return alias


def _account_of_key(access_key: str) -> str:
    """Find a key's account in the commercial partition alone; moto builds an IAM backend per partition to search."""
    for account, backends in list(iam_backends.items()):
        if access_key in backends["aws"].access_keys:
            return account
    return _MANAGEMENT_ACCOUNT


def _default_attributes(balancer: Any, _nothing: None, *_args: Any, **_kwargs: Any) -> None:
    balancer.attrs = _BALANCER_ATTRIBUTES | balancer.attrs
    balancer.attrs["load_balancing.cross_zone.enabled"] = "true" if balancer.type == "application" else "false"


def _with_arn(response: Any, answer: Any) -> Any:
    """DescribeParameters: moto leaves out the ARN."""
    for parameter in answer.result["Parameters"]:
        parameter["ARN"] = parameter_arn(response.current_account, response.region, parameter["Name"])
    return answer


def _no_policy_without_tls(listener: Any, _nothing: None, *_args: Any, **_kwargs: Any) -> None:
    """CreateListener: moto gives an HTTP listener a TLS policy."""
    if listener.protocol not in {"HTTPS", "TLS"}:
        listener.ssl_policy = None


def _management_events(trail: Any, _nothing: None, *_args: Any, **_kwargs: Any) -> None:
    """CreateTrail: moto's new trail has no event selector, AWS's logs all management events."""
    everything = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    trail.event_selectors = [{**everything, "DataResources": [], "ExcludeManagementEventSources": []}]


def install() -> None:
    """Extend the answers of the small services, and look up accounts and actions at no great cost."""
    after(TokenResponse, "assume_role", _expire_by_machine_time)
    after(KmsResponse, "get_key_rotation_status", _with_period)
    after(KmsBackend, "create_alias", _managed_by_aws)
    after(FakeLoadBalancer, "__init__", _default_attributes)
    after(FakeListener, "__init__", _no_policy_without_tls)
    after(SimpleSystemManagerResponse, "describe_parameters", _with_arn)
    after(Trail, "__init__", _management_events)
    moto.iam.models.get_account_id_from = _account_of_key
    responses: Any = moto.core.responses
    responses.method_names_from_class = cache(responses.method_names_from_class)
