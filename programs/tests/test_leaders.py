from datetime import date, timedelta

import pytest

from programs.actions import lead_from
from programs.tests.factories import make_group, make_leader
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(1)
JANUARY, MARCH, JUNE = date(2026, 1, 5), date(2026, 3, 2), date(2026, 6, 1)


@pytest.fixture
def group():
    return make_group()


def rows(group, role="lead"):
    found = group.leaders.filter(role=role).order_by("starts_on")
    return [(row.user.username, row.starts_on, row.ends_on) for row in found]


def test_who_led_ends_on_the_day_before(group):
    make_leader(group, make_user("rae"))
    lead_from(group, "lead", make_user("kim"), MARCH)
    assert rows(group) == [("rae", JANUARY, MARCH - DAY), ("kim", MARCH, None)]


def test_what_has_not_begun_is_replaced(group):
    make_leader(group, make_user("rae"), ends_on=JUNE - DAY)
    make_leader(group, make_user("kim"), starts_on=JUNE)
    lead_from(group, "lead", make_user("omar"), MARCH)
    assert rows(group) == [("rae", JANUARY, MARCH - DAY), ("omar", MARCH, None)]


def test_nobody_leads_from_a_day_on_and_the_other_part_stays(group):
    make_leader(group, make_user("rae"))
    make_leader(group, make_user("kim"), role="co-lead")
    lead_from(group, "lead", None, MARCH)
    assert (rows(group), rows(group, "co-lead")) == ([("rae", JANUARY, MARCH - DAY)], [("kim", JANUARY, None)])


def test_what_ended_before_stays_as_it_was(group):
    make_leader(group, make_user("rae"), ends_on=MARCH - 2 * DAY)
    lead_from(group, "lead", make_user("kim"), MARCH)
    assert rows(group)[0] == ("rae", JANUARY, MARCH - 2 * DAY)
