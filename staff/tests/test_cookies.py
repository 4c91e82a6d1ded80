"""Cookies and headers as production sets them, seen from a process of its own."""

import os
import subprocess
import sys

from django.conf import settings

PRINT = (
    "from django.conf import settings as s;"
    "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
    " s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, s.SECURE_SSL_REDIRECT, s.PORTAL_REQUIRE_MFA)"
)


def run(**environment):
    known = {"DJANGO_SETTINGS_MODULE": "iopportal.settings", "ENV_FILE": "", "DATABASE_URL": "sqlite://:memory:"}
    return subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=settings.BASE_DIR,
        env={**os.environ, **known, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()


def test_in_production_cookies_are_for_https_only_and_a_second_factor_is_required(monkeypatch):
    for name in ("SECURE", "PORTAL_REQUIRE_MFA"):
        monkeypatch.delenv(name, raising=False)
    said = run(DEBUG="off", DEMO="off")
    assert said == ["__Host-session", "True", "True", "Lax", "__Host-csrf", "True", "True", "True", "True"]


def test_the_demo_runs_without_https_and_asks_for_no_second_factor(monkeypatch):
    for name in ("SECURE", "PORTAL_REQUIRE_MFA", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    said = run(DEBUG="off", DEMO="on")
    assert said == ["session", "False", "True", "Lax", "csrf", "False", "True", "False", "False"]
