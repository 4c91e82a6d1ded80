"""A group of twelve with a history, as the attendance page's tests open it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from patients.models import Episode
from patients.tests.factories import make_episode, make_patient
from programs.models import Program
from programs.tests.factories import make_group, make_location, make_posting, make_program, make_room
from scheduling.models import Attendance, AttendanceStatus, Session
from scheduling.seeds import seed_attendance_statuses
from staff.choices import Role
from staff.tests.factories import make_user

from .factories import make_membership, make_session

NAMES = [
    ("Maya", "Ellison"), ("Theo", "Brandt"), ("Priya", "Raman"), ("Walter", "Kosinski"), ("Lena", "Abara"),
    ("Dominic", "Vance"), ("Ruth", "Hallam"), ("Jonah", "Pike"), ("Celia", "Montrose"), ("Andre", "Baptiste"),
    ("Sofia", "Lindqvist"), ("Graham", "Oyelaran"),
]  # fmt: skip
HISTORY = {
    "Theo": "P EX P P NS P",
    "Lena": "EX P P P P P",
    "Dominic": "P NS P NS P NS",
    "Andre": "P P P P EX EX",
    "Sofia": "",
}


@dataclass
class Evening:
    """A session in progress at Northside, its people by given name, and the staff."""

    session: Session
    people: dict[str, Episode]
    program: Program
    rae: Any


def make_evening(day: date, *, size: int = 12, password: str | None = None, history: bool = False) -> Evening:
    """A session of `day` from 6:00 to 7:30 PM with `size` members, led by rae."""
    seed_attendance_statuses()
    program = make_program("Evening IOP", location=make_location("Northside"))
    group = make_group(program, "Relapse Prevention", room=make_room(program.location, "Room 2"))
    rae = make_user("rae", Role.CLINICIAN, password)
    make_posting(rae, program)
    names = [*NAMES, *((f"Extra{number}", "Person") for number in range(size))][:size]
    people = {
        given: make_episode(make_patient(given, family), program, admitted_on=program.opens_on)
        for given, family in names
    }
    for episode in people.values():
        make_membership(group, episode, program.opens_on)
    session = make_session(group, day=day, leader=rae, room=group.room)
    if history:
        _log_history(group, people, day)
    return Evening(session, people, program, rae)


def _log_history(group: Any, people: dict[str, Episode], day: date) -> None:
    """Six earlier sessions, each mark as HISTORY says and otherwise present."""
    statuses = {status.code: status for status in AttendanceStatus.objects.all()}
    earlier = [make_session(group, day=day - timedelta(days=2 * back)) for back in range(6, 0, -1)]
    Attendance.objects.bulk_create(
        Attendance(session=session, episode=episode, day=session.day, status=statuses[marks[number]])
        for given, episode in people.items()
        if (marks := HISTORY.get(given, "P P P P P P").split())
        for number, session in enumerate(earlier)
    )
