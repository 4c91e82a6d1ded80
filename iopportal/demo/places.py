"""Where the demo's provider works: two sites with their real timetables, and who is posted there."""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from programs.actions import import_timetable
from programs.models import Accreditation, Closure, Group, Location, PolicyValue, Posting, Program, Room
from staff.models import User

HERE = Path(__file__).parent
ZONE = "America/New_York"
SATURDAY = 5
OWN_RULE = "The provider's own rule"
LABELS = {
    "Early Recovery Skills": "Evening group 1",
    "Relapse Prevention": "Evening group 2",
    "Social Support": "Evening group 3",
    "Family Education": "Family evening",
    "12-Step Meeting": "Evening meeting",
    "Skills Practice": "Afternoon group",
    "Teen DBT Program": "After-school group",
    "Parent Group": "Parents' evening",
    "Process Group": "Morning group 1",
    "Recovery Skills": "Morning group 2",
    "Family Night": "Family night",
}


@dataclass(frozen=True)
class Site:
    """A location with one program, its timetable, and who are primary clinicians there, with their offices."""

    name: str
    timetable: str
    clinicians: tuple[str, ...]
    youngest: int
    oldest: int


NORTHSIDE = Site("Northside", "northside.csv", ("rae", "kim"), 21, 66)
HARBOR = Site("Harbor", "harbor.csv", ("omar",), 13, 17)


def sites() -> Iterator[Site]:
    """The two sites of the cast, and then the same again without leaders, as many as are asked for."""
    yield from (NORTHSIDE, HARBOR)
    for number in count(2):
        for site in (NORTHSIDE, HARBOR):
            yield replace(site, name=f"{site.name} {number}", clinicians=())


def open_site(site: Site, *, start: dt.date, today: dt.date) -> Program:
    """Make the location, its program from the timetable, and an office for each clinician."""
    location = Location.objects.create(name=site.name, zone_name=ZONE)
    import_file(site.timetable, location, start=start, today=today, with_leaders=bool(site.clinicians))
    Room.objects.bulk_create(Room(location=location, name=office(name)) for name in site.clinicians)
    return location.programs.get()


def import_file(name: str, location: Location, *, start: dt.date, today: dt.date, with_leaders: bool = True) -> None:
    """Import a timetable of this folder from a day on; `with_leaders` is off where the cast does not work."""
    with (HERE / name).open(newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        if not with_leaders:
            line["leader"] = line["co_leader"] = ""
    import_timetable(
        header=list(lines[0]),
        rows=list(enumerate(lines, start=2)),
        program_start=start,
        location=location.name,
        day=today,
        by=None,
    )


def office(clinician: str) -> str:
    return f"Office of {clinician.capitalize()}"


def post_staff(programs: dict[str, Program], people: dict[str, User], *, start: dt.date) -> None:
    """Who works where: the clinicians in their programs, the rest as the cast says."""
    evening, teen = programs["Northside"], programs["Harbor"]
    in_programs = {
        "rae": [evening],
        "kim": [evening],
        "ines": [evening],
        "cory": [evening],
        "omar": [teen],
        "mina": [evening, teen],
    }
    postings = [
        Posting(user=people[name], program=program, starts_on=start)
        for name, where in in_programs.items()
        for program in where
    ]
    postings += [Posting(user=people[name], starts_on=start) for name in ("dana", "bela")]
    postings.append(Posting(user=people["ivy"], location=evening.location, starts_on=start))
    Posting.objects.bulk_create(postings)


def accredit(programs: dict[str, Program], *, start: dt.date, today: dt.date) -> None:
    """The Evening IOP's accreditation holds for over a year; the Teen IOP's ends in fifty days."""
    Accreditation.objects.bulk_create(
        Accreditation(program=programs[name], body=body, number=number, starts_on=start, ends_on=ends_on)
        for name, body, number, ends_on in [
            ("Northside", "The Joint Commission", "JC-71406", today + dt.timedelta(days=400)),
            ("Harbor", "CARF", "CF-20933", today + dt.timedelta(days=50)),
        ]
    )


def label_groups() -> None:
    """What the front desk calls the groups (R-68)."""
    groups = list(Group.objects.filter(name__in=LABELS))
    for group in groups:
        group.public_label = LABELS[group.name]
    Group.objects.bulk_update(groups, ["public_label"], batch_size=500)


def set_policy(programs: dict[str, Program], *, start: dt.date) -> None:
    """None of the Evening IOP's days reaches 180 minutes, so its program asks for none."""
    PolicyValue.objects.create(
        program=programs["Northside"], key="min_day_minutes", value="0", starts_on=start, citation=OWN_RULE
    )


def close_holidays(*, start: dt.date, end: dt.date, today: dt.date) -> None:
    """The holidays on which nobody meets, where they fall into the demo, and a training day three weeks from now."""
    days = {training_day(today): "Staff training"}
    for year in range(start.year, end.year + 1):
        days |= {
            dt.date(year, 1, 1): "New Year's Day",
            thanksgiving(year): "Thanksgiving",
            dt.date(year, 12, 25): "Christmas Day",
        }
    Closure.objects.bulk_create(
        Closure(starts_on=day, ends_on=day, reason=reason)
        for day, reason in sorted(days.items())
        if start <= day <= end
    )


def training_day(today: dt.date) -> dt.date:
    """Three weeks from now, or the Monday after where that is a weekend."""
    day = today + dt.timedelta(weeks=3)
    return day + dt.timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)


def thanksgiving(year: int) -> dt.date:
    """The fourth Thursday of November."""
    first = dt.date(year, 11, 1)
    return first + dt.timedelta(days=(3 - first.weekday()) % 7 + 21)
