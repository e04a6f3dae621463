"""IAM and resource policies as meaning: what they grant, to whom, on what, and what takes it away again."""

from scanner.model.policy.document import PolicyDocument
from scanner.model.policy.grants import Grant, NearAdminGrant, PassRoleGrant
from scanner.model.policy.narrow import Reading
from scanner.model.policy.parse import PolicyError
from scanner.model.policy.reach import CrossAccountGrant, PublicGrant, Trusted
from scanner.model.policy.statement import Condition, Every, Patterns, Principal, Principals, Statement
from scanner.model.policy.transport import Transport

__all__ = [
    "Condition",
    "CrossAccountGrant",
    "Every",
    "Grant",
    "NearAdminGrant",
    "PassRoleGrant",
    "Patterns",
    "PolicyDocument",
    "PolicyError",
    "Principal",
    "Principals",
    "PublicGrant",
    "Reading",
    "Statement",
    "Transport",
    "Trusted",
]
