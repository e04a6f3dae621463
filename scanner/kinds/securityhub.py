"""Security Hub: whether it is on in a Region."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.model.call import then
from scanner.model.kind import Const, Kind, fact


class Hub(Kind, cfn="AWS::SecurityHub::Hub", singleton=True):
    """Security Hub CSPM in a Region: on, or not."""

    arn_format = "arn:{partition}:securityhub:{region}:{account}:hub/default"

    hub = then(
        "securityhub.DescribeHub", expect="HubArn", absent=["InvalidAccessException", "ResourceNotFoundException"]
    )

    id: str = fact(Const("hub"))
    tags: Mapping[str, str] = fact(Const({}))
    on: bool = fact("hub.HubArn", parse=bool, default={"api": False}, sample=True, doc="Whether the hub answers.")
