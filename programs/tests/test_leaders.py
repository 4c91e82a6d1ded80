from datetime import date, timedelta

import pytest

from programs.actions import lead_from
from programs.actions.leaders import pass_on
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


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "stretches"),
    [
        (JUNE, None, [(MARCH, JUNE - DAY), (JUNE, None)]),
        (JANUARY, JUNE, [(JANUARY, JUNE), (JUNE + DAY, None)]),
        (JANUARY, None, [(JANUARY, None)]),
        (JANUARY, MARCH - DAY, [(JANUARY, MARCH - DAY), (MARCH, None)]),
    ],
)
def test_who_takes_over_and_leads_at_other_times_leads_without_a_gap(group, starts_on, ends_on, stretches):
    rae, kim = make_user("rae"), make_user("kim")
    make_leader(group, rae)
    make_leader(group, kim, starts_on=starts_on, ends_on=ends_on)
    pass_on(group, rae, kim, MARCH)
    assert [row for row in rows(group) if row[0] == "kim"] == [("kim", *stretch) for stretch in stretches]
    assert ("rae", JANUARY, MARCH - DAY) in rows(group)


def test_who_leads_for_a_time_takes_over_the_co_lead_for_the_rest(group):
    rae, kim = make_user("rae"), make_user("kim")
    make_leader(group, rae, role="co-lead")
    make_leader(group, kim, ends_on=JUNE)
    pass_on(group, rae, kim, MARCH)
    assert rows(group) == [("kim", JANUARY, JUNE)]
    assert rows(group, "co-lead") == [("rae", JANUARY, MARCH - DAY), ("kim", JUNE + DAY, None)]
