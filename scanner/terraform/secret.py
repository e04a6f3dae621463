"""Redacts what a plan or a state says, as it is read: by Terraform's own marks, and by the names of attributes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.user_data import user_data_secret
from scanner.model.planned import UNKNOWN
from scanner.model.secret import REDACTED, Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.engine.redact import Redactor

PLAIN = Secret("", detect=False)
VALUE = Secret("", label="name")
MESSAGE = Secret("", only_detected=True)
USER_DATA = user_data_secret("")
HASHED = re.compile(r"[0-9a-f]{40}")
"""User data as the provider keeps it before version 6: only its SHA-1."""

_NAMED = re.compile(
    r"password|passwd|secret_(?:string|binary|key)|client_secret|^secret$|private_key|preshared_key|auth_key|auth_token|"
    r"access_token|api_key$|^token$|customer_gateway_configuration|router_config|smtp_password"
)
_SCRIPTS = frozenset(("user_data", "user_data_base64"))
_MESSAGES = frozenset(("input", "input_template", "content"))
_MAPS = frozenset(("environment", "environment_variables", "environment_variable", "default_environment_variables"))


class Secrets:
    """Redacts the values of one document; the same value under the same name is examined once."""

    def __init__(self, redactor: Redactor) -> None:
        """Take what makes the hashes."""
        self._redactor = redactor
        self._known: dict[tuple[int, str, str], Any] = {}

    def marked(self, value: Any) -> Any:
        """Give what stands for a value that Terraform marks as sensitive: no fact can be read from it."""
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        return {UNKNOWN: "Terraform marks it as sensitive, so it was not kept", **self._hashed(text, PLAIN, "")}

    def named(self, type: str, key: str, value: Any, label: str = "") -> Any:
        """Give a text as it may be kept, by the name of the attribute that holds it."""
        if not isinstance(value, str) or not value:
            return value
        secret = _secret_of(type, key)
        if key == "container_definitions" and type == "aws_ecs_task_definition":
            return self._containers(value)
        if secret is USER_DATA and HASHED.fullmatch(value):
            return {UNKNOWN: "Terraform keeps only a hash of the user data", **self._hashed(value, PLAIN, "")}
        return value if secret is None else self._hashed(value, secret, label or key)

    def within(self, key: str) -> bool:
        """Say whether all texts within an attribute are secret, as environment variables are."""
        return key in _MAPS

    def variable(self, value: Any, label: str) -> Any:
        """Give what stands for the text of an environment variable."""
        return self._hashed(value, VALUE, label) if isinstance(value, str) else value

    def _hashed(self, text: str, secret: Secret, label: str) -> Any:
        place = (id(secret), label, text)
        if place not in self._known:
            self._known[place] = self._redactor.value(text, secret, label)
        return self._known[place]

    def _containers(self, text: str) -> Any:
        place = (0, "containers", text)
        if place not in self._known:
            try:
                given = json.loads(text)
            except (ValueError, RecursionError):
                return self.marked(text)
            doc = {"taskDefinition": {"containerDefinitions": _in_api_words(given)}}
            self._redactor.section(TaskDefinition, "described", doc)
            self._known[place] = json.dumps(doc["taskDefinition"]["containerDefinitions"])
        return self._known[place]


def _secret_of(type: str, key: str) -> Secret | None:
    if key in _SCRIPTS:
        return USER_DATA
    if _NAMED.search(key) or (key in {"value", "insecure_value", "value_wo"} and type == "aws_ssm_parameter"):
        return PLAIN
    return MESSAGE if key in _MESSAGES else None


_NESTED = frozenset(("environment", "healthCheck", "logConfiguration"))


def _in_api_words(given: Any) -> Any:
    """Begin names with a small letter, as the API does; the provider takes either."""
    if isinstance(given, list):
        return [_in_api_words(item) for item in given]
    if not isinstance(given, dict):
        return given
    named: Mapping[str, Any] = {key[:1].lower() + key[1:]: value for key, value in given.items()}
    return {key: _in_api_words(value) if key in _NESTED else value for key, value in named.items()}


def is_redacted(value: Any) -> bool:
    """Say whether a value was replaced."""
    return isinstance(value, dict) and REDACTED in value
