"""The laws of the house that no linter knows, read from the source; and proof that the import contracts bite."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

HOME = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())
CONTRACTS = {contract["id"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
PACKAGES = [
    name for name in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] if (HOME / name).is_dir()
]
SOURCES = sorted(path for name in PACKAGES for path in (HOME / name).rglob("*.py"))
TESTS = sorted((HOME / "tests").rglob("*.py"))

CLOCK_READERS = (
    "scanner/cli",
    "scheduler/",
    "scanner/aws",
    "scanner/store",
    "scanner/demo",
    "scanner/terraform",
    "scanner/cloudformation",
)
CATCHES_ALL = (
    "scanner/aws/pool.py",  # what a task lets out is raised in the thread that asked for it all
    "scanner/cli/__init__.py",  # the last resort: exit code 4
    "scanner/cli/notifying.py",  # a service's plugin may raise whatever it likes, and no scan fails because of it
    "scanner/engine/evaluate.py",  # a rule's bug is the verdict ERROR
    "remediation/custodian_child.py",  # Custodian's actions raise whatever they like; it is told to the one who waits
    "scanner/engine/registry.py",  # a user's own rule file may raise whatever it likes
)
LINES = 300

OUTSIDE_WORLD = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|gmtime|localtime)|os\.(environ|environb|getenv|putenv))$"
)
OUTSIDE_NAMES = {("os", "environ"), ("os", "getenv"), ("time", "time"), ("time", "time_ns")}
WORKPLACE = re.compile(r"(?<![\w.~-])/(work|farm|root|home/\w+|tmp/\w)/")


def reads_clock_or_environment(source: str) -> list[int]:
    """Lines that ask the machine what time it is or what its environment says."""
    lines = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and OUTSIDE_WORLD.search(ast.unparse(node)):
            lines.add(node.lineno)
        if isinstance(node, ast.ImportFrom) and OUTSIDE_NAMES & {(node.module, alias.name) for alias in node.names}:
            lines.add(node.lineno)
    return sorted(lines)


def catches_everything(source: str) -> list[int]:
    """Lines that catch every exception, whatever it is."""
    handlers = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ExceptHandler)]
    return [
        node.lineno
        for node in handlers
        if (node.type is None or re.search(r"\b(Base)?Exception\b", ast.unparse(node.type))) and not _goes_on(node)
    ]


def _goes_on(handler: ast.ExceptHandler) -> bool:
    """Whether the handler only tidies up, and lets the same exception pass."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def relative(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "dt.datetime.utcnow()",
        "date.today()",
        "time.time()",
        "os.environ['A']",
        "from os import environ",
    ],
)
def test_the_clock_is_recognised(source: str) -> None:
    assert reads_clock_or_environment(f"\n{source}") == [2]


@pytest.mark.parametrize(
    "source", ["snapshot.as_of", "datetime.fromisoformat(x)", "now", "time.monotonic()", "os.path"]
)
def test_what_is_no_clock_is_left_alone(source: str) -> None:
    assert reads_clock_or_environment(source) == []


@pytest.mark.parametrize("clause", ["except:", "except Exception:", "except (OSError, BaseException) as e:"])
def test_a_net_for_everything_is_recognised(clause: str) -> None:
    assert catches_everything(f"try:\n  x\n{clause}\n  pass") == [3]
    assert catches_everything(f"try:\n  x\n{clause}\n  tidy()\n  raise") == []
    assert catches_everything("try:\n  x\nexcept (ValueError, botocore.exceptions.ClientError):\n  pass") == []


def test_only_the_roof_and_adapters_read_clock_and_environment() -> None:
    found = {
        relative(path): lines
        for path in SOURCES
        if not relative(path).startswith(CLOCK_READERS) and (lines := reads_clock_or_environment(path.read_text()))
    }
    assert found == {}


def test_only_the_engine_turns_any_exception_into_a_verdict() -> None:
    found = {
        relative(path): lines
        for path in SOURCES
        if relative(path) not in CATCHES_ALL and (lines := catches_everything(path.read_text()))
    }
    assert found == {}


