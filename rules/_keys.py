"""What several rules on encryption ask: whether a KMS key is the customer's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.kms import KmsKey

if TYPE_CHECKING:
    from scanner.model.inventory import World


def not_customers(world: World, name: str, account: str) -> str:
    """Say why the key with this ARN, id or alias is not a customer managed one; empty where it is.

    A key of another account, and an alias other than AWS's own, can only be a customer's. The rule needs `KmsKey`.

    Raises:
        Unknown: the account's keys could not be seen.
    """
    alias = name.rpartition("alias/")[2] if "alias/" in name else ""
    if not name or alias.startswith("aws/"):
        return f"the key is AWS's own, {alias}" if alias else "no key is named, so it is AWS's own"
    if alias or name.split(":")[4:5] not in ([], [account]):
        return ""
    key = world.get(KmsKey, name)
    if key is None:
        return f"the key {name} does not exist any more"
    return "" if key.manager == "CUSTOMER" else f"the key {name} is managed by AWS"
