"""ssm_document_not_public."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ssm import Document
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule


class DocumentNotPublic(Rule):
    """SSM documents are not shared publicly.

    A document shows how hosts are set up, where programs and data lie, and now and then a password. Shared with
    everybody, it tells every owner of an AWS account how to get at the ePHI.
    """

    kind = Document
    severity = "critical"
    hipaa = (
        "164.308(a)(3)(i)",
        "164.308(a)(3)(ii)(B)",
        "164.308(a)(4)(i)",
        "164.308(a)(4)(ii)(B)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
        "164.312(e)(1)",
    )
    aliases = (
        "config:ssm-document-not-public",
        "security-hub:SSM.4",
        "prowler:ssm_documents_set_as_public",
        "steampipe:ssm_document_prohibit_public_access",
    )
    remedy = Direct(
        "ssm.ModifyDocumentPermission",
        {"Name": "{id}", "PermissionType": "Share", "AccountIdsToRemove": ["all"]},
        why="Custodian's removal of shares could not be proved",
        effect=Effect(
            after="the document is shared with nobody but the accounts that are named",
            risk="medium",
            undo=(
                Write(
                    "ssm.ModifyDocumentPermission",
                    {"Name": "{id}", "PermissionType": "Share", "AccountIdsToAdd": ["all"]},
                ),
            ),
            terraform={"aws_ssm_document": {"permissions": "PERMISSIONS"}},
        ),
    )
    GOOD = ({"shared_with": ()}, {"shared_with": ("210987654321",)})
    BAD = ({"shared_with": ("all",)}, {"shared_with": ("210987654321", "ALL")})

    @staticmethod
    def check(document: Document) -> Iterator[Fail]:
        if any(account.casefold() == "all" for account in document.shared_with):
            yield Fail("the document is shared with everybody")
