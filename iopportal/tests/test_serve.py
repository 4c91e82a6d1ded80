import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings


@pytest.fixture
def first_start(tmp_path):
    """The real server on an empty folder, as `make run` starts it for the first time; gives process and address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DEMO": "on",
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "STATIC_ROOT": str(tmp_path / "static"),
        "DJANGO_SETTINGS_MODULE": "iopportal.settings",
    }
    command = [sys.executable, "-W", "error::UserWarning", "manage.py", "serve", "--prepare", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield process, f"http://localhost:{port}"
    process.kill()
    process.communicate()


def get(address: str, seconds: float = 60) -> str:
    """The page, as soon as the server answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address) as answer:  # noqa: S310  our own server
                return answer.read().decode()
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_the_first_start_serves_pages_with_their_style_and_ends_in_peace(first_start):
    process, address = first_start
    page = get(f"{address}/account/login/")
    style = page.split('href="/static/css/portal.')[1].split('"')[0]
    assert "--canvas" in get(f"{address}/static/css/portal.{style}")
    assert get(f"{address}/readyz") == '{"status": "ok", "problems": []}'
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "rae    clinician (LCSW), Evening IOP, Northside" in out
    assert f"The portal is at {address}" in out


def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "iopportal.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"Port {port} cannot be opened")
    assert "Traceback" not in result.stderr
