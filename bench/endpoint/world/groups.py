"""The described security groups."""

from __future__ import annotations

from bench.endpoint.world.network import ANYWHERE, cidr, default_group, vpc_id
from bench.endpoint.world.place import Json, Place, Speaker, listing, says


def group_id(place: Place, index: int) -> str:
    """Give the id of a security group by its number."""
    return f"sg-{place.hex(17, 'group-id', index)}"


def group_in(place: Place, vpc: int, *what: object) -> str:
    """Choose a security group that lies in a VPC."""
    own = _by_vpc(place).get(vpc, [])
    return group_id(place, place.pick(own, *what)) if own else default_group(place, vpc)


@listing
def _by_vpc(place: Place) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for index in place.mine("securitygroup"):
        found.setdefault(place.ref("vpc", index), []).append(index)
    return found


def _ingress(place: Place, index: int, vpc: int) -> list[Json]:
    inside = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": cidr(vpc)}]}
    found: list[Json] = [{**inside, "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}]
    if place.yes("open", index, share=0.25):
        port, last = place.pick(((443, 443), (80, 80), (22, 22), (5432, 5432), (3389, 3389), (0, 65535)), "port", index)
        everybody = [{"CidrIpv6": "::/0"}] if place.yes("open-6", index, share=0.5) else []
        found.append({
            "IpProtocol": "tcp", "FromPort": port, "ToPort": last, "Ipv6Ranges": everybody, "PrefixListIds": [],
            "IpRanges": [{"CidrIp": ANYWHERE, "Description": "everybody"}], "UserIdGroupPairs": [],
        })  # fmt: skip
    if place.yes("by-group", index, share=0.5):
        pair = {"GroupId": default_group(place, vpc), "UserId": place.account}
        found.append({
            "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [], "Ipv6Ranges": [],
            "PrefixListIds": [], "UserIdGroupPairs": [pair],
        })  # fmt: skip
    return found


def _out() -> list[Json]:
    return [{
        "IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}], "Ipv6Ranges": [], "PrefixListIds": [],
        "UserIdGroupPairs": [],
    }]  # fmt: skip


@listing
def _groups(place: Place) -> list[Json]:
    found = []
    for vpc in place.mine("vpc"):
        closed = place.yes("default-closed", vpc)
        pair = {"GroupId": default_group(place, vpc), "UserId": place.account}
        own = {"IpProtocol": "-1", "UserIdGroupPairs": [pair], "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": []}
        found.append({
            "GroupId": default_group(place, vpc), "GroupName": "default", "Description": "default VPC security group",
            "OwnerId": place.account, "VpcId": vpc_id(place, vpc), "Tags": [], "IpPermissions": [] if closed else [own],
            "IpPermissionsEgress": [] if closed else _out(),
        })  # fmt: skip
    for vpc, indices in _by_vpc(place).items():
        found += [
            {
                "GroupId": group_id(place, index), "GroupName": f"{place.app(index)}-{index}",
                "Description": "workload",
                "OwnerId": place.account, "VpcId": vpc_id(place, vpc), "Tags": place.tags("group", index),
                "IpPermissions": _ingress(place, index, vpc), "IpPermissionsEgress": _out(),
            }
            for index in indices
        ]  # fmt: skip
    return found


ANSWERS: dict[str, Speaker] = {"ec2.DescribeSecurityGroups": says("SecurityGroups", _groups)}
