"""Systems Manager: parameters by name and type, never by value; documents; the compliance of managed nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from scanner.kinds.common import tagged, tags
from scanner.model.call import each, then
from scanner.model.kind import Kind, fact


class Compliance(msgspec.Struct, frozen=True):
    """What is reported of a managed node for one type of compliance, such as `Patch` or `Association`.

    `severity` is the worst of what does not comply, `failing` how many items do not.
    """

    type: str
    status: str = "COMPLIANT"
    severity: str = "UNSPECIFIED"
    failing: int = 0


def compliances(given: Iterable[Mapping[str, Any]]) -> tuple[Compliance, ...]:
    """Read the compliance summaries of a managed node."""
    return tuple(
        Compliance(
            item["ComplianceType"],
            item["Status"],
            item.get("OverallSeverity", "UNSPECIFIED"),
            item.get("NonCompliantSummary", {}).get("NonCompliantCount", 0),
        )
        for item in given
    )


class Parameter(Kind, cfn="AWS::SSM::Parameter", tf="aws_ssm_parameter"):
    """A parameter: its name, type and key."""

    parameter = each("ssm.DescribeParameters", "Parameters", MaxResults=50)
    labels = tagged("$parameter.ARN", "ssm:parameter")

    id: str = fact("parameter.Name", plan="name", template="Name", sample="/claims/database-url")
    arn: str = fact(
        "parameter.ARN", plan="arn", sample="arn:aws:ssm:us-east-1:123456789012:parameter/claims/database-url"
    )
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    type: str = fact("parameter.Type", plan="type", template="Type", sample="SecureString")
    kms_key: str = fact(
        "parameter.KeyId",
        plan="key_id",
        default={"api": ""},
        sample="alias/aws/ssm",
        doc="Only parameters of type SecureString have one.",
    )


class Document(Kind, cfn="AWS::SSM::Document", tf="aws_ssm_document"):
    """A document of the account's own: what Systems Manager is to do on nodes or with resources."""

    arn_format = "arn:{partition}:ssm:{region}:{account}:document/{id}"

    document = each("ssm.ListDocuments", "DocumentIdentifiers", Filters=[{"Key": "Owner", "Values": ["Self"]}])
    sharing = then(
        "ssm.DescribeDocumentPermission",
        expect="AccountIds",
        absent=["InvalidDocument"],
        Name="$document.Name",
        PermissionType="Share",
    )

    id: str = fact("document.Name", plan="name", template="Name", sample="install-agent")
    tags: Mapping[str, str] = fact("document.Tags", plan="tags", template="Tags", parse=tags(), default={})
    type: str = fact(
        "document.DocumentType",
        plan="document_type",
        template="DocumentType",
        default={"template": "Command"},
        sample="Command",
    )
    shared_with: tuple[str, ...] = fact(
        "sharing.AccountIds", sample=(), doc="The accounts that may use the document; `all` is everybody."
    )
    volatile = ("document.CreatedDate",)
