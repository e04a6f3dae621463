"""Access control lists and default encryption of buckets, and the key types of certificates."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.acm import KEY_TYPES, key_type
from scanner.kinds.s3 import algorithm, key
from scanner.kinds.s3_reading import AclGrant, grants

ALL = "http://acs.amazonaws.com/groups/global/AllUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"


@pytest.mark.parametrize(
    ("grantee", "name", "public"),
    [
        ({"Type": "Group", "URI": ALL}, "global/AllUsers", True),
        ({"Type": "Group", "URI": ALL.replace("All", "Authenticated")}, "global/AuthenticatedUsers", True),
        ({"Type": "Group", "URI": LOGS}, "s3/LogDelivery", False),
        ({"Type": "CanonicalUser", "ID": "75aa57f0", "DisplayName": "owner"}, "75aa57f0", False),
        ({"Type": "AmazonCustomerByEmail", "EmailAddress": "a@example.org"}, "a@example.org", False),
        ({}, "", False),
    ],
)
def test_a_grant_names_its_grantee(grantee: dict[str, str], name: str, public: bool) -> None:
    (found,) = grants([{"Grantee": grantee, "Permission": "READ"}])
    assert found == AclGrant(name, "READ")
    assert found.public is public


API = [
    {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}, "BucketKeyEnabled": True}
]
TEMPLATE = [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}}]
PLAIN = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]


@pytest.mark.parametrize(
    ("rules", "said", "named"),
    [
        (API, "aws:kms", "k"),
        (TEMPLATE, "aws:kms", "k"),
        (PLAIN, "AES256", ""),
        ([{"BucketKeyEnabled": False}], "", ""),
        ([{"BucketKeyEnabled": False}, *PLAIN], "AES256", ""),
        ([], "", ""),
    ],
)
def test_default_encryption(rules: list[dict[str, Any]], said: str, named: str) -> None:
    assert (algorithm(rules), key(rules)) == (said, named)


def test_both_spellings_of_a_key_type_are_one() -> None:
    assert key_type("RSA-2048") == key_type("RSA_2048") == "RSA_2048"
    assert all(key_type(name) == name for name in KEY_TYPES)
