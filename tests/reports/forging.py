"""Ways to forge an evidence pack, and the checks that see each."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Members = dict[str, bytes]


def in_json(name: str, change: Callable[[Any], object]) -> Callable[[Members], None]:
    def made(members: Members) -> None:
        document = json.loads(members[name])
        change(document)
        members[name] = json.dumps(document).encode()

    return made


def one(members: Members, pattern: str, holding: bytes = b"") -> str:
    return next(name for name in sorted(members) if re.fullmatch(pattern, name) and holding in members[name])


def turn_to_pass(members: Members) -> None:
    def change(found: Any) -> None:
        next(each for each in found["findings"] if each["name"] == "b")["verdict"] = "PASS"

    in_json("findings.json", change)(members)
    members["findings.csv"] = re.sub(rb'"FAIL"(?=[^\n]*,"b",)', b'"PASS"', members["findings.csv"])


def leave_out(members: Members) -> None:
    found = json.loads(members["findings.json"])
    gone = next(each["fingerprint"] for each in found["findings"] if each["name"] == "b")
    found["findings"] = [each for each in found["findings"] if each["fingerprint"] != gone]
    members["findings.json"] = json.dumps(found).encode()
    rows = list(csv.reader(io.StringIO(members["findings.csv"].decode(), newline="")))
    out = io.StringIO(newline="")
    csv.writer(out).writerows(row for row in rows if gone not in row)
    members["findings.csv"] = out.getvalue().encode()


def other_document(members: Members) -> None:
    """Say that `b` rotates, under the right hash, in document, index, facts."""
    content = b'{"KeyRotationEnabled":true}'
    name = hashlib.sha256(content).hexdigest()
    members[f"documents/{name}.json"] = content
    index = json.loads(members["documents/index.json"])
    b = next(each for each in index["resources"] if each["id"] == "b")
    next(each for each in b["sections"] if each["section"] == "turn")["sha256"] = name
    members["documents/index.json"] = json.dumps(index).encode()


def unseen_document(members: Members) -> None:
    in_json(
        "documents/index.json",
        lambda index: [
            section.update(seen_in_scan=False) for each in index["resources"] for section in each["sections"]
        ],
    )(members)


def forget_resource(members: Members) -> None:
    def change(index: Any) -> None:
        b = next(each for each in index["resources"] if each["id"] == "b")
        index["resources"].remove(b)
        index["without_document"].append({"kind": b["kind"], "arn": b["arn"], "why": "none"})

    in_json("documents/index.json", change)(members)
    known = members["documents/index.json"].decode()
    for name in [
        name for name in members if re.fullmatch(r"documents/[0-9a-f]{64}\.json", name) and name[10:74] not in known
    ]:
        del members[name]


def rewrite_chain(seals: Any) -> None:
    for chain in seals["accounts"]:
        previous = ""
        for link in chain["links"]:
            link["content"] = hashlib.sha256(link["content"].encode()).hexdigest()
            text = "\n".join((previous, link["scan"], link["as_of"], link["content"]))
            link["previous"], previous = previous, hashlib.sha256(text.encode()).hexdigest()
            link["head"] = chain["head"] = previous


def answered(found: Any) -> None:
    for call in found.get("coverage") or found["calls"]:
        call["asked"] = 9


def every(members: Members) -> None:
    in_json("findings.json", answered)(members)
    in_json("coverage.json", answered)(members)


def finding(**changes: Any) -> Callable[[Members], None]:
    return in_json("findings.json", lambda found: found["findings"][0].update(changes))


def fact(**changes: Any) -> Callable[[Members], None]:
    return in_json("findings.json", lambda found: found["findings"][0]["evidence"][-1].update(changes))


def document(content: bytes | None) -> Callable[[Members], None]:
    def made(members: Members) -> None:
        name = one(members, r"documents/[0-9a-f]{64}\.json")
        members.pop(name)
        members.update({} if content is None else {name: content})

    return made


def sealed_list(members: Members) -> None:
    name = one(members, r"sealed/.*\.txt", b"FAIL")
    members[name] = members[name].replace(b"FAIL", b"PASS")


def more(name: str) -> Callable[[Members], None]:
    return lambda members: members.update({name: b"{}"})


def seals(change: Callable[[Any], object]) -> Callable[[Members], None]:
    return in_json("seals.json", change)


def twice(members: Members) -> None:
    """Say in findings.json first that `b` passes, then what it is: programs differ in which of two keys they read."""
    was, becomes = b'"verdict": "FAIL"', b'"verdict": "PASS", "verdict": "FAIL"'
    members["findings.json"] = members["findings.json"].replace(was, becomes, 1)


def double(members: Members) -> None:
    """Put a document of ours before what was seen."""
    content = b'{"KeyRotationEnabled":true}'
    name = hashlib.sha256(content).hexdigest()
    members[f"documents/{name}.json"] = content

    def change(index: Any) -> None:
        b = next(each for each in index["resources"] if each["id"] == "b")
        turn = next(each for each in b["sections"] if each["section"] == "turn")
        b["sections"].insert(0, {**turn, "sha256": name})

    in_json("documents/index.json", change)(members)


FORGED: dict[str, tuple[Callable[[Members], None], bool, str]] = {
    "a document": (document(b"{}"), False, "manifest documents"),
    "a document, manifest too": (document(b"{}"), True, "documents"),
    "a document is gone": (document(None), True, "documents"),
    "a document more": (more(f"documents/{'0' * 64}.json"), True, "documents"),
    "another document": (other_document, True, "record"),
    "what was seen is said to be unseen": (unseen_document, True, "record"),
    "a document beside the one that was seen": (double, True, "record"),
    "a key twice": (twice, True, "evidence agreement record"),
    "a resource is forgotten": (forget_resource, True, "record"),
    "a verdict": (turn_to_pass, False, "manifest record"),
    "a verdict, manifest too": (turn_to_pass, True, "record"),
    "a verdict in the JSON alone": (finding(verdict="PASS"), True, "agreement record"),
    "a message": (finding(message="all is well"), True, "record"),
    "a citation": (finding(hipaa=[]), True, "record"),
    "a fact": (fact(value=True), True, "record"),
    "a fact of nothing": (fact(path="AWS::KMS::Key none.X"), True, "evidence record"),
    "a finding is left out": (leave_out, True, "record"),
    "the coverage": (every, True, "record"),
    "a seal's content": (seals(lambda d: d["accounts"][0]["links"][0].update(content="0" * 64)), True, "chain"),
    "a seal is cut off": (seals(lambda d: d["accounts"][0]["links"].pop(0)), True, "chain"),
    "the newest seal is cut off": (seals(lambda d: d["accounts"][0]["links"].pop()), True, "chain record"),
    "an account is left out": (seals(lambda d: d["accounts"].pop()), True, "chain record"),
    "the chain is made anew": (seals(rewrite_chain), True, "record"),
    "a sealed list": (sealed_list, True, "documents record"),
    "a file more": (more("letter.txt"), False, "manifest"),
    "the manifest": (in_json("manifest.json", lambda d: d["files"].pop()), False, "manifest"),
    "no JSON": (lambda members: members.update({"seals.json": b"{"}), True, "agreement chain record"),
}
