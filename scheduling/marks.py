"""What an answer makes of an attendance row. Reads models it is given, asks nothing, writes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import time_format

from programs.policy import Book

from . import hours
from .models import Attendance, AttendanceStatus, Session

HERE = "here"
IN_ERROR = "error"
FAMILY_CAME = "FM"
SHORT = {HERE: "Here", FAMILY_CAME: "Family came", "EX": "Excused", "NS": "No-show", "CX": "Canceled"}
DERIVED = frozenset({"P", "L", "E", "LE"})
FIELDS = ("status", "arrival", "departure", "net_minutes", "reason", "is_entered_in_error")
RECORDED = tuple(field for field in FIELDS if field != "net_minutes")  # the minutes follow from the others


@dataclass(frozen=True)
class Mark:
    """What somebody says of one person: `answer` is HERE, IN_ERROR, a status code, or empty for not marked.

    Times are empty for who was there from start to end; they belong to who was here and are dropped for who was not.
    """

    answer: str = ""
    arrival: datetime | None = None
    departure: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Seen:
    """What a page was showing: the sum of the rows' versions, and each row's by episode (0: no row yet)."""

    version: int | None
    rows: Mapping[int, int]


class Scale:
    """Turns marks of one session into values of its rows: derived status (R-38) and net minutes (R-39, R-40)."""

    def __init__(self, session: Session, book: Book, statuses: Mapping[str, AttendanceStatus]) -> None:
        self._session, self._statuses = session, statuses
        self.late = book.number(session.program_id, "grace_late_minutes")
        self.early = book.number(session.program_id, "grace_early_minutes")
        self._breaks = session.break_moments if book.switch(session.program_id, "exclude_breaks") else []

    @property
    def usual(self) -> Mark:
        """What “everyone here” says of each: in a session with the family alone, that the family came."""
        return Mark(HERE if self._session.books_patients else FAMILY_CAME)

    def values(self, mark: Mark) -> dict[str, Any]:
        """The fields of the row. Raises ValueError for a departure before the arrival, KeyError for an unknown code."""
        nothing = {"arrival": None, "departure": None, "net_minutes": 0}
        status = self._status(mark)
        in_error = mark.answer == IN_ERROR
        common = {"status": status, "is_entered_in_error": in_error}
        if status is None or not status.is_attended:
            return common | nothing | {"reason": mark.reason if mark.answer else ""}
        minutes = self._minutes(mark) if status.has_minutes else 0
        return common | {
            "arrival": mark.arrival,
            "departure": mark.departure,
            "net_minutes": minutes,
            "reason": "" if mark.answer == HERE else mark.reason,
        }

    def _status(self, mark: Mark) -> AttendanceStatus | None:
        if mark.answer in {"", IN_ERROR}:
            return None
        return self._statuses[self._presence(mark) if mark.answer == HERE else mark.answer]

    def _presence(self, mark: Mark) -> str:
        session = self._session
        return hours.presence(session.begins, session.ends, mark.arrival, mark.departure, self.late, self.early)

    def _minutes(self, mark: Mark) -> int:
        return hours.net_minutes(self._session.begins, self._session.ends, mark.arrival, mark.departure, self._breaks)


def values_of(row: Attendance) -> dict[str, Any]:
    return {field: getattr(row, field) for field in FIELDS}


def answer_of(row: Attendance | None) -> str:
    """The answer that a saved row stands for."""
    if row is None or row.status is None:
        return IN_ERROR if row is not None and row.is_entered_in_error else ""
    return HERE if row.status.code in DERIVED else row.status.code


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The fields of RECORDED that differ."""
    return [field for field in RECORDED if before[field] != after[field]]


def text(value: Any, zone: ZoneInfo) -> str:
    """One value as people read it; empty for none."""
    if isinstance(value, datetime):
        return clock(value, zone)
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "")


def clock(at: datetime, zone: ZoneInfo) -> str:
    return time_format(at.astimezone(zone), "g:i A")


def in_words(values: Mapping[str, Any], zone: ZoneInfo) -> str:
    """A row in one line: “Late, arrived 7:38 PM”; “Excused absence: Illness”."""
    said = "Entered in error" if values["is_entered_in_error"] else str(values["status"] or "Not marked")
    if values["arrival"]:
        said += f", arrived {clock(values['arrival'], zone)}"
    if values["departure"]:
        said += f", left {clock(values['departure'], zone)}"
    return f"{said}: {values['reason']}" if values["reason"] else said


def by_code(statuses: Iterable[AttendanceStatus]) -> dict[str, AttendanceStatus]:
    return {status.code: status for status in statuses}
