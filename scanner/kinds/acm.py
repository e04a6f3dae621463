"""AWS Certificate Manager: certificates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from scanner.kinds.common import tagged, tags
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact

KEY_TYPES = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)
"""All that there are: without them ListCertificates answers RSA certificates of 1024 and 2048 bits only."""

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def key_type(text: str) -> str:
    """Give a key algorithm in the spelling of the API's enumeration: answers also say `RSA-2048`."""
    return text.replace("-", "_")


class Certificate(Kind, cfn="AWS::CertificateManager::Certificate", tf="aws_acm_certificate"):
    """A certificate in ACM, issued by Amazon or a private authority, or imported."""

    summary = each("acm.ListCertificates", "CertificateSummaryList", Includes={"keyTypes": list(KEY_TYPES)})
    detail = then("acm.DescribeCertificate", "Certificate", CertificateArn="$summary.CertificateArn")
    tagging = tagged("$summary.CertificateArn", "acm")

    id: str = fact("summary.CertificateArn", plan="arn", sample=CERTIFICATE)
    arn: str = fact("summary.CertificateArn", plan="arn", sample=CERTIFICATE)
    name: str = fact("detail.DomainName", plan="domain_name", template="DomainName", sample="claims.example.org")
    tags: Mapping[str, str] = fact("tagging.Tags", plan="tags", template="Tags", parse=tags(), default={"api": {}})
    type: str = fact("detail.Type", template=Const("AMAZON_ISSUED"), sample="AMAZON_ISSUED")
    status: str = fact("detail.Status", sample="ISSUED")
    key_algorithm: str = fact(
        "detail.KeyAlgorithm", plan="key_algorithm", template="KeyAlgorithm", parse=key_type, sample="RSA_2048"
    )
    not_before: datetime = fact("detail.NotBefore", sample=datetime(2026, 6, 1, tzinfo=UTC))
    not_after: datetime = fact("detail.NotAfter", sample=datetime(2027, 7, 1, tzinfo=UTC))
    in_use_by: tuple[str, ...] = fact("detail.InUseBy", default={"api": ()})
