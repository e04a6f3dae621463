"""Calls that ask about many resources at once: by a list of ids, or by a list of questions that are put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from scanner.aws.builder import Builder
from scanner.aws.client import AwsClient, Request
from scanner.aws.errors import DECLARED_ERRORS, Refusal, malformed, refusal
from scanner.aws.place import PlaceGraph
from scanner.aws.pool import FIRST, Pool
from scanner.aws.resolve import UnseenReferenceError, resolve, resolve_all
from scanner.aws.sections import answered, failed, where
from scanner.model.gap import GapState
from scanner.model.operation import Call
from scanner.model.path import getter
from scanner.model.resource import seen, unseen

GONE = "MISSING"
"""The reason by which a batch leaves out what has gone since it was listed."""


class Member(NamedTuple):
    """A resource of a batch, with what is asked about it: its id, or the items of the list that is put together."""

    builder: Builder
    own: Any


@dataclass
class Batches:
    """Turns the due calls of many resources into tasks of the pool, as few as AWS's limits allow."""

    client: AwsClient
    pool: Pool

    def ask(self, graph: PlaceGraph, builders: list[Builder], call: Call) -> None:
        """Ask in batches of AWS's size, those with the same remaining parameters together."""
        groups: dict[str, tuple[dict[str, Any], str, list[Member]]] = {}
        for builder in builders:
            try:
                params = resolve_all(call.params, builder)
                own = params.pop(call.merge.param) if call.merge else str(resolve(call.own, builder))
                region = where(call, builder)
            except (UnseenReferenceError, *DECLARED_ERRORS) as error:
                graph.answered(builder, call, failed(call, error))
                continue
            key = repr((region, sorted(params.items(), key=str)))
            groups.setdefault(key, (params, region, []))[2].append(Member(builder, own))
        for params, region, members in groups.values():
            request = Request.of(call, params, region)
            for some in _chunks(members, call):
                self.pool.submit(self._merged if call.merge else self._listed, graph, some, call, request, rank=FIRST)

    def _halves(self, graph: PlaceGraph, members: Sequence[Member], call: Call, request: Request) -> None:
        task = self._merged if call.merge else self._listed
        middle = len(members) // 2
        for some in (members[:middle], members[middle:]):
            self.pool.submit(task, graph, some, call, request, rank=FIRST)

    def _refused(self, graph: PlaceGraph, members: Sequence[Member], call: Call, error: Refusal) -> None:
        for builder, _ in members:
            graph.answered(builder, call, failed(call, error))

    # ---- by a list of ids ----

    def _listed(self, graph: PlaceGraph, members: Sequence[Member], call: Call, request: Request) -> None:
        ids = list(dict.fromkeys(own for _, own in members))
        try:
            answer = self.client.one(graph.place, request.with_params({call.ids: ids}))
        except Refusal as error:
            if "NotFound" in error.code and len(members) > 1:
                self._halves(graph, members, call, request)
            else:
                self._refused(graph, members, call, error)
            return
        items = getter(call.path)(answer)
        found = {str(getter(call.key)(item)): item for item in (items if isinstance(items, list) else [])}
        reasons = {str(entry.get("arn")): str(entry.get("reason") or GONE) for entry in answer.get("failures") or ()}
        asked = set(ids)
        nameless = next((reason for arn, reason in reasons.items() if reason != GONE and arn not in asked), GONE)
        for builder, own in members:
            reason = reasons.get(own, nameless)
            if own in found:
                graph.answered(builder, call, seen(found[own]))
            elif reason == GONE:
                graph.vanished(builder, call)
            else:
                gap = refusal(call.operation, call.permissions[0], reason, "left out of the answer").gap
                graph.answered(builder, call, unseen(gap))

    # ---- by a list of questions ----

    def _merged(self, graph: PlaceGraph, members: Sequence[Member], call: Call, request: Request) -> None:
        """Ask the questions of several resources in one call, and give each the part that answers its own.

        What the answer leaves out is asked alone; where AWS objects to the whole, one may be at fault: by halves.
        """
        merge = call.merge
        assert merge is not None  # noqa: S101  only such calls come here
        alone = len(members) == 1
        items = [merge.ask(item, number) for number, (_, own) in enumerate(members) for item in own]
        if alone:
            items = list(members[0].own)
        try:
            answer = self.client.one(graph.place, request.with_params({merge.param: items}))
        except Refusal as error:
            if error.gap.state is GapState.ERROR and error.code not in call.absent and not alone:
                self._halves(graph, members, call, request)
            else:
                self._refused(graph, members, call, error)
            return
        for number, member in enumerate(members):
            try:
                part = answer if alone else merge.part(answer, member.own, number)
                section = None if part is None else answered(call, part)
            except DECLARED_ERRORS as error:
                section = unseen(malformed(call, error))
            if section is None:
                self.pool.submit(self._merged, graph, [member], call, request, rank=FIRST)
            else:
                graph.answered(member.builder, call, section)


def _chunks(members: Sequence[Member], call: Call) -> Iterator[list[Member]]:
    """Cut into as many as a call takes: of ids, or of questions, of which a resource may have several."""
    size = call.merge.size if call.merge else call.size
    chunk: list[Member] = []
    weight = 0
    seen_ids: dict[Any, None] = defaultdict()
    for member in members:
        more = len(member.own) if call.merge else int(member.own not in seen_ids)
        if chunk and weight + more > size:
            yield chunk
            chunk, weight, seen_ids = [], 0, defaultdict()
            more = len(member.own) if call.merge else 1
        chunk.append(member)
        weight += more
        if not call.merge:
            seen_ids[member.own] = None
    if chunk:
        yield chunk
