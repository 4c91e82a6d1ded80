import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from iopportal.demo.cast import CAST
from iopportal.demo.fill import fill
from iopportal.tests import databases
from patients.models import Patient
from scheduling.models import Attendance, Booking
from staff.models import User

MONDAY = dt.date(2026, 11, 23)


def rows() -> list[tuple]:
    """What the demo holds, as plain values in a fixed order."""
    people = Patient.objects.order_by("number").values_list("number", "given", "family", "birth_date")
    visits = Attendance.objects.order_by("session__starts_at", "session__service", "episode__patient__number")
    return [*people, *visits.values_list("day", "episode__patient__number", "status__code", "arrival", "net_minutes")]


def test_the_same_arguments_give_the_same_rows(own_database, database_template, worker_id):
    fill(today=MONDAY, patients=40, weeks=4, seed=7)
    first = rows()
    with databases.own_database(database_template):
        fill(today=MONDAY, patients=40, weeks=4, seed=7)
        assert rows() == first
    with databases.own_database(database_template):
        fill(today=MONDAY, patients=40, weeks=4, seed=8)
        assert rows() != first


@pytest.mark.parametrize("patients", [5, 150])
def test_the_demo_comes_in_any_size(db, patients):
    fill(today=MONDAY, patients=patients, weeks=3)
    assert Patient.objects.count() == patients
    assert Booking.objects.filter(blocks=False).exclude(session__program__code="day").count() == 0


def test_without_demo_the_command_refuses(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO is off"):
        call_command("load_demo")
    assert User.objects.count() == 0


def test_each_of_the_cast_can_have_a_fixed_second_factor(db, settings, capsys):
    settings.DEMO = True
    call_command("load_demo", "--today", "2026-11-23", "--patients", "2", "--mfa")
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if " TOTP " in line]) == len(CAST)
    assert lines[3].startswith("  rae    clinician (LCSW), Evening IOP, Northside  TOTP ")
