"""Systems Manager: the parameters of Parameter Store, by name and type, never by value."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tagged, tags
from scanner.model.call import each
from scanner.model.kind import Kind, fact


class Parameter(Kind, cfn="AWS::SSM::Parameter", tf="aws_ssm_parameter"):
    """A parameter: its name, type and key."""

    parameter = each("ssm.DescribeParameters", "Parameters")
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
