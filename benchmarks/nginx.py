"""An nginx that passes everything on (`proxy_pass`): the limit, which no hub in Python reaches."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.running import Served, pin
from hub.store.embedded import free_port

_BINARY = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
_START_S = 10.0
_CONFIGURATION = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
    access_log off; client_max_body_size 8m; client_body_buffer_size 64k; keepalive_requests 100000000;
    proxy_buffers 16 32k;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream receiver {{ server {target}; keepalive 512; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location / {{ proxy_pass http://receiver; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""


@contextmanager
def nginx(folder: Path, target: str, measured: int | None) -> Iterator[Served | None]:
    """One process of it on processor `measured`, before `target` (`host:port`); None where nginx is missing."""
    if _BINARY is None:
        yield None
        return
    port = free_port()
    folder.mkdir()
    file = folder / "nginx.conf"
    file.write_text(_CONFIGURATION.format(folder=folder, target=target, port=port))
    with subprocess.Popen([_BINARY, "-p", str(folder), "-c", str(file), "-e", f"{folder}/nginx.log"]) as process:
        try:
            _wait_until_it_listens(port, folder)
            pin(process.pid, measured)
            yield Served(process.pid, port)
        finally:
            process.terminate()


def _wait_until_it_listens(port: int, folder: Path) -> None:
    until_s = time.perf_counter() + _START_S
    while time.perf_counter() < until_s:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nginx did not start: {(folder / 'nginx.log').read_text()}")
