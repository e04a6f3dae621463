"""One scan from end to end: collect, judge, keep; used by the command, the demo and the Python API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from scanner.cli.accounts import resumed, survey
from scanner.cli.incremental import Looks, plan_of
from scanner.cli.wire import BrokenOffError, Clock, UsageError, Wiring

if TYPE_CHECKING:
    from rich.console import Console

    from scanner.aws.collect import Executor
    from scanner.aws.incremental import Shortcut
    from scanner.aws.sessions import Sessions, Target
    from scanner.cli.incremental import Plan
    from scanner.engine.redact import Redactor
    from scanner.model.kind import Kind
    from scanner.model.resource import Resource, Snapshot
    from scanner.model.rule import Rule
    from scanner.run import Judge, Result
    from scanner.store import ScanInfo, Store

Tick = Callable[[int, int, int], None]
Beside = Callable[["Snapshot"], "Iterable[Resource]"]
GLOBAL = "global"
THREADS = "threads"
"""The engine that needs nothing but this process."""


@dataclass(frozen=True)
class Wanted:
    """What a scan is asked to look at; what is empty means all. `engine` is `threads` or a Dask scheduler's address.

    `incremental` is whether calls are spared by what CloudTrail says did not change; None: as config.toml says.
    """

    accounts: Sequence[str] = ()
    regions: Sequence[str] = ()
    kinds: Sequence[str] = ()
    rules: Sequence[str] = ()
    packs: Sequence[str] = ()
    resume: bool = False
    engine: str = ""
    id: str = ""
    incremental: bool | None = None


def run_scan(
    wiring: Wiring, wanted: Wanted, sessions: Sessions, *, store: Store | None, clock: Clock | None = None,
    tick: Tick | None = None,
) -> Result:  # fmt: skip
    """Scan, judge, and keep the result in the store, if there is one.

    Raises:
        UsageError, ConfigError, UnknownPackError: the request or the configuration is wrong.
        AwsError: AWS cannot be used with these credentials.
        StoreError: the store cannot take the scan.
    """
    info = _interrupted(store, wanted.id) if wanted.resume else None
    rules, kinds = _chosen(wiring, wanted) if info is None else _as_before(wiring, info)
    engine = wanted.engine or wiring.config.aws.engine
    if engine != THREADS:
        from scanner.aws.cluster import address_of

        address_of(engine)
    make_judge(wiring, rules, store)  # what config.toml says wrongly is said before AWS is asked anything
    redactor = wiring.redactor() if store is not None or engine != THREADS else passing_redactor()
    identity = sessions.identity()
    found = survey(wiring, sessions, identity)
    if info is None:
        targets = found.targets(wanted.accounts, wanted.regions)
    else:
        targets = resumed(found, info.targets, sessions.home_of(identity.partition))
    wiring = replace(wiring, config=found.whole_config)
    judge = make_judge(wiring, rules, store)
    plan = plan_of(
        wiring, asked=wanted.incremental, store=store, targets=targets, key_id=redactor.key_id,
        looks=Looks(frozenset(kinds), frozenset(rule.id for rule in rules)), threads=engine == THREADS,
        versions=_versions(), resumed=info,
    )  # fmt: skip
    work = _Work(wiring, rules, kinds, judge, redactor, targets, _code_beside(wiring), engine, wanted.id, plan)
    result = _carry_out(work, info, sessions, store, clock or Clock(), tick)
    result.targets = targets
    return result


def _interrupted(store: Store | None, id: str) -> ScanInfo:
    if id and store is not None:
        info = next((each for each in store.scans() if each.id == id and not each.finished), None)
    else:
        info = store.unfinished() if store is not None else None
    if info is None:
        raise UsageError("--resume: the store holds no interrupted scan; run `phiward scan`")
    return info


def _chosen(wiring: Wiring, wanted: Wanted) -> tuple[list[type[Rule]], dict[str, type[Kind]]]:
    """Choose rules and kinds; without filters every kind is collected."""
    from scanner.engine.registry import kinds, kinds_needed

    rules = wiring.rules(wanted.packs, wanted.rules, wanted.kinds)
    return rules, kinds_needed(rules) if wanted.rules or wanted.packs or wanted.kinds else kinds()


def _as_before(wiring: Wiring, info: ScanInfo) -> tuple[list[type[Rule]], dict[str, type[Kind]]]:
    """Take the rules and kinds of the interrupted scan: others were not collected where it has been already."""
    from scanner.engine.registry import kinds

    known, all_kinds = wiring.known_rules(), kinds()
    rules = [known[name] for name in info.rules if name in known]
    return rules, {cfn: all_kinds[cfn] for cfn in info.kinds if cfn in all_kinds}


def _code_beside(wiring: Wiring) -> Beside | None:
    if not wiring.config.iac.terraform:
        return None
    from scanner.cli.codifying import code_beside

    return code_beside(wiring)


@dataclass(frozen=True)
class _Work:
    wiring: Wiring
    rules: Sequence[type[Rule]]
    kinds: dict[str, type[Kind]]
    judge: Judge
    redactor: Redactor
    targets: Sequence[Target]
    beside: Beside | None = None
    engine: str = THREADS
    id: str = ""
    plan: Plan | None = None


def _carry_out(
    work: _Work, before: ScanInfo | None, sessions: Sessions, store: Store | None, clock: Clock, tick: Tick | None
) -> Result:
    from scanner.model.resource import Snapshot
    from scanner.run import scan

    info = before or _scan_info(work, clock.now())
    shortcut = None
    if work.plan is not None and store is not None:
        shortcut = work.plan.shortcut(work.kinds, sessions, work.targets, store, info)
    executor = _executor(work, info.as_of, sessions, tick, shortcut)
    executor.ready()
    names = {target.account: target.name for target in work.targets}
    places = list(info.targets)
    snapshot = Snapshot(info.id, info.as_of, targets=places, names=names, kinds=sorted(work.kinds))
    done: set[tuple[str, str]] = set()
    if store is not None:
        store.begin(info)
    if store is not None and before is not None:
        done = store.places_done(info.id)
        held = store.snapshot(info.id)
        snapshot.resources, snapshot.coverage = list(held.resources), list(held.coverage)
    found = executor.collect(work.targets, done)
    with _broken_off(store, found):
        result = scan(snapshot, found, work.judge, history=store, now=clock.now, beside=work.beside)
    result.calls = executor.made
    result.resumed = before is not None
    result.night = work.plan.night(shortcut) if work.plan is not None else None
    return result


@contextmanager
def _broken_off(store: Store | None, places: Iterator[Any]) -> Iterator[None]:
    """End the collection at once, whatever breaks it off; say of credentials that have ended how the scan goes on.

    Raises:
        BrokenOffError: they have; without a store nothing is kept that could go on.
    """
    from scanner.aws.errors import CredentialsEndedError

    try:
        yield
    except CredentialsEndedError as error:
        kept = "; what was seen is kept: renew them and run `phiward scan --resume`" if store else "; renew them"
        raise BrokenOffError(f"{error}{kept}") from error
    finally:  # left to the end of the process, it would wait for a lock that a thread then holds for ever
        close = getattr(places, "close", None)
        if close is not None:
            close()


def _executor(
    work: _Work, as_of: datetime, sessions: Sessions, tick: Tick | None, shortcut: Shortcut | None
) -> Executor:
    """Give who looks at the places: threads of this process, or a Dask cluster.

    Where not every kind is looked at, only what the chosen rules read is asked for.
    """
    from scanner.aws.collect import Collector
    from scanner.engine.needed import calls_needed
    from scanner.engine.registry import kinds

    threads = work.wiring.config.aws.threads
    asks = calls_needed(work.rules, work.kinds) if len(work.kinds) < len(kinds()) else None
    if work.engine == THREADS:
        return Collector(sessions, work.kinds, work.redactor, as_of, threads, tick=tick, shortcut=shortcut, asks=asks)
    from scanner.aws.cluster import Cluster, address_of

    address = address_of(work.engine)
    return Cluster(address, work.kinds, work.redactor.key_id, as_of, sessions.home, threads, tick, asks=asks)


def _scan_info(work: _Work, started: datetime) -> ScanInfo:
    from scanner.store import ScanInfo, new_id

    return ScanInfo(
        id=work.id or new_id(started), started=started, as_of=started, kinds=tuple(sorted(work.kinds)),
        rules=tuple(name for rule in work.rules for name in (rule.id, *rule.was)),
        targets=tuple(_places(work)),
        names={target.account: target.name for target in work.targets},
        versions=work.plan.versions if work.plan is not None else _versions(),
    )  # fmt: skip


def _places(work: _Work) -> Iterator[tuple[str, str]]:
    """Give the places that are looked at: not those where none of the kinds is."""
    scopes = {kind.scope for kind in work.kinds.values()}
    for target in work.targets:
        for region in (GLOBAL, *target.regions):
            if ("global" if region == GLOBAL else "regional") in scopes:
                yield target.account, region


def _versions() -> dict[str, str]:
    from scanner.kinds.canon import version as normaliser

    return {"phiward": version("phiward"), "normaliser": normaliser()}


def make_judge(wiring: Wiring, rules: Sequence[type[Rule]], store: Store | None = None) -> Judge:
    """Make the judge of these rules under the configuration.

    With a store, rules over accounts see those that are not in the scan by their newest complete snapshot there.

    Raises:
        ConfigError: a rule's table is wrong.
    """
    from remediation.policies import render
    from scanner.engine.members import companions, newest
    from scanner.engine.parameters import Parameters
    from scanner.engine.scope import Scope
    from scanner.run import Judge

    parameters = Parameters(wiring.config, wiring.known_rules(), wiring.name)

    def others(accounts: Sequence[str], kinds: Sequence[str]) -> list[Snapshot]:
        beside = companions(wiring.config, accounts)
        return newest(store, beside, kinds, complete=True) if store is not None and beside else []

    return Judge(rules, parameters, Scope(wiring.config.scope), render, others=others)


def passing_redactor() -> Redactor:
    """Make a redactor whose key nobody keeps: without a store no two scans are compared."""
    import secrets

    from scanner.engine.redact import Redactor

    return Redactor(secrets.token_bytes(32))


@contextmanager
def progress(console: Console) -> Iterator[Tick | None]:
    """Show how many account-Regions are done and how many calls were made; nothing where nobody looks."""
    if not console.is_terminal or console.quiet:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns: list[Any] = [
        TextColumn("[bold]scanning"), BarColumn(bar_width=None), MofNCompleteColumn(),
        TextColumn("account-Regions, {task.fields[calls]:,} calls"), TimeElapsedColumn(),
    ]  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("scan", total=None, calls=0)

        def tick(done: int, total: int, calls: int) -> None:
            bar.update(task, completed=done, total=total, calls=calls)

        yield tick
