"""Looking again and again at parts of accounts, by clients that are made once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from scanner.aws.client import AwsClient
from scanner.aws.collect import GLOBAL, Collector, operations
from scanner.aws.sessions import Sessions, Target
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds as every_kind
from scanner.model.kind import Kind
from scanner.model.resource import Snapshot


@dataclass
class Looker:
    """Collects chosen kinds in chosen places of the accounts that `targets` name."""

    sessions: Sessions
    targets: Mapping[str, Target]
    redactor: Redactor
    threads: int = 32
    client: AwsClient = field(init=False)

    def __post_init__(self) -> None:
        """Make the client; it may call what any kind declares, and nothing else."""
        allowed = operations(every_kind().values())
        self.client = AwsClient(self.sessions, self.targets, allowed, self.threads)

    def look(self, places: Iterable[tuple[str, str]], kinds: Mapping[str, type[Kind]], now: datetime) -> Snapshot:
        """Give what is there now; places are accounts and Regions, or `global`.

        Raises:
            KeyError: an account is not among the targets.
        """
        regions: dict[str, set[str]] = defaultdict(set)
        for account, region in places:
            regions[account].add(region)
        targets = [
            replace(self.targets[account], regions=tuple(sorted(some - {GLOBAL})))
            for account, some in sorted(regions.items())
        ]
        skip = [(account, GLOBAL) for account, some in regions.items() if GLOBAL not in some]
        seen = Snapshot("now", now, targets=sorted((account, each) for account in regions for each in regions[account]))
        collector = Collector(self.sessions, kinds, self.redactor, now, self.threads, client=self.client)
        for found in collector.collect(targets, skip):
            seen.resources += found.resources
            seen.coverage += found.coverage
        return seen
