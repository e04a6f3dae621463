"""How a cell is compared with its blueprint: what stands for what, and what is said of what could not be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.engine.examples import judge_example
from scanner.engine.registry import rules
from scanner.kinds.account import Account, RegionSettings
from scanner.kinds.logs import LogGroup
from scanner.kinds.s3 import Bucket
from scanner.model.finding import Verdict
from scanner.model.gap import Gap, Unknown
from scanner.model.rule import Case, Other

if TYPE_CHECKING:
    from scanner.engine.evaluate import Judgement
    from scanner.model.kind import Kind

OWN, MODEL = "123456789012", "111111111111"
CONFIG = {
    "cells": {"cells": {"blueprint": "alpha"}},
    "accounts": {OWN: {"name": "beta", "group": "cells"}, MODEL: {"name": "alpha", "group": "cells"}},
}
SAME = (Other(RegionSettings), Other(RegionSettings, account=MODEL), Other(Account, account=MODEL))


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


GAMMA = "333333333333"
GROUP: dict[str, dict[str, dict[str, str]]] = {
    "cells": {"cells": {}},
    "accounts": {
        OWN: {"name": "beta", "group": "cells"},
        MODEL: {"name": "alpha", "group": "cells"},
        GAMMA: {"name": "gamma", "group": "cells"},
    },
}


def _three(*others: Other, lacking: tuple[type[Kind], ...] = ()) -> Case:
    base = [other for one in ("", MODEL, GAMMA) for other in (Other(RegionSettings, account=one),)]
    rest = [Other(Account, account=one) for one in (MODEL, GAMMA)]
    return Case({}, others=[*base, *rest, *others], settings=GROUP, lacking=lacking)


def _judged(case: Case) -> Judgement:
    return judge_example(rules()["cell_matches_blueprint"], case)


def test_without_blueprint_the_majority_is_the_model() -> None:
    others = (Other(Bucket, id="alpha-x", account=MODEL), Other(Bucket, id="gamma-x", account=GAMMA))
    assert [fail.message for fail in _judged(_three(*others)).fails] == [
        "AWS::S3::Bucket *-x: missing; 2 of 3 cells have it"
    ]
    same = Other(Bucket, id="beta-x")
    assert _judged(_three(*others, same)).verdict is Verdict.PASS
    other = Other(Bucket, id="beta-x", versioning="Suspended")
    assert [fail.message for fail in _judged(_three(*others, other)).fails] == [
        'AWS::S3::Bucket *-x versioning: versioning is "Suspended", in 2 of 3 cells "Enabled"'
    ]
    odd = Other(Bucket, id="alpha-x", account=MODEL, versioning="Suspended")
    assert _judged(_three(odd, others[1], same)).verdict is Verdict.PASS


def test_without_a_majority_all_are_told_so() -> None:
    group = {"cells": GROUP["cells"], "accounts": {key: GROUP["accounts"][key] for key in (OWN, MODEL)}}
    case = Case({}, others=[*SAME, Other(Bucket, id="alpha-x", account=MODEL)], settings=group)
    assert [fail.message for fail in _judged(case).fails] == [
        "AWS::S3::Bucket *-x: no majority: here none, 1 of 2 cells have the same"
    ]


def test_a_majority_is_not_claimed_over_what_is_unknown() -> None:
    unknown = Other(Bucket, id="gamma-x", account=GAMMA, versioning=Unknown(Gap(message="denied")))
    alpha = Other(Bucket, id="alpha-x", account=MODEL, versioning="Suspended")
    said = _judged(_three(unknown, alpha, Other(Bucket, id="beta-x")))
    assert (said.verdict, said.fails) == (Verdict.UNKNOWN, [])
    decided = _judged(_three(unknown, Other(Bucket, id="alpha-x", account=MODEL), Other(Bucket, id="beta-x")))
    assert decided.verdict is Verdict.PASS


def test_an_account_that_is_alone_in_its_environment_has_no_majority() -> None:
    accounts = {OWN: {"group": "cells", "environment": "test"}, MODEL: {"group": "cells", "environment": "prod"}}
    said = _judged(Case({}, others=SAME, settings={"cells": {"cells": {}}, "accounts": accounts}))
    assert said.verdict is Verdict.SKIP


@pytest.mark.parametrize(("days", "verdict"), [(30, Verdict.PASS), (365, Verdict.PASS), (400, Verdict.FAIL)])
def test_an_environment_may_differ_to_one_side(days: int, verdict: Verdict) -> None:
    meant = {"fact": "retention_days", "direction": "at_most", "reason": "test keeps less"}
    settings = {
        "cells": {"web": {"allowed": [meant]}},
        "accounts": {
            OWN: {"name": "web-test", "group": "web", "environment": "test"},
            MODEL: {"name": "web-prod", "group": "web", "environment": "prod"},
        },
    }
    groups = (
        Other(LogGroup, id="/app", retention_days=days),
        Other(LogGroup, id="/app", retention_days=365, account=MODEL),
    )
    case = Case({}, others=[*SAME, *groups], settings=settings)
    assert judge_example(rules()["environment_parity"], case).verdict is verdict
