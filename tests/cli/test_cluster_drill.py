"""The drill of a cluster: TLS on all sides, and a scheduler that dies in the middle."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.accounts import PROGRAM
from bench.dask_here import DaskHere
from bench.endpoint.description import MANAGEMENT, Described, key_of
from bench.endpoint.server import Endpoint
from scanner.cli.wire import Wiring
from scanner.model.secret import KEY_VARIABLE

pytestmark = [
    pytest.mark.drill,
    pytest.mark.skipif(not os.environ.get("PHIWARD_DRILL"), reason="test_cluster.py is the small dose"),
]
RULES = ["--rule", "kms_key_rotation", "--rule", "s3_bucket_versioning", "--fail-on", "critical", "-q"]
CONFIG = '[aws]\norganization = true\nrole = "Audit"\nregions = ["us-east-1", "eu-west-1"]\n'


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    (tmp_path / "config.toml").write_text(CONFIG)
    with Endpoint(Described(5, latency=0.05)) as served:
        yield served


def _env(endpoint: Endpoint, **more: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": key_of(MANAGEMENT), "AWS_SECRET_ACCESS_KEY": "synthetic", KEY_VARIABLE: "0123456789"}
    return {**keys, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint.url, **more}


def _scan(folder: Path, env: dict[str, str], *words: str) -> tuple[int, str]:
    """Scan in a process of its own, for Dask reads its settings once."""
    command = [*PROGRAM, "scan", *words]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def _verdicts(folder: Path, name: str) -> set[tuple[str, str]]:
    with Wiring.find(folder / "config.toml", str(folder / name)).store() as store:
        (info,) = store.scans()
        assert info.complete
        return {(each.fingerprint, str(each.verdict)) for each in store.findings()}


def _certificate(folder: Path) -> dict[str, str]:
    """Make a certificate that signs itself, and give the settings by which Dask uses it on all sides."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    top = "DASK_DISTRIBUTED__COMM__"
    settings = {f"{top}TLS__CA_FILE": str(folder / "cert.pem"), f"{top}REQUIRE_ENCRYPTION": "true"}
    for side in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{top}TLS__{side}__{part}": str(folder / f"{part.lower()}.pem") for part in ("CERT", "KEY")}
    return settings


def test_a_cluster_may_be_reached_by_tls_alone(endpoint: Endpoint, tmp_path: Path) -> None:
    secured = _env(endpoint, **_certificate(tmp_path))
    with DaskHere(1, secured, protocol="tls") as dask:
        assert dask.engine.startswith("dask+tls://")
        assert _scan(tmp_path, secured, *RULES, "--store", "own.db", "--engine", dask.engine) == (0, "")
        code, said = _scan(tmp_path, _env(endpoint), *RULES, "--store", "no.db", "--engine", dask.engine)
    assert code == 2
    assert said.count("\n") == 1, said
    assert "no Dask scheduler answers at tls://127.0.0.1" in said
    assert _verdicts(tmp_path, "own.db")


def test_after_the_scheduler_died_the_scan_goes_on(endpoint: Endpoint, tmp_path: Path) -> None:
    env = _env(endpoint)

    def kill() -> None:
        while sum(endpoint.served.values()) < 60:
            time.sleep(0.01)
        dask.kill(-1)

    with DaskHere(2, env) as dask:
        killer = threading.Thread(target=kill)
        killer.start()
        code, said = _scan(tmp_path, env, *RULES, "--store", "own.db", "--engine", dask.engine)
        killer.join()
    assert code == 2
    assert said.count("\n") == 1, said
    assert "`phiward scan --resume` goes on" in said
    assert _scan(tmp_path, env, "--resume", "--store", "own.db", "-q", "--fail-on", "critical") == (0, "")
    assert _scan(tmp_path, env, *RULES, "--store", "other.db") == (0, "")
    assert _verdicts(tmp_path, "own.db") == _verdicts(tmp_path, "other.db")
