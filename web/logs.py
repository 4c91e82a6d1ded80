"""Logs that an operator may read: what happened and where, never what a record says."""

import datetime as dt
import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType
from typing import Any

from django.conf import settings

from audit.context import current

DEEPEST = 12  # frames of each exception
PLAIN = re.compile(r"[\w./:@+-]{0,200}")  # a path, a route, a code; anything with a blank may be somebody's words
REQUEST_LINE = re.compile(r"([A-Z]{3,7}) (\S+) (HTTP/[\d.]+)")
PHRASES = {status.phrase for status in HTTPStatus}
HIDDEN = "…"


class JsonFormatter(logging.Formatter):
    """One JSON line. Of an exception only its class and the lines it passed: its message may quote a row."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record, error),
            "request": current().request_id,
            "status": getattr(record, "status_code", None),
        }
        if error is not None:
            line["exceptions"] = [
                {"type": type(one).__name__, "lines": _lines(one.__traceback__)} for one in _chain(error)
            ]
        return json.dumps({key: value for key, value in line.items() if value not in ("", None)}, ensure_ascii=False)


def _event(record: logging.LogRecord, error: BaseException | None) -> str:
    """The message with its arguments made harmless, and without what an exception says."""
    if isinstance(record.msg, BaseException):
        return type(record.msg).__name__
    text = str(record.msg)
    if record.args:
        with suppress(TypeError, ValueError):  # a number was expected where something was hidden
            text = text % _harmless(record.args)
    for one in _chain(error):
        if len(said := str(one)) > 1:
            text = text.replace(said, HIDDEN)
    return text


def _harmless(value: Any) -> Any:
    match value:
        case tuple():
            return tuple(_harmless(one) for one in value)
        case dict():
            return {key: _harmless(one) for key, one in value.items()}
        case int() | float() | None:
            return value
        case BaseException():
            return type(value).__name__
    return _harmless_text(str(value))


def _harmless_text(text: str) -> str:
    """A path without its query, which may hold what somebody typed; HTTP's own words; nothing else with a blank."""
    if line := REQUEST_LINE.fullmatch(text):
        return f"{line[1]} {_harmless_text(line[2])} {line[3]}"
    path = text.partition("?")[0]
    return text if text in PHRASES else path if PLAIN.fullmatch(path) else HIDDEN


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _lines(trace: TracebackType | None) -> list[str]:
    base = f"{settings.BASE_DIR}/"
    frames = traceback.extract_tb(trace)[-DEEPEST:]
    return [f"{frame.filename.removeprefix(base).rpartition('site-packages/')[2]}:{frame.lineno}" for frame in frames]
