from datetime import date, timedelta

import pytest

from audit.models import Event
from programs.actions.postings import end_postings
from programs.models import Posting
from staff.choices import Role
from staff.tests.factories import make_user
from web.refusals import Refusal

from .factories import OPENED, make_location, make_posting, make_program

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
ONE = timedelta(days=1)


@pytest.fixture
def evening():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def dana(evening):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, evening)
    return dana


def test_postings_end_with_the_last_day_and_what_has_not_begun_is_taken_out(evening, dana):
    kim = make_user("kim")
    going_on, longer = make_posting(kim, evening), make_posting(kim, evening, ends_on=TODAY + ONE)
    past = make_posting(kim, evening, ends_on=TODAY)
    make_posting(kim, evening, starts_on=TODAY + ONE)
    assert end_postings(user=kim, last_day=TODAY, by=dana, today=TODAY) == 3
    assert list(Posting.objects.filter(user=kim).order_by("pk").values_list("pk", "starts_on", "ends_on")) == [
        (going_on.pk, OPENED, TODAY),
        (longer.pk, OPENED, TODAY),
        (past.pk, OPENED, TODAY),
    ]
    [event] = Event.objects.filter(action="staff.postings_ended")
    assert (event.object_id, event.content) == (
        kim.pk,
        {
            "postings": [going_on.pk, longer.pk],
            "last_day": "2026-03-02",
            "taken_out": ["Evening IOP, 2026-03-03"],
        },
    )
    assert end_postings(user=kim, last_day=TODAY, by=dana, today=TODAY) == 0
    assert Event.objects.filter(action="staff.postings_ended").count() == 1


def test_each_director_ends_the_own_part_of_somebody_s_postings(evening, dana):
    kim = make_user("kim")
    here, there = make_posting(kim, evening), make_posting(kim, make_program(location=make_location("Harbor")))
    assert end_postings(user=kim, last_day=TODAY, by=dana, today=TODAY) == 1
    assert [Posting.objects.get(pk=row.pk).ends_on for row in (here, there)] == [TODAY, None]


def test_nobody_ends_postings_of_elsewhere_only_and_never_the_own(evening, dana):
    omar = make_user("omar")
    make_posting(omar, make_program("Teen IOP", location=make_location("Harbor")))
    for user, code in [(omar, "works_elsewhere"), (dana, "own_posting")]:
        with pytest.raises(Refusal) as caught:
            end_postings(user=user, last_day=TODAY, by=dana, today=TODAY)
        assert caught.value.code == code
    assert Posting.objects.filter(ends_on=None).count() == 2


def test_one_that_began_after_a_last_day_gone_by_goes_on_no_longer(evening, dana):
    kim = make_user("kim")
    make_posting(kim, evening, ends_on=TODAY - 3 * ONE)
    make_posting(kim, evening, starts_on=TODAY - ONE)
    assert end_postings(user=kim, last_day=TODAY - 5 * ONE, by=dana, today=TODAY) == 2
    rows = Posting.objects.filter(user=kim).order_by("starts_on")
    assert [row.ends_on for row in rows] == [TODAY - 5 * ONE, TODAY - ONE]


@pytest.mark.parametrize("who", ["rae", "leo", "late", "gone"])
def test_nobody_else_ends_them(evening, dana, who):
    """A clinician there, a director of elsewhere, a deputy whose days are over, a director whose account is closed."""
    kim, by = make_user("kim"), make_user(who, Role.CLINICIAN if who in {"rae", "late"} else Role.DIRECTOR)
    make_posting(kim, evening)
    place = make_program(location=make_location("Harbor")) if who == "leo" else evening
    make_posting(by, place, is_deputy=who == "late", ends_on=TODAY - ONE if who == "late" else None)
    by.is_active = who != "gone"
    with pytest.raises(Refusal) as caught:
        end_postings(user=kim, last_day=TODAY, by=by, today=TODAY)
    assert (caught.value.code, Posting.objects.get(user=kim).ends_on) == ("works_elsewhere", None)
