from types import SimpleNamespace

import pytest

from programs.tests.factories import make_location, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user


@pytest.fixture
def house(db):
    return people_of_two_programs()


def people_of_two_programs():
    """Two places, two programs, and the people of each."""
    northside, harbor = make_location("Northside"), make_location("Harbor")
    evening = make_program("Evening IOP", location=northside)
    teen = make_program("Teen IOP", location=harbor, population="adolescent")
    here = SimpleNamespace(northside=northside, harbor=harbor, evening=evening, teen=teen)
    for name, role, program in [
        ("rae", Role.CLINICIAN, evening),
        ("kim", Role.CLINICIAN, evening),
        ("ines", Role.INTERN, evening),
        ("cory", Role.CASE_MANAGER, evening),
        ("omar", Role.CLINICIAN, teen),
    ]:
        user = make_user(name, role)
        make_posting(user, program)
        setattr(here, name, user)
    for name, role in [("dana", Role.DIRECTOR), ("bela", Role.BILLING)]:
        user = make_user(name, role)
        make_posting(user)
        setattr(here, name, user)
    here.ivy = make_user("ivy", Role.FRONT_DESK)
    make_posting(here.ivy, location=northside)
    here.axel = make_user("axel", Role.AUDITOR)
    here.admin = make_user("admin", None, is_superuser=True)
    return here
