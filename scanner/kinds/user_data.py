"""What may be kept of user data: never the text, only which questions it answers, decided while it is at hand.

Sources: Amazon ECS Best Practices Guide, page 58 (block the metadata service); ECS agent configuration
(`ECS_AWSVPC_BLOCK_IMDS`); iptables(8), nft(8).
"""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scanner.kinds.ecs_agent import agent_settings, awsvpc_block_imds, container_stop_timeout
from scanner.model.secret import REDACTED, Secret, from_base64

METADATA_ADDRESSES = ("169.254.169.254", "fd00:ec2::254")
"""Where an instance's metadata service answers: over IPv4, and over IPv6 where that is switched on."""


class UserData(msgspec.Struct, frozen=True):
    """What is known of an instance's user data.

    `detectors` are the secret detectors that fired, `imds_block` the metadata addresses that a firewall rule in it
    drops for containers, `awsvpc_block_imds` whether it tells the ECS agent to block them for tasks in awsvpc mode,
    `runs_containers` whether it sets up a container host, `container_stop_timeout` how long it tells the ECS agent to
    wait for a container to stop, empty where it does not, None where it was not asked; `agent` are further settings of
    the agent that it makes, by the names of their variables, None where they were not asked.
    """

    present: bool = False
    detectors: tuple[str, ...] = ()
    imds_block: tuple[str, ...] = ()
    awsvpc_block_imds: bool = False
    runs_containers: bool = False
    container_stop_timeout: str | None = ""
    agent: tuple[tuple[str, str], ...] | None = ()


NO_USER_DATA = UserData()


def read_user_data(kept: Mapping[str, Any]) -> UserData:
    """Read what was kept of user data.

    Raises:
        ValueError: it was kept without having been examined.
    """
    if REDACTED not in kept or "$detected" not in kept:
        raise ValueError("the user data was not examined as it was read")
    return UserData(
        present=True,
        detectors=tuple(str(hit["detector"]) for hit in kept["$detected"]),
        imds_block=tuple(kept["imds_block"]),
        awsvpc_block_imds=bool(kept["awsvpc_block_imds"]),
        runs_containers=bool(kept["runs_containers"]),
        container_stop_timeout=kept.get("container_stop_timeout"),
        agent=tuple(sorted(kept["ecs_agent"].items())) if "ecs_agent" in kept else None,
    )


def imds_block(text: str) -> list[str]:
    """Name the metadata addresses that firewall rules in a script drop for traffic from containers.

    A rule counts that appends or inserts into DOCKER-USER or FORWARD (or raw or mangle PREROUTING), whose destination
    covers the address, that drops or rejects, and that nothing narrows to less than HTTP from a container bridge.
    Later flushes and deletions undo it. Commented-out lines, text that is only printed and rules for other addresses do
    not count. That the script ran, and in which order with Docker, is not known from it.
    """
    rules: list[tuple[str, str]] = []
    for command in _commands(text):
        name = command[0].rpartition("/")[2]
        if name in {"iptables", "ip6tables"}:
            _iptables(command[1:], rules)
        elif name == "nft":
            rules += [("nft", address) for address in _nft(command[1:])]
    blocked = {address for _, address in rules}
    return [address for address in METADATA_ADDRESSES if address in blocked]


_SEPARATORS = {";", "&&", "||", "|", "&", "(", ")", "{", "}"}
_LEADING = {"sudo", "then", "do", "else", "if", "!", "command", "exec", "nohup", "env", "-n", "-E"}
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_ASSIGNMENT = re.compile(r"(?:export\s+|readonly\s+|local\s+)?([A-Za-z_]\w*)=(['\"]?)([^'\"\s;]*)\2\s*;?")


def _commands(text: str) -> Iterator[list[str]]:
    """Give the commands of a script, cloud-config or MIME part, variables of literal value put in."""
    values: dict[str, str] = {}
    ends = ""
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        bare = line.strip()
        if ends:
            ends = "" if bare == ends else ends
            continue
        bare = bare.removeprefix("- ").strip()
        assigned = _ASSIGNMENT.fullmatch(bare)
        if assigned:
            values[assigned.group(1)] = assigned.group(3)
        heredoc = _HEREDOC.search(bare)
        if heredoc and not re.match(r"(sudo\s+)?(ba|da)?sh\b", bare):
            ends = heredoc.group(2)
        yield from _split(re.sub(r"\$\{?(\w+)\}?", lambda hit: values.get(hit.group(1), hit.group(0)), bare))


def _split(line: str) -> Iterator[list[str]]:
    if line.startswith("[") and line.endswith("]"):
        words = [word.strip().strip("'\"") for word in line[1:-1].split(",")]
    else:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|(){}")
        lexer.whitespace_split = True
        try:
            words = list(lexer)
        except ValueError:
            return
    command: list[str] = []
    for word in [*words, ";"]:
        if word in _SEPARATORS or set(word) <= set(";&|"):
            yield from _plain(command)
            command = []
        elif command or word not in _LEADING:
            command.append(word)


