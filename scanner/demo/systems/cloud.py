"""One account of the demo, and the small words that every system is built with: clients, tags, roles, keys."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from scanner.demo.systems.policies import assumed_by, document

if TYPE_CHECKING:
    from datetime import datetime

HOME = "us-east-1"
RECOVERY = "us-west-2"
REGIONS = (HOME, RECOVERY)
Tags = Mapping[str, str]
_LOADING = threading.Lock()


class Cloud:
    """An account: boto3 clients that act in it, made once each."""

    def __init__(self, url: str, account: str, name: str, credentials: Mapping[str, str]) -> None:
        """Act in `account` at the endpoint `url` with an access key, a secret key and, for a role, a session token."""
        self.account = account
        self.name = name
        self.now: datetime
        self._url = url
        self._credentials = dict(credentials)
        self._clients: dict[tuple[str, str], Any] = {}
        self._tokens = count()
        self._origin: tuple[str, str] | None = None
        self._occasion = account

    def come_from(self, address: str, agent: str, occasion: str) -> None:
        """Call from an address with a tool's `User-Agent`; `occasion` makes idempotency tokens of their own."""
        self._origin = (address, agent)
        self._occasion = f"{self.account}/{occasion}"

    def client(self, service: str, region: str = HOME) -> Any:
        """boto3's client of a service in a Region."""
        import boto3
        from botocore.config import Config

        with _LOADING:
            if (service, region) not in self._clients:
                client = boto3.client(
                    service,
                    region_name=region,
                    endpoint_url=self._url,
                    config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
                    **self._credentials,
                )
                client.meta.events.register_first("before-parameter-build", self._same_tokens)
                client.meta.events.register("before-send", self._say_origin)
                if service == "s3control":
                    client.meta.events.register("before-sign.s3-control", _without_account_in_host)
                self._clients[service, region] = client
            return self._clients[service, region]

    def _same_tokens(self, params: dict[str, Any], model: Any, **_more: Any) -> None:
        """Give idempotency tokens that are the same in every run, where boto3 would draw them."""
        for member in model.idempotent_members:
            params.setdefault(member, str(uuid5(NAMESPACE_URL, f"{self._occasion}/{next(self._tokens)}")))

    def _say_origin(self, request: Any, **_more: Any) -> None:
        """Say where a call comes from, where that was given."""
        if self._origin:
            del request.headers["User-Agent"]
            request.headers["X-Forwarded-For"], request.headers["User-Agent"] = self._origin

    def arn(self, service: str, resource: str, region: str = HOME) -> str:
        """The ARN of a resource of this account; IAM's carry no Region."""
        return f"arn:aws:{service}:{'' if service == 'iam' else region}:{self.account}:{resource}"


def _without_account_in_host(request: Any, **_more: Any) -> None:
    """S3 Control puts the account before the host name, which loopback cannot resolve."""
    scheme, _, rest = request.url.partition("://")
    label, _, host = rest.partition(".")
    if label.isdigit() and len(label) == len("123456789012"):
        request.url = f"{scheme}://{host}"


def tagged(
    name: str, environment: str, *, phi: bool = False, owner: str = "platform", role: str = ""
) -> dict[str, str]:
    """The tags of the house: Name, environment, owner, and where they apply the classification and the role."""
    optional = {"data-classification": "phi" if phi else "", "role": role}
    return {"Name": name, "environment": environment, "owner": owner} | {k: v for k, v in optional.items() if v}


def pairs(tags: Tags, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as most APIs want them; ECS wants them in small letters, KMS by other names."""
    return [{key: name, value: text} for name, text in tags.items()]


def specification(resource_type: str, tags: Tags) -> list[dict[str, Any]]:
    """Tags as EC2 wants them at creation."""
    return [{"ResourceType": resource_type, "Tags": pairs(tags)}]


def role(
    cloud: Cloud,
    name: str,
    services: Sequence[str],
    *,
    managed: Sequence[str] = (),
    inline: Mapping[str, Any] | None = None,
    only_own_account: bool = False,
    tags: Tags | None = None,
) -> str:
    """Make a role that `services` may assume; answers its ARN."""
    iam = cloud.client("iam")
    condition = {"StringEquals": {"aws:SourceAccount": cloud.account}} if only_own_account else None
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(document(assumed_by(services, condition))),
        Tags=pairs(tags or tagged(name, "production")),
    )
    for arn in managed:
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    for title, statement in (inline or {}).items():
        iam.put_role_policy(RoleName=name, PolicyName=title, PolicyDocument=json.dumps(document(statement)))
    answer: str = made["Role"]["Arn"]
    return answer


def instance_profile(cloud: Cloud, role_name: str) -> str:
    """Make the instance profile of a role, with the role's name; answers that name."""
    iam = cloud.client("iam")
    iam.create_instance_profile(InstanceProfileName=role_name)
    iam.add_role_to_instance_profile(InstanceProfileName=role_name, RoleName=role_name)
    return role_name


def key(cloud: Cloud, alias: str, *, rotates: bool, tags: Tags, region: str = HOME) -> str:
    """Make a customer managed symmetric key with an alias; answers its ARN."""
    kms = cloud.client("kms", region)
    made = kms.create_key(Description=tags["Name"], Tags=pairs(tags, "TagKey", "TagValue"))["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/{alias}", TargetKeyId=made["KeyId"])
    if rotates:
        kms.enable_key_rotation(KeyId=made["KeyId"])
    answer: str = made["Arn"]
    return answer
