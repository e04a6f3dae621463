"""How much a described account has: how many of a kind there are at scale 1, and whether they grow with the scale."""

from __future__ import annotations

EVERYWHERE = frozenset(
    "ami asg certificate cluster key loggroup repository securitygroup targetgroup template vault vpc webacl".split()
)
"""What others hang on: however many Regions there are, each has one."""

SIZES: dict[str, tuple[int, bool]] = {
    "alarm": (8, True),
    "ami": (4, False),
    "asg": (8, True),
    "aurora": (1, True),
    "bucket": (70, True),
    "certificate": (8, True),
    "classic": (2, True),
    "cluster": (4, True),
    "db": (4, True),
    "distribution": (2, True),
    "document": (1, True),
    "efs": (2, True),
    "finding": (4, True),
    "fsx": (1, False),
    "group": (4, True),
    "instance": (90, True),
    "key": (15, True),
    "loadbalancer": (12, True),
    "loggroup": (40, True),
    "parameter": (16, True),
    "plan": (4, False),
    "policy": (24, True),
    "profile": (8, True),
    "repository": (35, True),
    "role": (120, True),
    "rule": (6, True),
    "scalable": (12, True),
    "schedule": (2, True),
    "secret": (12, True),
    "securitygroup": (36, True),
    "service": (50, True),
    "snapshot": (12, True),
    "stack": (3, True),
    "table": (6, True),
    "targetgroup": (16, True),
    "taskdefinition": (82, True),
    "template": (8, True),
    "user": (20, True),
    "vault": (4, False),
    "vpc": (4, True),
    "vpn": (1, False),
    "webacl": (4, False),
    "zone": (2, True),
}

LEAST = {"key": 8}
"""So many there are at any scale: four of AWS's own keys, and one of the account's in each of four Regions."""
