"""Classes are compared by what could be read of their members; what could not be read of one hides nothing."""

from __future__ import annotations

from typing import Any

from scanner.engine.drift import Comparer, Group, Normaliser
from scanner.model.canon import Canon
from scanner.model.change import Change
from scanner.model.gap import Gap
from scanner.model.resource import Resource, Section, seen, unseen

HOST = "AWS::EC2::Instance"
DENIED = Gap(message="denied")
CANON = Canon(kind=HOST, members="hosts", individual=("meta.Id",))


def host(id: str, image: str, profile: str | Section = "app") -> Resource:
    made = profile if isinstance(profile, Section) else seen({"Profile": profile})
    sections = {"meta": seen({"Id": id, "Image": image}), "rights": made}
    found = Resource(HOST, id, arn=f"arn:{id}", account="1", region="r", sections=sections)
    found.identity = "web"
    return found


def told(before: list[Resource], after: list[Resource]) -> list[tuple[Any, ...]]:
    group = Group(account="1", region="r", kind=HOST, key="web", before=tuple(before), after=tuple(after))
    found = Comparer(Normaliser({HOST: CANON}, "")).compare([group])
    changes = [each for each in found if isinstance(each, Change)]
    return [(each.path, each.before, each.after, each.members, each.direction) for each in changes]


def test_a_member_that_could_not_be_read_hides_no_change_of_another() -> None:
    before = [host("a", "1"), host("b", "1"), host("c", "1")]
    after = [host("a", "1", "admin"), host("b", "1", "admin"), host("c", "1", unseen(DENIED))]
    assert told(before, after) == [("rights.Profile", "app", "admin", ("a", "b"), "")]
    assert told([*after[:2], before[2]], [host(name, "1", "admin") for name in "abc"]) == [
        ("rights.Profile", "app", "admin", (), "")  # the last one is like the others, which was told of them
    ]


def test_what_could_never_be_read_of_a_member_is_no_change_when_it_is() -> None:
    before = [host("a", "1"), host("b", "1", unseen(DENIED))]
    assert told(before, [host("a", "1"), host("b", "1", "admin")]) == []
    assert told(before, [host("a", "1"), host("n", "1", "admin")]) == [("rights.Profile", "app", "admin", ("n",), "")]


def test_members_of_which_different_parts_were_read_are_compared_by_those() -> None:
    before = [host("a", "1", unseen(DENIED))]
    assert told(before, [host("n", "2", "admin"), host("m", "1")]) == [("meta.Image", "1", "2", ("n",), "")]
