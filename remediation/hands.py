"""How a step is carried out: a policy by Custodian, operations by boto3; the same in the twin and in an account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from remediation.custodian import Custodian, CustodianError
from remediation.twin.site import method, said
from scanner.model.plan import Step, WriteCall

ALREADY = frozenset({
    "AlreadyExistsException", "EntityAlreadyExists", "InvalidPermission.Duplicate", "RouteAlreadyExists",
    "ResourceAlreadyExistsException", "ResourceExistsException", "FlowLogAlreadyExists", "BucketAlreadyOwnedByYou",
    "NetworkAclEntryAlreadyExists",
})  # fmt: skip
"""What AWS answers to a call that was made before, when a killed run is resumed."""

TAKES_AWAY = ("Delete", "Remove", "Revoke", "Detach", "Disassociate", "Deregister", "Disable", "Stop", "Cancel")
"""How operations begin after which something is not there: made again, AWS answers that it is not."""

_DRY = "DryRunOperation"


class StepError(Exception):
    """A step could not be carried out: the message names the call and AWS's answer."""


class Access(Protocol):
    """Where steps act, by whose credentials."""

    def credentials(self, account: str) -> Mapping[str, str]:
        """Give keys that act in an account, as boto3's sessions take them."""

    def client(self, account: str, service: str, region: str) -> Any:
        """Give boto3's client of a service in an account and Region."""


@dataclass(frozen=True)
class Hands:
    """What carries steps out."""

    access: Access
    custodian: Custodian

    def dry(self, step: Step) -> int:
        """Try a step without changing anything, and say how many resources it would touch.

        A policy is run by Custodian with its filters only. EC2's operations are asked with DryRun, which also says
        whether they are allowed; other services have no such question.

        Raises:
            StepError: it would not be carried out.
        """
        if step.form == "custodian":
            return self._policy(step, dryrun=True)
        for call in step.writes:
            if call.operation.startswith("ec2.") and _takes_dry_run(call.operation):
                self._ask(step, call, dry=True)
        return len(step.resources)

    def do(self, step: Step, note: Callable[[int, str], None], done: int = 0, *, again: bool = False) -> int:
        """Carry a step out, and say how many resources it touched.

        `note(number, "began" or "ended")` is called round each operation. `done` operations are left out: they were
        made before. With `again`, any of the rest may have been made before, too: that AWS says so is no error then.

        Raises:
            StepError: a call was refused; what was made before it is noted.
        """
        if step.form == "custodian":
            note(0, "began")
            matched = self._policy(step, dryrun=False)
            note(0, "ended")
            return matched
        self.write(step, step.writes, note, done, again=again)
        return len(step.resources)

    def write(
        self, step: Step, calls: tuple[WriteCall, ...], note: Callable[[int, str], None], done: int = 0,
        *, again: bool = False,
    ) -> None:  # fmt: skip
        """Make operations in order; see `do`."""
        for number, call in enumerate(calls):
            if number < done:
                continue
            note(number, "began")
            self._ask(step, call, dry=False, again=again)
            note(number, "ended")

    def _policy(self, step: Step, *, dryrun: bool) -> int:
        from botocore.exceptions import BotoCoreError, ClientError

        if step.policy is None:
            raise StepError(f"step {step.id} has no policy")
        try:
            credentials = self.access.credentials(step.account)
        except (BotoCoreError, ClientError) as error:
            raise StepError(f"account {step.account} cannot be entered any more: {said(error)}") from error
        try:
            return self.custodian.run(step.policy, step.account, step.region, credentials, dryrun=dryrun)
        except CustodianError as error:
            raise StepError(f"{step.policy['name']}: {error}") from error

    def _ask(self, step: Step, call: WriteCall, *, dry: bool, again: bool = False) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        service, _, action = call.operation.partition(".")
        try:
            client = self.access.client(step.account, service, call.region)
            extra = {"DryRun": True} if dry else {}
            getattr(client, method(client, action))(**call.parameters, **extra)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if (dry and code == _DRY) or (again and _was_made(action, code)):
                return
            raise StepError(f"{call.operation} in {step.account} {call.region}: {said(error)}") from error
        except BotoCoreError as error:
            raise StepError(f"{call.operation} in {step.account} {call.region}: {said(error)}") from error


def _was_made(action: str, code: str) -> bool:
    if action.startswith(TAKES_AWAY):
        return "NotFound" in code or code.startswith("NoSuch")
    return code in ALREADY


def _takes_dry_run(operation: str) -> bool:
    from remediation.twin.site import input_shape

    service, _, action = operation.partition(".")
    shape = input_shape(service, action)
    return shape is not None and "DryRun" in shape.members
