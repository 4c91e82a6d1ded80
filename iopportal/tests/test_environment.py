"""Wrong or missing settings end the start with one plain sentence; the defaults are the safe ones."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from . import environment

PRODUCTION = {
    "ENV_FILE": "",
    "SECRET_KEY": environment.OWN["SECRET_KEY"],
    "AUDIT_KEY": environment.OWN["AUDIT_KEY"],
    "FIELD_KEYS": environment.OWN["FIELD_KEYS"],
    "ALLOWED_HOSTS": "portal.example.org",
}


def start(code: str = "", **variables: str | None) -> subprocess.CompletedProcess:
    chosen = {name: value for name, value in {**PRODUCTION, **variables}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", f"from iopportal import settings; {code}"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **chosen},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"AUDIT_KEY": None}, "AUDIT_KEY is not set"),
        ({"FIELD_KEYS": None}, "FIELD_KEYS is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too easy to guess"),
        ({"SECRET_KEY": "change-me-change-me-change-me-change-me"}, "SECRET_KEY is too easy to guess"),
        ({"FIELD_KEYS": "x" * 44}, "FIELD_KEYS must be Fernet keys"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is not set"),
        ({"DATABASE_URL": "mysql://localhost/portal"}, "DATABASE_URL must name SQLite"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL must name SQLite"),
        ({"DEBUG": "maybe"}, "DEBUG is “maybe”"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE is “Mars/Olympus”"),
        ({"DEMO": "on"}, "the demo answers on this machine only"),
        ({"DEMO": "on", "ALLOWED_HOSTS": None, "DATABASE_URL": "postgres://localhost/x"}, "runs on SQLite only"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_sentence(variables, words):
    result = start(**variables)
    assert result.returncode == 1
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "True True False"),
        ({"DEBUG": "on"}, "False True True"),
        ({"DEMO": "on", "ALLOWED_HOSTS": None}, "False False False"),
    ],
)
def test_security_is_on_unless_it_is_said_otherwise(variables, expected):
    result = start("print(settings.SECURE, settings.PORTAL_REQUIRE_MFA, settings.DEBUG)", **variables)
    assert result.stdout.strip() == expected


def test_cookies_of_a_secure_portal_are_bound_to_its_host():
    code = (
        "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, "
        "settings.SESSION_COOKIE_HTTPONLY, settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS)"
    )
    assert start(code).stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "True", "31536000"]


def test_the_environment_wins_over_the_file(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text("TIME_ZONE=America/Denver\nALLOWED_HOSTS=from-file.example.org\n")
    result = start("print(settings.TIME_ZONE, settings.ALLOWED_HOSTS)", ENV_FILE=str(env_file))
    assert result.stdout.strip() == "America/Denver ['portal.example.org']"
