"""How a cell is compared with its blueprint: what stands for what, and what is said of what could not be seen."""

from __future__ import annotations

import pytest

from rules.cell._compare import Side
from scanner.engine.examples import judge_example
from scanner.engine.registry import rules
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.s3 import Bucket
from scanner.model.finding import Verdict
from scanner.model.rule import Case, Other

OWN, MODEL = "123456789012", "111111111111"
CONFIG = {
    "cells": {"cells": {"blueprint": "alpha"}},
    "accounts": {OWN: {"name": "beta", "group": "cells"}, MODEL: {"name": "alpha", "group": "cells"}},
}
SAME = (Other(RegionSettings), Other(RegionSettings, account=MODEL), Other(Account, account=MODEL))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("beta-claims", "*-claims"),
        (f"arn:aws:iam::{OWN}:role/beta", "arn:aws:iam::*:role/*"),
        ("betas", "betas"),
        ("alphabeta", "alphabeta"),
        (("beta", 1, None), ["*", 1, None]),
        ({"beta": "x-beta"}, {"*": "x-*"}),
        (True, True),
    ],
)
def test_an_accounts_own_words_are_left_out_as_words(given: object, expected: object) -> None:
    assert Side(OWN, ("beta", "")).plain(given) == expected


def test_messages_name_both_values() -> None:
    here, there = Other(Bucket, id="beta-x", versioning="Suspended"), Other(Bucket, id="alpha-x", account=MODEL)
    said = judge_example(rules()["cell_matches_blueprint"], Case({}, others=[*SAME, here, there], settings=CONFIG))
    assert [(fail.part, fail.message) for fail in said.fails] == [
        (
            "AWS::S3::Bucket *-x versioning",
            'AWS::S3::Bucket *-x versioning: versioning is "Suspended", in the model "Enabled"',
        )
    ]


def test_an_allowed_difference_is_told_with_its_reason() -> None:
    cells = {"cells": {"blueprint": "alpha", "allowed": [{"kind": "AWS::S3::Bucket", "reason": "a research contract"}]}}
    case = Case({}, others=[*SAME, Other(Bucket, id="exports")], settings=CONFIG | {"cells": cells})
    said = judge_example(rules()["cell_matches_blueprint"], case)
    assert said.verdict is Verdict.PASS
    assert said.notes == ["AWS::S3::Bucket exports: there is none in the model; allowed: a research contract"]


def test_nothing_is_missing_where_the_listing_is_not_whole() -> None:
    case = Case({}, others=[*SAME, Other(Bucket, id="alpha-x", account=MODEL)], settings=CONFIG, lacking=[Bucket])
    said = judge_example(rules()["cell_matches_blueprint"], case)
    assert (said.verdict, said.fails) == (Verdict.UNKNOWN, [])