def test_no_file_is_too_long_to_read() -> None:
    lengths = {relative(path): len(path.read_text().splitlines()) for path in [*SOURCES, *TESTS]}
    assert {path: length for path, length in lengths.items() if length > LINES} == {}


def test_nothing_names_the_machine_it_was_written_on() -> None:
    assert WORKPLACE.search(" /" + "work/main")
    folders = [*PACKAGES, "tests", "docs", "bench", "deploy", ".ci"]
    files = [path for folder in folders for path in (HOME / folder).rglob("*")] + list(HOME.iterdir())
    text = {".py", ".md", ".toml", ".lock", ".json", ".csv", ".html", ".j2", ".css", ".js", ".sh", ".yml", ".yaml", ""}
    found = [
        f"{relative(path)}:{number}"
        for path in files
        if path.is_file() and path.suffix in text and path.name != ".git" and "__pycache__" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if WORKPLACE.search(line)
    ]
    assert found == []


def test_the_lock_file_names_no_private_registry() -> None:
    lock = (HOME / "uv.lock").read_text()
    hosts = {urlsplit(address).hostname for address in re.findall(r"https?://[^\s\"]+", lock)}
    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    assert "file:" not in lock


def test_the_lock_never_falls_back_to_an_old_custodian() -> None:
    locked = {
        package["name"]: package["version"] for package in tomllib.loads((HOME / "uv.lock").read_text())["package"]
    }
    assert tuple(map(int, locked["c7n"].split("."))) >= (0, 9, 53)


def test_every_package_stands_on_a_floor() -> None:
    floors = set(re.findall(r"[\w.]+", " ".join(CONTRACTS["floors"]["layers"])))
    parts = {f"scanner.{path.stem}" for path in (HOME / "scanner").iterdir() if path.stem.isidentifier()}
    parts -= {"scanner.__init__", "scanner.__main__", "scanner.__pycache__", "scanner.py"}
    assert parts | set(PACKAGES) - {"scanner"} <= floors
    assert set(PACKAGES) == set(PROJECT["tool"]["importlinter"]["root_packages"])


@pytest.mark.parametrize(
    ("where", "line", "contract"),
    [
        ("scanner/model", "import scanner.engine", "An upper floor"),
        ("scanner/kinds", "import rules", "An upper floor"),
        ("scanner/store", "import scanner.aws", "An upper floor"),
        ("scanner/aws", "def f():\n    import rules", "Adapters know nothing"),
        ("scanner/run", "import boto3", "Only the AWS adapter"),
        ("scanner/aws", "import moto", "Only the demo and the rehearsal"),
        ("reports", "import sqlalchemy.orm", "Only the store"),
        ("scanner/demo", "from c7n.policy import load", "Only remediation"),
        ("scanner/generate", "def f():\n    import jinja2", "Only reports"),
        ("rules", "import socket", "Declarations"),
    ],
)
def test_the_import_contracts_bite(tmp_path: Path, where: str, line: str, contract: str) -> None:
    shutil.copy(HOME / "pyproject.toml", tmp_path)
    for name in [
        "tests",
        *PACKAGES,
        *(f"scanner/{part}" for part in ["model", "engine", "kinds", "aws", "store", "demo", "run", "generate"]),
    ]:
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "__init__.py").touch()
    shutil.copy(HOME / "tests" / "only_in.py", tmp_path / "tests")
    assert lint_imports(tmp_path) == (0, [])
    (tmp_path / where / "stray.py").write_text(f"{line}\n")
    code, broken = lint_imports(tmp_path)
    assert code == 1
    assert [name for name in broken if name.startswith(contract)], broken


def lint_imports(folder: Path) -> tuple[int, list[str]]:
    """Run the linter in a folder: its exit code and the first lines of the contracts that it found broken."""
    program = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([program, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    broken = ran.stdout.partition("Broken contracts")[2]
    return ran.returncode, [line for line in broken.splitlines() if line]
