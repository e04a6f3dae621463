"""Which calls a selection of rules needs: those behind the facts that the rules' code may read.

What a rule reads is found in its source: every attribute, keyword and word of a text that is the name of a fact
counts, in the rule and in all that it calls. So a call too many may be made, but none too few; were one missing, its
facts would be unknown, never a PASS.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from scanner.model.kind import Kind
from scanner.model.operation import CONTEXT, Applied, Call, Form
from scanner.model.rule import Rule

Calls = Mapping[str, frozenset[str]]
"""By kind, the names of the calls to make."""

EXAMPLES = frozenset({"GOOD", "BAD", "SKIP", "UNKNOWN"})
"""What a rule's class holds besides code."""

NAMES = frozenset({"id", "arn", "name"})
"""Facts that are read of every resource: what it is called."""

SCOPING = frozenset({"tags", "vpc"})
"""Facts that are read of every resource that is judged: whether it is in scope, and by which parameters."""

TAGGED = frozenset({"name", "tag", "has_tags"})
"""What of a view is read from the tags."""

HOMES = ("rules", "own_rules", "scanner.kinds")
"""The packages whose functions read facts."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass
class _Words:
    """What a piece of code names: words that may be facts, ends of such words, and other pieces of code."""

    words: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def chosen(kind: type[Kind], calls: Calls | None) -> Mapping[str, Call]:
    """Give the calls of a kind that are to be made: all where nothing is said of it."""
    if calls is None or kind.cfn not in calls:
        return kind.calls
    return {name: call for name, call in kind.calls.items() if name in calls[kind.cfn]}


def calls_needed(rules: Iterable[type[Rule]], kinds: Mapping[str, type[Kind]]) -> Calls:
    """Give, of the kinds to be collected, the calls whose answers the rules may read, and those that these build on."""
    selected = list(rules)
    judged = {kind.cfn for rule in selected for kind in rule.judged()}
    words, parts = set(NAMES), set[str]()
    for rule in selected:
        for module, name in _reached(rule.__module__, rule.__name__):
            said = _pieces(module)[name]
            words |= said.words
            parts |= said.parts
    words |= {"tags"} if words & TAGGED else set()
    found: dict[str, set[str]] = {cfn: set() for cfn in kinds}
    by_name = {kind.__name__: kind for kind in kinds.values()}
    todo = [
        (kind, section)
        for kind in kinds.values()
        for section in _first(kind, words | SCOPING if kind.cfn in judged else words, parts)
    ]
    while todo:
        kind, section = todo.pop()
        if section in found[kind.cfn]:
            continue
        found[kind.cfn].add(section)
        call = kind.calls[section]
        todo += [(kind, used) for used in call.uses]
        todo += _elsewhere(call, by_name)
    return {cfn: frozenset(names) for cfn, names in found.items()}


def _first(kind: type[Kind], words: set[str], parts: set[str]) -> set[str]:
    """Name the sections of a kind that list it, that name it, and that hold a fact whose name is a word of the code."""
    wanted = {call.name for call in kind.roots()}
    for name, fact in kind.facts.items():
        if name in words or name in kind.identity or any(part in name for part in parts):
            wanted |= set(fact.sections)
    return {name for name in wanted if name in kind.calls}


def _elsewhere(call: Call, by_name: Mapping[str, type[Kind]]) -> Iterator[tuple[type[Kind], str]]:
    """Give the sections of other kinds that a call builds on: of its parent, or of what refers to what it lists."""
    if call.of is not None:
        texts = [*_texts(call.params), call.when]
        named = {word for text in texts for word in _WORD.findall(text)} & set(call.of.calls)
        yield from ((call.of, name) for name in (*named, *(root.name for root in call.of.roots())))
    for text in call.facts if call.form is Form.REFS else ():
        owner, _, fact = text.partition(".")
        yield from ((by_name[owner], name) for name in by_name[owner].facts[fact].sections if name not in CONTEXT)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Applied):
        yield from value.references
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


# ---- what code names ----


def _reached(module: str, name: str) -> set[tuple[str, str]]:
    """Follow a piece of code to all that it names, in its own module and in those that it imports from."""
    found: set[tuple[str, str]] = set()
    todo = [(module, name)]
    while todo:
        where, piece = todo.pop()
        if (where, piece) in found or piece not in _pieces(where):
            continue
        found.add((where, piece))
        imported = _imports(where)
        todo += [imported.get(named, (where, named)) for named in _pieces(where)[piece].names]
    return found


@cache
def _tree(module: str) -> ast.Module:
    if not module.partition(".")[0] or not module.startswith(HOMES):
        return ast.Module([], [])
    return ast.parse(inspect.getsource(sys.modules[module]))


@cache
def _imports(module: str) -> dict[str, tuple[str, str]]:
    """Say where what a module imports by name comes from."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


@cache
def _pieces(module: str) -> dict[str, _Words]:
    """Read what each function, class and constant of a module names."""
    found: dict[str, _Words] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.FunctionDef):
            _read([node], found.setdefault(node.name, _Words()))
        elif isinstance(node, ast.ClassDef):
            _read(_body(node), found.setdefault(node.name, _Words()))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            values = [node.value] if node.value is not None else []
            for name in _assigned(node):
                _read(values, found.setdefault(name, _Words()))
    return found


def _assigned(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]


def _body(node: ast.ClassDef) -> list[ast.AST]:
    """Give what of a class is code: of a rule all but its examples, of a kind its methods, of others all."""
    if any(keyword.arg == "cfn" for keyword in node.keywords):
        return [part for part in node.body if isinstance(part, ast.FunctionDef)]
    parts = [part for part in node.body if not EXAMPLES.intersection(_assigned(part))]
    documented = parts and isinstance(parts[0], ast.Expr) and isinstance(parts[0].value, ast.Constant)
    return [*node.bases, *(parts[1:] if documented else parts)]


def _read(nodes: Iterable[ast.AST], said: _Words) -> None:
    for node in (each for top in nodes for each in ast.walk(top)):
        if isinstance(node, ast.Attribute):
            said.words.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            said.words.add(node.arg)
        elif isinstance(node, ast.Name):
            said.names.add(node.id)
        elif isinstance(node, ast.JoinedStr):
            texts = [str(part.value) for part in node.values if isinstance(part, ast.Constant)]
            said.parts |= {text for text in texts if re.fullmatch(r"_?[a-z0-9]+_?", text) and "_" in text}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            said.words |= set(_WORD.findall(node.value))
