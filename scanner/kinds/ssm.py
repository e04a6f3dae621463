"""Systems Manager: parameters, documents, and what is reported of the compliance of managed nodes.

The values of parameters that are kept in clear are examined as they are read and never kept; those of secure strings
are not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from scanner.engine.detect import refers
from scanner.kinds.common import tagged, tags
from scanner.model.call import batch, each, then
from scanner.model.kind import Kind, fact
from scanner.model.secret import Secret


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


def _detectors(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the secret detectors that fired on a value.

    Raises:
        KeyError: the value was kept without having been examined.
    """
    return tuple(str(hit["detector"]) for hit in value["$detected"])


def _refers(value: Mapping[str, Any]) -> bool:
    return bool(value["refers"])


class Parameter(Kind, cfn="AWS::SSM::Parameter", tf="aws_ssm_parameter"):
    """A parameter: its name, type and key; of a value in clear only whether it looks like a secret."""

    parameter = each("ssm.DescribeParameters", "Parameters")
    text = batch(
        "ssm.GetParameters",
        "Parameters",
        ids="Names",
        own="$parameter.Name",
        key="Name",
        size=10,
        when="parameter.Type in 'String','StringList'",
        WithDecryption=False,
    )
    labels = tagged("$parameter.ARN", "ssm:parameter")
    secrets = {"text": Secret("Value", label="Name", probes={"refers": refers})}

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
    detectors: tuple[str, ...] = fact(
        "text.Value",
        parse=_detectors,
        default={"api": ()},
        sample=(),
        doc="The secret detectors that fired on a value in clear under the parameter's name.",
    )
    refers: bool = fact(
        "text.Value",
        parse=_refers,
        default={"api": True},
        sample=False,
        doc="Whether a value in clear is no secret by its form: an ARN, a number, a path, a plain URL.",
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
