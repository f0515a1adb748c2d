"""A real nginx on loopback with our site file, and what stands behind it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_port
from tests.system import PROJECT

HOST, EDITOR_HOST = "binhyen.test", "bien-tap.binhyen.test"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
_MAIN = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/main-error.log emerg;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    include {folder}/etc/nginx/sites-enabled/*;
}}
"""


class Proxy:
    """nginx as `deploy/local/install` sets it up, ports and certificate apart."""

    def __init__(
        self, folder: Path, app_port: int, *options: str, is_impatient: bool = False
    ) -> None:
        """`is_impatient`: it waits but a second for the app."""
        self.folder = folder
        self.http_port, self.https_port = free_port(), free_port()
        self.certificate = make_certificate(folder)
        subprocess.run(
            [
                PROJECT / "deploy/local/install", "--host", HOST,
                "--certificate", self.certificate, "--certificate-key", folder / "key.pem",
                "--http-port", str(self.http_port), "--https-port", str(self.https_port),
                "--app-port", str(app_port), *options,
            ],
            env={**os.environ, "DESTDIR": str(folder)}, check=True, capture_output=True,
        )  # fmt: skip
        self.site = folder / "etc/nginx/sites-available/binhyen"
        for site in self.site.parent.iterdir():
            # Bound to loopback only, and soon tired of dawdlers, for a test.
            text = site.read_text().replace("client_header_timeout 10s", "client_header_timeout 3s")
            if is_impatient:
                text = text.replace("proxy_read_timeout 60s", "proxy_read_timeout 1s")
            for port in (self.http_port, self.https_port):
                text = text.replace(f"listen {port}", f"listen 127.0.0.1:{port}")
            site.write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user))

    @property
    def command(self) -> list[str]:
        return [NGINX, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]

    @property
    def access_log(self) -> str:
        return (self.folder / "var/log/binhyen/access.log").read_text()

    def url(self, path: str = "") -> str:
        return f"https://{HOST}:{self.https_port}{path}"

    def request(
        self, method: str, path: str, body: bytes | None = None, name: str = HOST, **headers: str
    ) -> urllib3.BaseHTTPResponse:
        """Ask over TLS under our name, or the editor's."""
        with urllib3.HTTPSConnectionPool(
            "127.0.0.1", self.https_port, ca_certs=self.certificate, server_hostname=name,
            assert_hostname=name, retries=False, timeout=20,
        ) as pool:  # fmt: skip
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            host = f"{name}:{self.https_port}"
            return pool.request(
                method, path, body=body, headers={"Host": host, **named}, redirect=False
            )

    def announce(
        self, path: str, size: int, accept: str, name: str = HOST
    ) -> urllib3.BaseHTTPResponse:
        """Send the head of a request with a body of that size, and read what is said to it."""
        with urllib3.HTTPSConnectionPool(
            "127.0.0.1", self.https_port, ca_certs=self.certificate, server_hostname=name,
            assert_hostname=name, retries=False, timeout=20,
        ) as pool:  # fmt: skip
            headers = {"Host": name, "Content-Length": str(size), "Accept": accept}
            return pool.request("POST", path, body=b"", headers=headers)

    def tls_socket(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.certificate)
        plain = socket.create_connection(("127.0.0.1", self.https_port), timeout=15)
        return context.wrap_socket(plain, server_hostname=HOST)


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    with subprocess.Popen(proxy.command, stderr=subprocess.PIPE) as process:
        try:
            wait_for_port(proxy.https_port, process)
            yield proxy
        finally:
            process.terminate()
            process.wait(10)


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while True:
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)


@contextmanager
def refusing_app(status: int, body: bytes) -> Iterator[int]:
    """An app that refuses by itself, with words of its own."""

    class Refuser(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Retry-After", "7")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refuser) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def silent_app() -> Iterator[int]:
    """An app that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def recording_app() -> Iterator[tuple[int, list[dict[str, list[str]]]]]:
    """An app that keeps the headers it is sent."""
    seen: list[dict[str, list[str]]] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({name.lower(): self.headers.get_all(name) or [] for name in self.headers})
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, seen
        finally:
            server.shutdown()
            thread.join()


def make_certificate(folder: Path) -> str:
    """Write a certificate of our own for the name; return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    names = [x509.DNSName(HOST), x509.DNSName(EDITOR_HOST)]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(encoding))
    (folder / "key.pem").write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(folder / "certificate.pem")
