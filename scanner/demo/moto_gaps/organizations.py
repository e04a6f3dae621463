"""Organizations: how an account that exists joins an organization; moto knows only accounts that it makes itself.

AWS: API_InviteAccountToOrganization, API_AcceptHandshake.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import unix_time, utcnow
from moto.organizations.models import FakeAccount, organizations_backends
from moto.organizations.responses import OrganizationsResponse
from moto.organizations.utils import DEFAULT_RCP_POLICY_ID, DEFAULT_SCP_POLICY_ID

from scanner.demo.moto_gaps.graft import add

EXTENDS: frozenset[str] = frozenset({"organizations.InviteAccountToOrganization", "organizations.AcceptHandshake"})


def _handshake(head: Any, account: str, state: str) -> str:
    """Render a handshake; its id names both sides, so that nothing needs to be remembered between the calls."""
    moment = utcnow()
    key = f"h-{head.account_id}{account}"
    parties = [{"Id": head.org.id.removeprefix("o-"), "Type": "ORGANIZATION"}, {"Id": account, "Type": "ACCOUNT"}]
    said = {
        "Id": key,
        "Arn": f"arn:aws:organizations::{head.account_id}:handshake/{head.org.id}/invite/{key}",
        "Parties": parties,
        "State": state,
        "Action": "INVITE",
        "RequestedTimestamp": unix_time(moment),
    }
    return json.dumps({"Handshake": said})


def _invite_account_to_organization(response: Any) -> str:
    """InviteAccountToOrganization, which moto lacks, by the account's id."""
    head = response.organizations_backend
    if head.org is None:
        raise JsonRESTError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    account = response.request_params["Target"]["Id"]
    if account in {each.id for each in head.accounts}:
        message = f"The account {account} is a member of this organization already."
        raise JsonRESTError("DuplicateHandshakeException", message)
    return _handshake(head, account, "OPEN")


def _accept_handshake(response: Any) -> str:
    """AcceptHandshake, which moto lacks."""
    key, account = str(response.request_params["HandshakeId"]), response.current_account
    head = organizations_backends[key.removeprefix("h-").removesuffix(account)][response.partition]
    if head.org is None or not key.endswith(account):
        raise JsonRESTError("HandshakeNotFoundException", "You specified a handshake that doesn't exist.")
    member = FakeAccount(head.org, AccountName=account, Email=f"{account}@example.com")
    member.id, member.joined_method = account, "INVITED"
    head.accounts.append(member)
    for policy in (DEFAULT_SCP_POLICY_ID, DEFAULT_RCP_POLICY_ID):
        head.attach_policy(PolicyId=policy, TargetId=account)
    organizations_backends.master_accounts[account] = (head.account_id, head.partition)
    return _handshake(head, account, "ACCEPTED")


def install() -> None:
    """Extend moto's Organizations answers."""
    add(
        OrganizationsResponse,
        invite_account_to_organization=_invite_account_to_organization,
        accept_handshake=_accept_handshake,
    )
