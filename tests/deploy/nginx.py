"""nginx with the site file of the repository, on free ports of this machine, with a certificate made for the test."""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.serving import ROOT, free_port
from tests.wire import HOST, PATIENCE

DEPLOY: Final = ROOT / "config/deploy"
NAME: Final = "localhost"
REAL_NAME: Final = "suara.example.go.id"
_PROGRAM: Final = "/usr/sbin/nginx"
_BLINK: Final = 0.01
_TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class NginxMissing(Exception):
    """The program is not on this machine."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Site:
    """A running nginx: where it listens, and where it writes."""

    port: int
    plain_port: int
    home: Path

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        body: str | bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        source: str = HOST,
        name: str = NAME,
    ) -> Answer:
        """Send one request over TLS, from an address of this machine, and check the certificate."""
        context = ssl.create_default_context(cafile=str(self.home / "fullchain.pem"))
        with socket.create_connection((HOST, self.port), PATIENCE, source_address=(source, 0)) as line:
            connection = http.client.HTTPConnection(f"{NAME}:{self.port}")
            connection.sock = context.wrap_socket(line, server_hostname=name)
            try:
                return _answer(connection, method, path, body, headers or {})
            finally:
                connection.close()

    def ask_plainly(self, path: str) -> Answer:
        """Send one request without TLS."""
        connection = http.client.HTTPConnection(HOST, self.plain_port, timeout=PATIENCE)
        try:
            return _answer(connection, "GET", path, b"", {})
        finally:
            connection.close()

    def logged(self) -> str:
        """Everything that nginx has written down."""
        return "".join(file.read_text("utf-8") for file in sorted(self.home.glob("*.log")))


def _answer(
    connection: http.client.HTTPConnection, method: str, path: str, body: str | bytes, headers: Mapping[str, str]
) -> Answer:
    connection.request(method, path, body or None, dict(headers))
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def reserve() -> tuple[int, int]:
    """Return the ports of a site to be, for TLS and without."""
    return free_port(), free_port()


@contextmanager
def serving_site(home: Path, ports: tuple[int, int], upstream: int) -> Iterator[Site]:
    """Run nginx in front of whoever listens on `upstream`."""
    if not Path(_PROGRAM).exists():
        raise NginxMissing(f"no {_PROGRAM}: install the package nginx-light")
    _certify(home)
    shutil.copy(DEPLOY / "portal-headers.conf", home)
    (home / "site.conf").write_text(_rendered(home, ports, upstream), "utf-8")
    (home / "nginx.conf").write_text(_main(home), "utf-8")
    process = subprocess.Popen(
        [_PROGRAM, "-p", home, "-c", home / "nginx.conf", "-e", home / "start.log", "-g", "daemon off;"],
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, ports[0], home)
        yield Site(*ports, home)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _rendered(home: Path, ports: tuple[int, int], upstream: int) -> str:
    """Give the site file the ports, paths and name of the test; all else stays."""
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    site = re.sub(r"\n +listen \[::\][^\n]*", "", site)
    site = site.replace("listen 443", f"listen {HOST}:{ports[0]}").replace("listen 80", f"listen {HOST}:{ports[1]}")
    site = site.replace("127.0.0.1:8000;", f"{HOST}:{upstream};")
    site = site.replace(f"https://{REAL_NAME}$request_uri", f"https://{NAME}:{ports[0]}$request_uri")
    site = site.replace(f"server_name {REAL_NAME};", f"server_name {NAME};")
    site = site.replace("/etc/ssl/suara-loket/", f"{home}/").replace("/etc/nginx/snippets/", f"{home}/")
    return site.replace("/var/log/nginx/", f"{home}/")


def _main(home: Path) -> str:
    temporary = "".join(f"{name}_temp_path {home}/{name};\n" for name in _TEMPORARY)
    user = "user root;\n" if os.geteuid() == 0 else ""  # the folder of the test is closed to others
    return (
        f"{user}worker_processes 1;\npid {home}/nginx.pid;\nevents {{ worker_connections 64; }}\n"
        f"http {{\naccess_log {home}/other.log;\n{temporary}include {home}/site.conf;\n}}\n"
    )


def _certify(home: Path) -> None:
    """Make a certificate that signs itself, for this name and address and for one day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address(HOST))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (home / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (home / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _wait_for(process: subprocess.Popen[bytes], port: int, home: Path) -> None:
    never, end = threading.Event(), time.monotonic() + PATIENCE
    while True:
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError("".join(file.read_text("utf-8") for file in home.glob("*.log")))
        try:
            return socket.create_connection((HOST, port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            never.wait(_BLINK)
