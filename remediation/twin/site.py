"""Where a twin is built: calls to its moto, in the accounts and Regions of the originals."""

from __future__ import annotations

from functools import cache
from typing import Any

from remediation.twin.pairs import Pairs
from remediation.twin.standin import PLACEHOLDER, standing_in
from scanner.model.resource import Resource, SectionState

__all__ = [
    "HOME",
    "PLACEHOLDER",
    "Site",
    "UnbuiltError",
    "doc",
    "fitting",
    "has",
    "input_shape",
    "method",
    "revealed",
    "said",
]

HOME = "us-east-1"


class UnbuiltError(Exception):
    """A resource cannot be rebuilt: the message names the call and why."""


class Site:
    """A moto that is being filled with a twin: `call` acts in a resource's account and Region."""

    def __init__(self, url: str) -> None:
        """Build at the endpoint `url`."""
        self.url = url
        self.pairs = Pairs()
        self.made: dict[tuple[str, str], dict[str, Any]] = {}
        self._sessions: dict[str, Any] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}

    def pair(self, real: Any, made: Any) -> None:
        """Let an id or ARN that moto chose stand for the account's."""
        self.pairs.pair(str(real or ""), str(made or ""))

    def call(self, at: Resource, operation: str, region: str = "", **parameters: Any) -> dict[str, Any]:
        """Make one call in the account and Region of `at`; ids of the account in the parameters become the twin's.

        Parameters that are None are left out; what was redacted becomes a placeholder.

        Raises:
            UnbuiltError: moto lacks the operation or refuses it.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        service, _, action = operation.partition(".")
        client = self.client(at.account, service, region or at.region)
        given = self.pairs.made(revealed({name: value for name, value in parameters.items() if value is not None}))
        try:
            answer: dict[str, Any] = getattr(client, method(client, action))(**given)
        except (ClientError, BotoCoreError, ResponseParserError) as error:
            raise UnbuiltError(f"{operation}: {said(error)}") from error
        return answer

    def credentials(self, account: str) -> dict[str, str]:
        """Give keys that act in an account of the twin, as boto3's clients take them."""
        if account not in self._sessions:
            import boto3

            base = boto3.client(
                "sts", region_name=HOME, endpoint_url=self.url, aws_access_key_id="AKIATWIN",
                aws_secret_access_key="twin",  # noqa: S106  moto asks for no signature
            )  # fmt: skip
            role = f"arn:aws:iam::{account}:role/twin"
            given = base.assume_role(RoleArn=role, RoleSessionName="rehearsal")["Credentials"]
            self._sessions[account] = {
                "aws_access_key_id": given["AccessKeyId"],
                "aws_secret_access_key": given["SecretAccessKey"],
                "aws_session_token": given["SessionToken"],
            }
        found: dict[str, str] = self._sessions[account]
        return found

    def client(self, account: str, service: str, region: str) -> Any:
        """Give boto3's client of a service in an account and Region of the twin; `global` is the home Region."""
        import boto3
        from botocore.config import Config

        from scanner.aws.endpoints import own_endpoint

        key = (account, service, HOME if region == "global" else region)
        if key not in self._clients:
            made = own_endpoint(boto3.client(
                service, region_name=key[2], endpoint_url=self.url, **self.credentials(account),
                config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
            ))  # fmt: skip
            self._clients[key] = made
        return self._clients[key]


def doc(resource: Resource, section: str) -> Any:
    """Give the answer of a section, or an empty map where there is none."""
    found = resource.sections.get(section)
    return found.doc if found is not None and found.state is SectionState.OK and found.doc is not None else {}


def has(resource: Resource, section: str) -> bool:
    """Say whether a section was answered."""
    found = resource.sections.get(section)
    return found is not None and found.state is SectionState.OK


def fitting(operation: str, document: Any, *without: str) -> dict[str, Any]:
    """Keep of a document what an operation takes as input, member by member, as botocore's model names them."""
    service, _, action = operation.partition(".")
    shape = input_shape(service, action)
    kept = _kept(shape, document)
    return {name: value for name, value in (kept or {}).items() if name not in without}


@cache
def input_shape(service: str, action: str) -> Any:
    """Give botocore's shape of what an operation takes."""
    import botocore.session

    return botocore.session.get_session().get_service_model(service).operation_model(action).input_shape


def _kept(shape: Any, value: Any) -> Any:
    if isinstance(value, dict) and "$redacted" in value:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        found = {name: _kept(member, value[name]) for name, member in shape.members.items() if name in value}
        return {name: item for name, item in found.items() if item is not None}
    if shape.type_name == "list" and isinstance(value, list):
        return [_kept(shape.member, item) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: _kept(shape.value, item) for name, item in value.items()}
    return value


def revealed(value: Any) -> Any:
    """Put what stands for a value where it was redacted as it was read."""
    if isinstance(value, dict):
        return standing_in(value) if "$redacted" in value else {name: revealed(item) for name, item in value.items()}
    return [revealed(item) for item in value] if isinstance(value, list | tuple) else value


@cache
def _methods(service: str) -> dict[str, str]:
    import botocore.session
    from botocore import xform_name

    model = botocore.session.get_session().get_service_model(service)
    return {name: xform_name(name) for name in model.operation_names}


def method(client: Any, action: str) -> str:
    """Name the method of a client by the API's name of the operation."""
    return _methods(client.meta.service_model.service_name)[action]


def said(error: Exception) -> str:
    """Say an error of botocore's in one line."""
    given = getattr(error, "response", {}).get("Error", {})
    code, message = str(given.get("Code", type(error).__name__)), str(given.get("Message", error))
    return " ".join(f"{code}: {message}".split())[:300]
