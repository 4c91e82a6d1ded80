"""The Day IOP, which opens in six weeks and is not fit to yet: 8.25 hours a week, groups without a leader or a room,
a room that another group has, a number of the state's that nobody has confirmed, and no accreditation."""

import datetime as dt

from programs.models import Group, Location, PolicyValue, Posting, Program
from programs.preset_table import PRESETS
from scheduling.actions import republish
from staff.models import User

from .places import import_file

FILE, CODE = "daytime.csv", "day"
WEEKS_AHEAD = 6


def plan_day_program(location: Location, people: dict[str, User], *, today: dt.date) -> Program:
    """Import and publish it after the programs that run, so that what clashes is its own."""
    opening = today + dt.timedelta(weeks=WEEKS_AHEAD, days=-today.weekday())
    import_file(FILE, location, start=opening, today=today)
    program = location.programs.get(code=CODE)
    Posting.objects.create(user=people["rae"], program=program, starts_on=opening)
    preset = PRESETS["NJ"]
    PolicyValue.objects.create(
        program=program,
        key="plan_due",
        value=preset.values["plan_due"],
        starts_on=today,
        citation=preset.citation,
        is_confirmed=False,
    )
    noon = dt.datetime.combine(today, dt.time(12), location.zone)
    republish(Group.objects.filter(program=program), by=None, at=noon, today=today)
    return program
