"""Redaction at the moment of reading: what is kept of a value, and what is not; which texts detectors take for secrets.

The secrets here are put together as the test runs, so that no scanner finds one in this file.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from scanner.engine.detect import detectors
from scanner.engine.normalise import canonical
from scanner.engine.redact import Redactor, detected
from scanner.model.call import each
from scanner.model.kind import Kind, fact
from scanner.model.secret import REDACTED, Secret, from_base64

PASSWORD = "Tr0ub4dor" + "-and-3"
HEX = hashlib.sha256(b"seed").hexdigest()

SECRETS = {
    "an access key": ("AKIA" + "QYLPMN5HFIQR7XYA", "", "AWS Access Key"),
    "a secret access key": (
        "aws_secret_access_key = " + "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYzzzzzzzKEY", "", "Secret Keyword"),
    "a private key": ("-----BEGIN RSA " + "PRIVATE KEY-----", "", "Private Key"),
    "a token of GitHub": ("ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3gH5", "", "GitHub Token"),
    "a token of Slack": ("xoxb-" + "123456789012-1234567890123-aBcDeFgHiJkLmNoPqRsTuVwX", "", "Slack Token"),
    "a key of Stripe": ("sk_live_" + "aB3dE5gH7jK9mN1pQ3sT5vW7", "", "Stripe Access Key"),
    "a JSON web token": (
        "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "", "JSON Web Token"),
    "a password in an address": ("postgres://claims:" + "Tr0ub4dor3xyz" + "@db/claims", "", "Basic Auth Credentials"),
    "a word under a telling name": (PASSWORD, "DB_PASSWORD", "Secret Keyword"),
    "hexadecimal digits under a telling name": (HEX, "API_KEY", "Secret Keyword"),
    "hexadecimal digits under any name": (HEX, "VALUE", "Hex High Entropy String"),
    "a line of a script": (f"#!/bin/sh\nexport DB_PASSWORD={PASSWORD}\n", "", "Secret Keyword"),
    "a token in a script": (f"export API_TOKEN={HEX}\n", "", "Hex High Entropy String"),
    "a token in YAML": (f"deploy_token: {HEX}\n", "", "Hex High Entropy String"),
    "a line of YAML": (f"db:\n  password: {PASSWORD}\n", "", "Secret Keyword"),
    "what its author excuses": (f"password = '{PASSWORD}'  # pragma: allowlist " + "secret", "", "Secret Keyword"),
}  # fmt: skip

HARMLESS = {
    "an ARN": ("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf", "DB_PASSWORD"),
    "a yes": ("true", "PASSWORD_REQUIRED"),
    "a UUID": ("0b0f5f9e-3a4e-4d7e-9d8c-2f3c1f5b7a90", "TENANT_ID"),
    "a template": ("${DB_PASSWORD}", "DB_PASSWORD"),
    "a variable": ("$DB_PASSWORD", "DB_PASSWORD"),
    "a number": ("8080", "PORT"),
    "an address": ("10.0.0.1", "DB_HOST"),
    "a host": ("db.internal", "DB_HOST"),
    "a file": ("/run/secrets/db", "DB_PASSWORD_FILE"),
    "a page": ("https://api.example.org/v1", "API_URL"),
    "nothing": ("", "DB_PASSWORD"),
    "a word": ("production", "STAGE"),
    "an alphabet": ("abcdefghijklmnopqrstuvwxyz", "ALPHABET"),
    "a token that is asked for": ('TOKEN=$(curl -X PUT "http://169.254.169.254/latest/api/token")\n', ""),
    "a token that is passed on": ('curl -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/\n', ""),
    "a digest in a script": (f"IMAGE_SHA256={HEX}\n", ""),
    "a mask": ("********", "PASSWORD"),
}


@pytest.mark.parametrize("what", SECRETS)
def test_a_secret_is_detected(what: str) -> None:
    text, label, detector = SECRETS[what]
    hits = detectors(text, label)
    assert detector in {hit["detector"] for hit in hits}
    assert all(hit["version"].startswith("detect-secrets ") for hit in hits)
    assert set().union(*hits) == {"detector", "version"}, "of the secret itself nothing is said"


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_harmless_is_not(what: str) -> None:
    assert detectors(*HARMLESS[what]) == []


# ---- the redactor ----


def length(text: str) -> int:
    return len(text)


class Box(Kind, cfn="Test::Box"):
    """A kind with secrets of every form."""

    box = each("kms.ListKeys", "Keys")
    secrets: ClassVar[Mapping[str, Any]] = {
        "box": (
            Secret("Environment[].value", label="name"),
            Secret("UserData", decode=from_base64, probes={"length": length}),
            Secret("Options.Tunnels[].PreSharedKey", detect=False),
            Secret("Whole", detect=False),
        )
    }

    id: str = fact("box.Id")
    tags: Mapping[str, str] = fact("box.Tags")


def document() -> dict[str, Any]:
    return {
        "Id": "b-1",
        "Environment": [{"name": "DB_PASSWORD", "value": PASSWORD}, {"name": "STAGE", "value": "production"}],
        "UserData": base64.b64encode(f"#!/bin/sh\nexport TOKEN={HEX}\n".encode()).decode(),
        "Options": {"Tunnels": [{"PreSharedKey": "psk-" + PASSWORD}, {"Other": 1}]},
        "Whole": {"nested": [PASSWORD]},
    }


def redacted(key: bytes = b"one key") -> dict[str, Any]:
    made: dict[str, Any] = Redactor(key).section(Box, "box", document())
    return made


def test_nothing_of_a_secret_remains() -> None:
    kept = canonical(redacted())
    for secret in (PASSWORD, HEX, "production", "psk-", document()["UserData"], PASSWORD.encode().hex()):
        assert secret.encode() not in kept
    for secret in (PASSWORD, HEX):
        assert base64.b64encode(secret.encode()).rstrip(b"=") not in kept
        assert hashlib.sha256(secret.encode()).hexdigest().encode() not in kept, "a hash without a key can be guessed"


def test_what_is_no_secret_remains() -> None:
    kept = redacted()
    assert kept["Id"] == "b-1"
    assert [item["name"] for item in kept["Environment"]] == ["DB_PASSWORD", "STAGE"]
    assert kept["Options"]["Tunnels"][1] == {"Other": 1}


def test_what_detectors_say_is_kept_where_they_are_asked() -> None:
    kept = redacted()
    first, second = (item["value"] for item in kept["Environment"])
    assert detected(first) == ["Secret Keyword"]
    assert detected(second) == []
    assert "Hex High Entropy String" in detected(kept["UserData"])
    assert "$detected" not in kept["Options"]["Tunnels"][0]["PreSharedKey"]


def test_probes_see_the_decoded_text() -> None:
    assert redacted()["UserData"]["length"] == len(f"#!/bin/sh\nexport TOKEN={HEX}\n")


def test_hashes_compare_under_one_key_only() -> None:
    first, again, other = redacted(), redacted(), redacted(b"another key")
    assert first == again
    assert first["Whole"][REDACTED] != other["Whole"][REDACTED]
    assert first["Whole"]["$key"] != other["Whole"]["$key"]
    assert first["Whole"]["$key"] == Redactor(b"one key").key_id
    assert b"one key" not in canonical(first)


def test_equal_values_have_equal_hashes_and_others_do_not() -> None:
    redactor = Redactor(b"k")
    assert redactor.value("a", Secret(""))[REDACTED] == redactor.value("a", Secret(""))[REDACTED]
    assert redactor.value("a", Secret(""))[REDACTED] != redactor.value("b", Secret(""))[REDACTED]


def test_what_is_redacted_is_not_redacted_again() -> None:
    once = redacted()
    assert Redactor(b"one key").section(Box, "box", once) == redacted()


@pytest.mark.parametrize("given", [None, {}, [], "text", {"Environment": None}, {"Options": {"Tunnels": None}}])
def test_what_is_not_there_is_not_invented(given: Any) -> None:
    assert Redactor(b"k").section(Box, "box", given) == given


def test_sections_without_secrets_stay_as_they_are() -> None:
    assert Redactor(b"k").section(Box, "other", {"UserData": "x"}) == {"UserData": "x"}


@pytest.mark.parametrize(
    ("text", "clear"), [("aGVsbG8=", "hello"), ("#!/bin/sh", "#!/bin/sh"), ("", ""), ("/w==", "\ufffd")]
)
def test_user_data_is_decoded_where_it_is_base64(text: str, clear: str) -> None:
    assert from_base64(text) == clear
