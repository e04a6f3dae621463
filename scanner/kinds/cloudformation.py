"""CloudFormation: stacks."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.kinds.common import tags
from scanner.model.call import each, then
from scanner.model.kind import Kind, fact

_UUID = re.compile(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class Stack(Kind, cfn="AWS::CloudFormation::Stack", tf="aws_cloudformation_stack"):
    """A stack that is not deleted, and what it manages."""

    box = each("cloudformation.DescribeStacks", "Stacks")
    parts = then("cloudformation.ListStackResources", "StackResourceSummaries", StackName="$box.StackId")

    id: str = fact("box.StackName", plan="name", sample="network")
    arn: str = fact(
        "box.StackId", plan="id", sample="arn:aws:cloudformation:us-east-1:123456789012:stack/network/1234abcd"
    )
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", parse=tags(), default={})
    status: str = fact("box.StackStatus", sample="CREATE_COMPLETE")
    parent: str = fact(
        "box.ParentId", default={"api": ""}, doc="The stack in which it is nested; empty where it is in none."
    )
    resources: tuple[str, ...] = fact(
        "parts[].PhysicalResourceId",
        default={"api": ()},
        sample=(),
        doc="The names, ids or ARNs of the resources that it manages.",
    )
    volatile = ("parts", "box.LastUpdatedTime", "box.DriftInformation", "box.LastOperations")

    @property
    def stands(self) -> bool:
        """Whether its resources were once made whole, and are not being deleted."""
        return self.status == "CREATE_COMPLETE" or self.status.startswith(("UPDATE_", "IMPORT_"))

    @property
    def plain_name(self) -> str:
        """Its name, without the random end that a stack set gives it in each Region."""
        return _UUID.sub("", self.id)
