"""Mutation score of the rules: how many small faults in their predicates their own examples catch.

    python bench/mutants.py [--show] [RULE ...]

Every mutant changes one place in a rule's file outside its messages: a comparison turned or moved by its boundary, a
clause dropped, `and` and `or` exchanged, a condition held true or false, a negation left out, a number off by one, a
failure not told. It is killed when one of the rule's examples gets another verdict. Exit code 1 below 90 per cent.
"""

from __future__ import annotations

import argparse
import ast
import copy
import inspect
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

from scanner.engine.examples import examples
from scanner.engine.proof import wrong_verdict
from scanner.engine.registry import rules
from scanner.model.rule import Rule

LEAST = 0.90
SECONDS = 10
WORDS = {"Fail", "Note", "Skip"}
TURNED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,), ast.Lt: (ast.GtE, ast.LtE), ast.GtE: (ast.Lt, ast.Gt), ast.Gt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Gt, ast.Lt),
}  # fmt: skip
SWAPPED = {"any_of": "all_of", "all_of": "any_of", "any": "all", "all": "any"}


def places(tree: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes of a rule's functions that may be changed: none inside a message."""
    todo: list[ast.AST] = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    seen: set[int] = set()
    while todo:
        node = todo.pop()
        if id(node) in seen or isinstance(node, ast.JoinedStr) or _words(node):
            continue
        seen.add(id(node))
        yield node
        fields = [value for name, value in ast.iter_fields(node) if name not in {"annotation", "returns", "args"}]
        if isinstance(node, ast.Call):
            fields.append(node.args)
        for field in fields:
            items = field if isinstance(field, list) else [field]
            todo += [item for item in items if isinstance(item, ast.AST)]


def _words(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORDS


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Give what a node may be changed into, each with a name."""
    for kind, change in CHANGES.items():
        if isinstance(node, kind):
            yield from change(node)


def _compare(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for number, operator in enumerate(node.ops):
        for other in TURNED[type(operator)]:
            changed = copy.deepcopy(node)
            changed.ops[number] = other()
            yield f"{type(operator).__name__} to {other.__name__}", changed


def _clauses(node: ast.BoolOp) -> Iterator[tuple[str, ast.AST]]:
    for number in range(len(node.values)):
        rest = [value for place, value in enumerate(node.values) if place != number]
        yield f"clause {number + 1} dropped", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    yield "and/or exchanged", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _negation(node: ast.UnaryOp) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.op, ast.Not):
        yield "negation left out", node.operand


def _condition(node: ast.If | ast.IfExp) -> Iterator[tuple[str, ast.AST]]:
    for value in (True, False):
        changed = copy.copy(node)
        changed.test = ast.Constant(value)
        yield f"condition held {value}", changed


def _quantifier(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.func, ast.Name) and node.func.id in SWAPPED:
        yield "any/all exchanged", ast.Call(ast.Name(SWAPPED[node.func.id], ast.Load()), node.args, node.keywords)


def _failure(node: ast.Expr) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, ast.Yield) and _fails(node.value):
        yield "failure not told", ast.Pass()


def _answer(node: ast.Return) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
        yield "answer turned", ast.Return(ast.Constant(not node.value.value))


CHANGES: dict[Any, Callable[[Any], Iterator[tuple[str, ast.AST]]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _clauses,
    ast.UnaryOp: _negation,
    ast.If: _condition,
    ast.IfExp: _condition,
    ast.Call: _quantifier,
    ast.Expr: _failure,
    ast.Return: _answer,
}


def _fails(node: ast.Yield) -> bool:
    return isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name) and node.value.func.id == "Fail"


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def survivors(name: str) -> tuple[str, int, list[str]]:
    """Try every mutant of one rule; give how many there were and which lived."""
    rule = rules()[name]
    path = str(inspect.getsourcefile(rule))
    text = Path(path).read_text("utf-8")
    made, lived = 0, []
    for index, node in enumerate(places(ast.parse(text))):
        for what, _ in changes(node):
            made += 1
            if not _killed(rule, text, index, what):
                lived.append(f"{Path(path).name}:{getattr(node, 'lineno', 0)}: {what}")
    return name, made, lived


def _killed(rule: type[Rule], text: str, index: int, what: str) -> bool:
    tree = ast.parse(text)
    node = list(places(tree))[index]
    new = next(change for name, change in changes(node) if name == what)
    mutant: ast.Module = ast.fix_missing_locations(_Replace(node, new).visit(tree))
    module = ModuleType(rule.__module__)
    module.__file__ = inspect.getsourcefile(rule)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(SECONDS)
    try:
        exec(compile(mutant, f"mutant of {rule.id}", "exec"), module.__dict__)  # noqa: S102  that is what a mutant is for
        changed: type[Rule] = getattr(module, rule.__name__)
        return any(list(wrong_verdict(changed, label, example)) for label, _, example in examples(changed))
    except Exception:  # noqa: BLE001  a mutant that breaks, in whatever way, is caught
        return True
    finally:
        signal.alarm(0)


def _too_long(*_: object) -> None:
    raise TimeoutError


def main() -> int:
    """Print the score of each rule that is below par, and the whole."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("rules", nargs="*", help="rule ids, or beginnings of them; all by default")
    parser.add_argument("--show", action="store_true", help="name the mutants that lived")
    given = parser.parse_args()
    names = [name for name in rules() if not given.rules or name.startswith(tuple(given.rules))]
    total = alive = 0
    with ProcessPoolExecutor(2) as pool:
        for name, made, lived in pool.map(survivors, names):
            total, alive = total + made, alive + len(lived)
            if lived and (given.show or len(lived) > made * (1 - LEAST)):
                print(f"{name}: {made - len(lived)} of {made}")
                for line in lived if given.show else ():
                    print(f"    {line}")
    score = (total - alive) / total if total else 1.0
    print(f"{len(names)} rules, {total} mutants, {total - alive} killed: {score:.1%}")
    return 0 if score >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