def _plain(command: list[str]) -> Iterator[list[str]]:
    """Open up a command that is one quoted text or is handed to a shell."""
    if not command:
        return
    if len(command) == 1 and " " in command[0]:
        yield from _split(command[0])
    elif re.fullmatch(r"(.*/)?(ba|da)?sh", command[0]) and "-c" in command[1:-1]:
        yield from _split(command[command.index("-c") + 1])
    else:
        yield command


_VERBS = {"-A": "add", "-I": "add", "-D": "delete", "-F": "flush"}
_LONG = {
    "--append": "-A",
    "--insert": "-I",
    "--delete": "-D",
    "--flush": "-F",
    "--table": "-t",
    "--destination": "-d",
    "--dst": "-d",
    "--jump": "-j",
    "--in-interface": "-i",
    "--protocol": "-p",
    "--destination-port": "--dport",
    "--match": "-m",
    "--wait": "-w",
}
_CHAINS = {("filter", "DOCKER-USER"), ("filter", "FORWARD"), ("raw", "PREROUTING"), ("mangle", "PREROUTING")}
_WIDE_ENOUGH = {
    "-p": ("tcp", "all", "6", "0"),
    "--dport": ("80", "http"),
    "-m": ("tcp", "comment"),
    "-j": ("DROP", "REJECT"),
}
_SAYS_NOTHING = {"-t", "-d", "-w", "--comment", "--reject-with", *_VERBS}


def _iptables(words: list[str], rules: list[tuple[str, str]]) -> None:
    """Carry out one iptables command on the list of (chain, metadata address) that are dropped."""
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("-"):
            options[_LONG.get(word, word)] = []
        elif options:
            options[next(reversed(options))].append(word)
    verb = next((name for name in _VERBS if name in options), "")
    table, chain = "".join(options.get("-t", ["filter"])[:1]), "".join(options.get(verb, [])[:1])
    where, addresses = f"{table} {chain}", _covered(",".join(options.get("-d", [])).split(","))
    if _VERBS.get(verb) == "flush":
        rules[:] = [rule for rule in rules if chain and rule[0] != where]
    elif _VERBS.get(verb) == "delete":
        rules[:] = [rule for rule in rules if rule[0] != where or rule[1] not in addresses]
    elif verb and (table, chain) in _CHAINS and "-j" in options and "!" not in words:
        drops = all(_catches_http(option, values) for option, values in options.items())
        rules += [(where, address) for address in addresses if drops]


def _catches_http(option: str, values: list[str]) -> bool:
    """Say whether a part of a rule still lets it stop HTTP from every container bridge."""
    value = "".join(values[:1])
    if option == "-i":
        return value.startswith(("docker", "br-", "br+", "veth")) or value == "+"
    return option in _SAYS_NOTHING or value in _WIDE_ENOUGH.get(option, ())


def _nft(words: list[str]) -> list[str]:
    """Name the metadata addresses that an `nft add rule` drops for forwarded traffic."""
    words = [part for word in words for part in word.split()]
    if words[:2] not in (["add", "rule"], ["insert", "rule"]) or not {"drop", "reject"} & set(words):
        return []
    head = words[2:5]
    chain = head[2] if head and head[0] in {"ip", "ip6", "inet"} and len(head) == 3 else "".join(head[1:2])  # noqa: PLR2004
    narrow = {"saddr", "oifname", "sport", "udp", "!="} & set(words)
    if chain.casefold() not in {"forward", "docker-user", "prerouting"} or narrow or "daddr" not in words:
        return []
    given = words[words.index("daddr") + 1 :][:1]
    return _covered(given)


def _covered(given: list[str]) -> list[str]:
    """Name the metadata addresses that lie in any of the given addresses or networks."""
    found = []
    for text in given:
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            continue
        found += [address for address in METADATA_ADDRESSES if ipaddress.ip_address(address) in network]
    return found


_CONTAINER_HOST = re.compile(
    r"\bECS_CLUSTER\b|\[settings\.(ecs|kubernetes)\]|/etc/eks/bootstrap|\bnodeadm\b|\bkube(let|adm)\b|\bcontainerd\b"
    r"|\bdocker(d|-ce)?\s+(run|compose|swarm)\b|\b(start|enable)\b.*\bdocker\b|\binstall\b.*\b(docker|podman|ecs-init)\b"
    r"|Initialize-ECSAgent",
    re.IGNORECASE,
)


def runs_containers(text: str) -> bool:
    """Say whether a script joins an ECS or Kubernetes cluster or starts a container runtime."""
    return any(_CONTAINER_HOST.search(line) for line in text.splitlines() if not line.lstrip().startswith("#"))


def user_data_secret(path: str) -> Secret:
    """Declare user data at a path of a section: base64, examined and replaced as it is read."""
    probes = {
        "imds_block": imds_block,
        "awsvpc_block_imds": awsvpc_block_imds,
        "runs_containers": runs_containers,
        "container_stop_timeout": container_stop_timeout,
        "ecs_agent": agent_settings,
    }
    return Secret(path, decode=from_base64, probes=probes)
