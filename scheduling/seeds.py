"""The attendance statuses the portal ships. Idempotent: a status that staff have changed stays as it is."""

from .models import AttendanceStatus

SCHEDULED, ATTENDED, MINUTES, ABSENCE, EXCUSED = (
    "is_scheduled",
    "is_attended",
    "has_minutes",
    "is_absence",
    "is_excused",
)
HERE = [SCHEDULED, ATTENDED, MINUTES]

STATUSES: list[tuple[str, str, list[str]]] = [
    ("P", "Present", HERE),
    ("L", "Late", HERE),
    ("E", "Left early", HERE),
    ("LE", "Late and left early", HERE),
    ("EX", "Excused absence", [SCHEDULED, ABSENCE, EXCUSED]),
    ("NS", "No-show, unexcused", [SCHEDULED, ABSENCE]),
    ("CX", "Canceled by patient in time", [SCHEDULED, ABSENCE, EXCUSED]),
    ("CP", "Canceled by program", []),
    ("H", "Holiday, closed", []),
    ("HOSP", "In hospital", [ABSENCE, EXCUSED]),
    ("SUS", "Suspended by the program", []),
    ("LV", "On leave", []),
    ("FM", "Family came, patient not expected", []),
]


def seed_attendance_statuses(*, using: str = "default") -> None:
    """Make the shipped statuses that are missing."""
    statuses = AttendanceStatus.objects.using(using)
    known = set(statuses.values_list("code", flat=True))
    statuses.bulk_create(
        AttendanceStatus(code=code, name=name, **dict.fromkeys(flags, True))
        for code, name, flags in STATUSES
        if code not in known
    )
