"""A key that this room reads: a value that begins on a day changes what the rule says from then on, and not before."""

from datetime import date, timedelta

import pytest

from programs import policy
from programs.leading import lead_book
from programs.licenses import licenses
from programs.models import Program
from programs.previews import hours_of
from programs.seeds import seed_lead_rules
from programs.tests.factories import make_group, make_policy_value, make_program, make_service, make_slot
from staff.tests.factories import make_credential, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
BEFORE = DAY - timedelta(1)
BREAK = "10:30-10:45"


def make_week(days="0 2 4", end="12:00", **program):
    """A program of one group from 9 to `end` with a break of a quarter of an hour."""
    made = make_program(**program)
    group = make_group(made)
    for weekday in days.split():
        make_slot(group, int(weekday), "09:00", end, breaks=BREAK)
    return made


def said(program, day):
    """What the weekly template says of a day."""
    found = Program.objects.with_timetable().get(pk=program.pk)
    hours = hours_of(found, book=policy.book(found, day), day=day)
    return " ".join([*hours.sentences, *hours.remarks])


@pytest.mark.parametrize(
    ("key", "value", "population", "words", "is_said"),
    [
        ("min_week_minutes_adult", "480", "adult", "below the minimum", [True, False]),
        ("min_week_minutes_adolescent", "600", "adolescent", "below the minimum of 10 h", [False, True]),
        ("min_week_minutes_adolescent", "600", "adult", "below the minimum of 10 h", [False, False]),
        ("php_minutes", "490", "adult", "hospitalization (8.17 h or more)", [False, True]),
        ("min_day_minutes", "120", "adult", "the least to bill a day", [True, False]),
        ("min_days_per_week", "4", "adult", "at least 4 are asked", [False, True]),
        ("max_idle_days_between", "1", "adult", "at most 1 are allowed", [False, True]),
        ("exclude_breaks", "false", "adult", "9 countable hours a week", [False, True]),
    ],
)
def test_the_weekly_template_is_judged_by_the_values_of_its_day(key, value, population, words, is_said):
    program = make_week(population=population)
    make_policy_value(key, value, program, starts_on=DAY)
    assert [words in said(program, day) for day in (BEFORE, DAY)] == is_said


@pytest.mark.parametrize(
    ("key", "value", "limit", "numbers"),
    [
        ("max_week_minutes", "1000", "maximum", [1140, 1000]),
        ("averaging_weeks", "4", "averaging_weeks", [1, 4]),
    ],
)
def test_the_template_is_read_with_the_limits_of_its_day(key, value, limit, numbers):
    program = make_week()
    make_policy_value(key, value, program, starts_on=DAY)
    found = Program.objects.with_timetable().get(pk=program.pk)
    limits = [hours_of(found, book=policy.book(found, day), day=day).limits for day in (BEFORE, DAY)]
    assert [getattr(one, limit) for one in limits] == numbers


@pytest.mark.parametrize(
    ("service", "key", "caps"),
    [
        ("group-therapy", "group_cap_therapy", [12, 8]),
        ("psychoeducation", "group_cap_education", [20, 8]),
        ("multi-family-group", "group_cap_multifamily", [None, 8]),
        ("wellness", "group_cap_therapy", [None, None]),
        ("group-therapy", "group_cap_education", [12, 12]),
    ],
)
def test_a_group_has_the_cap_of_its_service_on_each_day(service, key, caps):
    group = make_group(service=service)
    make_policy_value(key, "8", group.program, starts_on=DAY)
    assert [group.cap(policy.book(group.program, day)) for day in (BEFORE, DAY)] == caps


def test_a_license_is_warned_of_by_the_provider_s_days_of_that_day():
    rae = make_user("rae")
    make_credential(rae, expires_on=DAY + timedelta(100))
    make_policy_value("license_warn_days", "120,30", starts_on=DAY)
    due = [licenses([rae.pk], day=day, book=policy.book([], day))[0].is_due for day in (BEFORE, DAY)]
    assert due == [False, True]


def test_a_filed_renewal_carries_a_license_by_the_days_of_grace_of_that_day():
    seed_lead_rules()
    rae, program = make_user("rae"), make_program()
    ended = DAY - timedelta(10)
    make_credential(rae, expires_on=ended, renewal_filed_on=ended, renewal_filed_by=rae, renewal_evidence="Receipt 4")
    make_policy_value("renewal_grace_days", "5", program, starts_on=DAY)
    verdicts = [
        lead_book([rae.pk], policy.book(program, day)).verdict(
            rae.pk, service=make_service(), program=program, role="lead", day=day
        )
        for day in (BEFORE, DAY)
    ]
    assert [one.may for one in verdicts] == [True, False]
