"""Infrastructure as code: what a state or a template says there should be, where one was given to the scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.model.kind import Const, Kind, fact

if TYPE_CHECKING:
    from collections.abc import Mapping


class IacState(Kind, cfn="AWS::::IacState", scope="global"):
    """A Terraform state or a stack that was laid beside the account.

    No call of AWS lists it: a scan holds the ones that its user gives. With none, the rules on it do not apply.
    """

    id: str = fact(sample="infrastructure.tfstate")
    tags: Mapping[str, str] = fact(Const({}))
    managed: tuple[str, ...] = fact(sample=(), doc="The ARNs of the resources that it manages.")
    missing: tuple[str, ...] = fact(sample=(), doc="The addresses of resources in it that the account does not have.")
    changed: tuple[str, ...] = fact(sample=(), doc="Address and property of what stands otherwise in the account.")
