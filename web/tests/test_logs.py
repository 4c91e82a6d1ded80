import io
import json
import logging
import sys

import pytest

from audit.context import entered
from web.logs import JsonFormatter


@pytest.fixture
def logged():
    """Log something; gives the one line as it was read back."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    logger = logging.Logger("web.somewhere")  # noqa: LOG001  one of its own, to which nothing else listens
    logger.addHandler(handler)

    def log(level, message, *args, **more):
        logger.log(level, message, *args, **more)
        text = out.getvalue()
        assert text.count("\n") == 1
        return json.loads(text), text

    return log


def fail_about(name):
    try:
        raise KeyError(name)
    except KeyError as cause:
        raise ValueError(f"{name} has no plan") from cause


def test_what_an_exception_says_stays_out_of_the_log(logged):
    try:
        fail_about("Maya Ellison")
    except ValueError as error:
        line, text = logged(logging.ERROR, f"It failed: {error}", exc_info=sys.exc_info())
    assert "Maya" not in text
    assert [found["type"] for found in line["exceptions"]] == ["ValueError", "KeyError"]
    assert line["exceptions"][1]["lines"] == [f"web/tests/test_logs.py:{fail_about.__code__.co_firstlineno + 2}"]


@pytest.mark.parametrize(
    ("message", "args", "event"),
    [
        ("Not Found: %s", ["/patients/7/?q=Ellison"], "Not Found: /patients/7/"),
        ("%s: %s", ["Internal Server Error", "/plain/"], "Internal Server Error: /plain/"),
        ('"%s" %s %s', ["GET /patients/?q=Ellison HTTP/1.1", "200", 512], '"GET /patients/ HTTP/1.1" 200 512'),
        ("Saved %s", ["Maya Ellison"], "Saved …"),
        ("Failed: %s", [ValueError("Maya Ellison")], "Failed: ValueError"),
        ("%(n)d of %(who)s", [{"n": 3, "who": "Maya Ellison"}], "3 of …"),
        ("%d rows", ["Maya Ellison"], "%d rows"),
        ("Two\nlines", [], "Two\nlines"),
        (ValueError("Maya Ellison"), [], "ValueError"),
    ],
)
def test_arguments_are_made_harmless(logged, message, args, event):
    line, _ = logged(logging.INFO, message, *args)
    assert line["event"] == event


def test_a_line_names_its_request_logger_and_level(logged):
    with entered("8f2c41d09b3e", "203.0.113.9"):
        line, _ = logged(logging.WARNING, "Answered %s", 503, extra={"status_code": 503})
    assert {name: line[name] for name in ("request", "logger", "level", "status", "event")} == {
        "request": "8f2c41d09b3e",
        "logger": "web.somewhere",
        "level": "WARNING",
        "status": 503,
        "event": "Answered 503",
    }
