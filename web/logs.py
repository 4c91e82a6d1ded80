"""Logs that an operator may read: what happened and where, never what a record says."""

import datetime as dt
import json
import logging
import traceback
from types import TracebackType

from audit.context import current


class JsonFormatter(logging.Formatter):
    """One JSON line. Of an exception only its class and the lines it passed: its message may quote a row."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": self._event(record),
        }
        if request_id := current().request_id:
            line["request"] = request_id
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["lines"] = _lines(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)

    def _event(self, record: logging.LogRecord) -> str:
        """The message; of a request's own records only the path, as a query may hold what somebody typed."""
        return record.getMessage().split("?", 1)[0]


def _lines(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename.rsplit('/', 3)[-1]}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)][-12:]
