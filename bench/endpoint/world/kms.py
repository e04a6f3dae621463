"""The described KMS keys."""

from __future__ import annotations

from collections.abc import Callable

from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, allow, listing, numbered, policy, says

AWS_MANAGED = ("ebs", "s3", "rds", "secretsmanager")
"""The last keys are those that AWS made for its services."""


def key_id(place: Place, index: int) -> str:
    """Give a key's id."""
    return place.uuid("key", index)


def _own_count(place: Place) -> int:
    return place.count("key") - len(AWS_MANAGED)


def key_arn(place: Place, index: int) -> str:
    """Give the ARN of a customer's key that lies in a thing's Region, by the thing's number."""
    count, order = len(place.regions), index % len(place.regions)
    own = range(order, _own_count(place), count)
    return f"arn:aws:kms:{place.regions[order]}:{place.account}:key/{key_id(place, own[index // count % len(own)])}"


def _manager(place: Place, index: int) -> str:
    return "CUSTOMER" if index < _own_count(place) else "AWS"


@listing
def _keys(place: Place) -> list[Json]:
    return [{"KeyId": key_id(place, each), "KeyArn": _arn(place, each)} for each in place.mine("key")]


def _arn(place: Place, index: int) -> str:
    return place.arn("kms", f"key/{key_id(place, index)}")


_numbers = listing(lambda place: {key_id(place, index): index for index in place.mine("key")})


@listing
def _aliases(place: Place) -> list[Json]:
    found = []
    for index in place.mine("key"):
        own = index < _own_count(place)
        name = f"{place.app(index)}-{index}" if own else f"aws/{AWS_MANAGED[index - _own_count(place)]}"
        alias = f"alias/{name}"
        found.append({"AliasName": alias, "AliasArn": place.arn("kms", alias), "TargetKeyId": key_id(place, index)})
    return found


def _describe(place: Place, index: int) -> Answer:
    own = index < _own_count(place)
    asymmetric = own and place.yes("key-pair", index, share=0.08)
    state = "PendingDeletion" if own and place.yes("key-going", index, share=0.05) else "Enabled"
    spec = "RSA_2048" if asymmetric else "SYMMETRIC_DEFAULT"
    made: Json = {
        "AWSAccountId": place.account, "KeyId": key_id(place, index), "Arn": _arn(place, index),
        "CreationDate": place.ago(900, "key", index), "Enabled": state == "Enabled", "Description": place.app(index),
        "KeyUsage": "SIGN_VERIFY" if asymmetric else "ENCRYPT_DECRYPT", "KeyState": state, "Origin": "AWS_KMS",
        "KeyManager": _manager(place, index), "KeySpec": spec, "CustomerMasterKeySpec": spec, "MultiRegion": False,
    }  # fmt: skip
    if state == "PendingDeletion":
        made["DeletionDate"] = place.ago(-14)
    return {"KeyMetadata": made}


def _rotation(place: Place, index: int) -> Answer:
    turns = place.yes("key-turns", index)
    return {"KeyRotationEnabled": turns, "KeyId": key_id(place, index)} | (
        {"RotationPeriodInDays": 365} if turns else {}
    )


def _policy(place: Place, index: int) -> Answer:
    if index >= _own_count(place):
        caller = {"StringEquals": {"kms:CallerAccount": place.account}}
        stated = allow("kms:Decrypt", Principal={"AWS": "*"}, Condition=caller)
        return {"Policy": policy(stated), "PolicyName": "default"}
    statements = [allow("kms:*", Principal={"AWS": place.iam("root")})]
    if place.yes("key-wide", index, share=0.1):
        statements.append(allow(["kms:Decrypt", "kms:GenerateDataKey"], Principal={"AWS": "*"}))
    return {"Policy": policy(*statements), "PolicyName": "default"}


def _tags(place: Place, index: int) -> Answer:
    return {"Tags": place.tags("key", index, key="TagKey", value="TagValue")}


def tagged(place: Place) -> list[Json]:
    """Give the tags of the customer's keys."""
    own = (index for index in place.mine("key") if index < _own_count(place))
    return [{"ResourceARN": _arn(place, index), "Tags": place.tags("key", index)} for index in own]


def _index(place: Place, params: Params) -> int | None:
    return _numbers(place).get(str(params["KeyId"]).rpartition("/")[2])


def _of_key(make: Callable[[Place, int], Answer]) -> Speaker:
    return numbered(_index, "NotFoundException", make)


ANSWERS: dict[str, Speaker] = {
    "kms.ListKeys": says("Keys", _keys),
    "kms.ListAliases": says("Aliases", _aliases),
    "kms.DescribeKey": _of_key(_describe),
    "kms.GetKeyRotationStatus": _of_key(_rotation),
    "kms.GetKeyPolicy": _of_key(_policy),
    "kms.ListResourceTags": _of_key(_tags),
}
