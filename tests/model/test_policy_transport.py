"""Whether a resource policy refuses requests without TLS."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.model.policy import PolicyDocument

BUCKET = "arn:aws:s3:::b"
BOTH = (BUCKET, f"{BUCKET}/*")
PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
FILES = "arn:aws:elasticfilesystem:us-east-1:111111111111:file-system/fs-1"
CLIENT = tuple(f"elasticfilesystem:Client{name}" for name in ("Mount", "Write", "RootAccess"))


def document(*statements: dict[str, Any]) -> PolicyDocument:
    found = PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})
    assert found is not None
    return found


def deny(condition: Any = PLAIN, *leave_out: str, **more: Any) -> dict[str, Any]:
    found = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": list(BOTH),
        "Condition": condition,
        **more,
    }
    return {name: value for name, value in found.items() if name not in leave_out and value is not None}


DENIED: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "as AWS writes it": ([deny()], True),
    "prowler#680 Action *": ([deny(Action="*")], True),
    "prowler#1481 objects only": ([deny(Action="*", Resource=f"{BUCKET}/*")], False),
    "defect 2: bucket only": ([deny(Resource=BUCKET)], False),
    "defect 2: s3:Get* only": ([deny(Action="s3:Get*")], False),
    "defect 2: s3:PutObject only": ([deny(Action="s3:PutObject")], False),
    "defect 2: one user": ([deny(Principal={"AWS": "arn:aws:iam::111111111111:user/u"})], False),
    "defect 2: value in a list": ([deny({"Bool": {"aws:SecureTransport": ["false"]}})], True),
    "value as a boolean": ([deny({"Bool": {"aws:SecureTransport": False}})], True),
    "value in capitals": ([deny({"Bool": {"aws:SecureTransport": "False"}})], True),
    "key and operator in other case": ([deny({"bool": {"AWS:securetransport": "false"}})], True),
    "BoolIfExists": ([deny({"BoolIfExists": {"aws:SecureTransport": "false"}})], True),
    "StringEquals": ([deny({"StringEquals": {"aws:SecureTransport": "false"}})], True),
    "not true": ([deny({"StringNotEquals": {"aws:SecureTransport": "true"}})], True),
    "compared with nothing": ([deny({"StringNotEquals": {"aws:SecureTransport": []}})], False),
    "the wrong way round": ([deny({"Bool": {"aws:SecureTransport": "true"}})], False),
    "an Allow with TLS is no Deny": ([deny({"Bool": {"aws:SecureTransport": "true"}}, Effect="Allow")], False),
    "an Allow without TLS": ([deny(Effect="Allow")], False),
    "principal {AWS: *}": ([deny(Principal={"AWS": "*"})], True),
    "principal {AWS: [*]}": ([deny(Principal={"AWS": ["*"]})], True),
    "any service only": ([deny(Principal={"Service": "*"})], False),
    "NotPrincipal spares one": ([deny(PLAIN, "Principal", NotPrincipal={"AWS": "111111111111"})], False),
    "list that holds s3:*": ([deny(Action=["s3:Get*", "S3:*"])], True),
    "list that is not everything": ([deny(Action=["s3:Get*", "s3:Put*", "s3:List*", "s3:Delete*"])], False),
    "NotAction of another service": ([deny(PLAIN, "Action", NotAction="iam:*")], True),
    "NotAction of this service": ([deny(PLAIN, "Action", NotAction="s3:ListBucket")], False),
    "two statements": ([deny(Resource=BUCKET), deny(Resource=f"{BUCKET}/*")], True),
    "one wildcard for both": ([deny(Resource=f"{BUCKET}*")], True),
    "Resource *": ([deny(Resource="*")], True),
    "no Resource": ([deny(PLAIN, "Resource")], True),
    "NotResource of another bucket": ([deny(PLAIN, "Resource", NotResource="arn:aws:s3:::c/*")], True),
    "NotResource of a prefix": ([deny(PLAIN, "Resource", NotResource=f"{BUCKET}/public/*")], False),
    "another bucket": ([deny(Resource=["arn:aws:s3:::c", "arn:aws:s3:::c/*"])], False),
    "one prefix": ([deny(Resource=[BUCKET, f"{BUCKET}/phi/*"])], False),
    "a variable in the resource": ([deny(Resource=[BUCKET, f"{BUCKET}/${{aws:username}}*"])], False),
    "a further condition": ([deny({**PLAIN, "StringNotEquals": {"aws:SourceVpce": "vpce-1"}})], False),
    "a further key": ([deny({"Bool": {"aws:SecureTransport": "false", "aws:PrincipalIsAWSService": "false"}})], False),
    "old TLS in the same statement": ([deny({**PLAIN, "NumericLessThan": {"s3:TlsVersion": 1.2}})], False),
    "old TLS alone": ([deny({"NumericLessThan": {"s3:TlsVersion": "1.2"}})], False),
    "old TLS in a statement of its own": ([deny(), deny({"NumericLessThan": {"s3:TlsVersion": "1.2"}})], True),
    "everything is denied": ([deny(None)], True),
    "cloudsploit#579 beside an Allow": ([deny(Effect="Allow", Condition=None), deny()], True),
    "fixinventory#1922 no Deny among others": ([deny(Effect="Allow", Condition=None)], False),
}


@pytest.mark.parametrize(("statements", "denied"), DENIED.values(), ids=DENIED)
def test_denies_insecure_transport(statements: list[dict[str, Any]], denied: bool) -> None:
    reasons = document(*statements).denies_insecure_transport(BOTH)
    assert (reasons == ()) is denied, reasons


def test_the_reasons_name_statement_and_gap() -> None:
    found = document(
        {"Sid": "HttpsOnly", **deny(Action="s3:Get*", Resource=f"{BUCKET}/*")}, deny(Principal={"AWS": "1"})
    )
    assert found.denies_insecure_transport(BOTH) == (
        'statement "HttpsOnly" denies only s3:Get*',
        "statement 2 does not hold for every principal",
        "no Deny refuses s3:* on arn:aws:s3:::b without TLS for everyone",
        "no Deny refuses s3:* on arn:aws:s3:::b/* without TLS for everyone",
    )


def test_old_tls_is_told_apart() -> None:
    found = document(
        deny({"NumericLessThan": {"s3:TlsVersion": ["1.2"]}}), deny({"NumericLessThan": {"s3:TlsVersion": 1.1}})
    )
    assert found.transport(BOTH).old_tls == (found.statements[0],)


def test_a_question_about_no_resource_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a list of resource ARNs"):
        document(deny()).denies_insecure_transport(())
    with pytest.raises(ValueError, match="needs a list of resource ARNs"):
        document(deny()).denies_insecure_transport(BUCKET)


@pytest.mark.parametrize(
    ("statement", "denied", "only_with_tls"),
    [
        pytest.param(deny(PLAIN, "Resource", Action="*"), True, True, id="Deny of everything"),
        pytest.param(deny(PLAIN, Action=list(CLIENT), Resource=FILES), True, True, id="Deny of every client action"),
        pytest.param(deny(PLAIN, Action=CLIENT[0], Resource=FILES), False, True, id="Deny of mounting only"),
        pytest.param(
            deny({"Bool": {"aws:SecureTransport": "true"}}, Effect="Allow", Action=CLIENT[0], Resource=FILES),
            False,
            True,
            id="Allow with TLS only",
        ),
        pytest.param(deny(None, Effect="Allow", Action=CLIENT[0]), False, False, id="Allow to anyone"),
        pytest.param(
            deny({"Bool": {"aws:SecureTransport": ["true", "false"]}}, Effect="Allow", Action=CLIENT[0]),
            False,
            False,
            id="Allow with TLS or without",
        ),
    ],
)
def test_file_systems(statement: dict[str, Any], denied: bool, only_with_tls: bool) -> None:
    found = document(statement).transport([FILES], "elasticfilesystem", actions=CLIENT)
    assert (found.gaps == ()) is denied
    assert (found.open_allows == ()) is only_with_tls
