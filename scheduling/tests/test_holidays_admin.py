import re
from datetime import date

import pytest
import time_machine

from audit.models import Event
from programs.models import Closure
from programs.tests.factories import make_closure, make_location, make_posting, make_program
from scheduling.actions import publish
from scheduling.holidays import Reach, next_year, offers
from scheduling.models import Session
from scheduling.tests.factories import MONDAY, NOON, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGE = "/admin/programs/closure/holidays/"
MEMORIAL_DAY, JUNETEENTH = date(2026, 5, 25), date(2026, 6, 19)


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def program():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    client.force_login(dana)
    return dana


@pytest.fixture
def address(program):
    """The page for 2026 and all of Northside."""
    return f"{PAGE}?year=2026&reach=location-{program.location_id}"


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def hidden(answer, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', answer.content.decode()).group(1)


def looked(client, address, **data):
    """Open the page and send it once; gives the preview and what to send to confirm it."""
    data["key"] = hidden(client.get(address), "key")
    answer = client.post(address, data)
    return answer, data | {"seen": hidden(answer, "seen")}


def closures():
    return list(Closure.objects.order_by("starts_on").values_list("starts_on", "ends_on", "reason", "location"))


def test_the_page_offers_the_holidays_still_to_come_with_their_observed_days(client, dana, address):
    text = text_of(client.get(address))
    assert "Holidays of 2026: Northside" in text
    assert "Monday, May 25: Memorial Day" in text
    assert "Friday, July 3: Independence Day (observed)" in text
    assert "New Year" not in text


def test_the_first_year_without_closures_ticks_every_holiday_on_a_weekday(program):
    usual = {offer.name: offer.is_usual for offer in offers(2026, Reach(program), today=MONDAY)}
    assert usual["Independence Day"] is False
    assert {name for name, ticked in usual.items() if not ticked} == {"Independence Day"}


def test_a_year_after_which_only_another_day_was_closed_is_a_first_year(program):
    """A staff retreat says nothing about holidays."""
    make_closure(date(2025, 8, 14), location=program.location, reason="Staff retreat")
    usual = {offer.name: offer.is_usual for offer in offers(2026, Reach(program), today=MONDAY)}
    assert {name for name, ticked in usual.items() if not ticked} == {"Independence Day"}


def test_last_years_closed_days_are_offered_at_their_place_in_this_year(program):
    for day, reason in [
        (date(2026, 5, 25), "Memorial Day"),
        (date(2026, 11, 27), "Day after Thanksgiving"),
        (date(2026, 12, 24), "Christmas Eve"),
        (date(2026, 8, 14), "Staff retreat"),
    ]:
        make_closure(day, location=program.location, reason=reason)
    make_closure(date(2026, 7, 1), date(2026, 7, 3), reason="Move")
    make_closure(date(2026, 8, 3), program=make_program(), reason="Elsewhere")
    ticked = [(o.day, o.name) for o in offers(2027, Reach(program), today=MONDAY) if o.is_usual]
    assert ticked == [
        (date(2027, 5, 31), "Memorial Day"),
        (date(2027, 8, 14), "Staff retreat"),
        (date(2027, 11, 26), "Day after Thanksgiving"),
        (date(2027, 12, 24), "Christmas Day (observed)"),
    ]


def test_a_holiday_inside_a_longer_closure_of_last_year_is_usual_again(program):
    make_closure(date(2026, 11, 26), date(2026, 11, 27), location=program.location, reason="Long weekend")
    make_closure(date(2026, 8, 14), reason="Staff retreat")
    ticked = [(o.day, o.name) for o in offers(2027, Reach(program), today=MONDAY) if o.is_usual]
    assert ticked == [(date(2027, 8, 14), "Staff retreat"), (date(2027, 11, 25), "Thanksgiving Day")]


@pytest.mark.parametrize(
    ("day", "then"),
    [
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
        (date(2026, 11, 25), date(2027, 11, 24)),
    ],
)
def test_a_day_keeps_its_place_in_the_next_year(day, then):
    assert next_year(day) == then


def test_the_preview_shows_all_days_at_once_and_saves_nothing(client, dana, program, address):
    make_weekly_group(program)
    publish(first=MONDAY, last=date(2026, 7, 1), by=None, at=NOON)
    answer, _ = looked(client, address, days=["2026-05-25", "2026-06-19"])
    text = text_of(answer)
    assert "What closing 2 days does. Nothing is saved yet. Mon May 25 Memorial Day, Fri Jun 19 Juneteenth." in text
    assert "Mon May 25, 2026 6:00–7:30 PM" in text
    assert (Closure.objects.count(), Session.objects.filter(status="cancelled").count()) == (0, 0)


def test_confirming_closes_them_all_in_one_go(client, dana, program, address):
    make_weekly_group(program)
    publish(first=MONDAY, last=date(2026, 7, 1), by=None, at=NOON)
    own = {"day_1": "2026-11-27", "reason_1": "Day after Thanksgiving"}
    _, confirmation = looked(client, address, days=["2026-05-25", "2026-06-19"], **own)
    text = text_of(client.post(address, confirmation, follow=True))
    assert "3 days are closed: Northside." in text
    assert "1 session canceled." in text
    place = program.location_id
    assert closures() == [
        (MEMORIAL_DAY, MEMORIAL_DAY, "Memorial Day", place),
        (JUNETEENTH, JUNETEENTH, "Juneteenth", place),
        (date(2026, 11, 27), date(2026, 11, 27), "Day after Thanksgiving", place),
    ]
    assert Event.objects.filter(action="closure.added").count() == 3
    assert Event.objects.get(action="closures.applied").content["cancelled"] == 1


def test_a_second_press_closes_nothing_twice(client, dana, address):
    _, confirmation = looked(client, address, days=["2026-05-25"])
    client.post(address, confirmation)
    again = client.post(address, confirmation)
    assert (again.status_code, again.url) == (303, "/admin/programs/closure/")
    assert [row[0] for row in closures()] == [MEMORIAL_DAY]


def test_the_key_alone_leads_the_second_submit_to_the_closures(client, dana, program, address):
    """Two presses at the same moment: both saw the same preview, and the second finds the key used."""
    _, confirmation = looked(client, address, days=["2026-05-25"])
    client.post(address, confirmation)
    Closure.objects.all().delete()
    answer = client.post(address, confirmation)
    assert (answer.status_code, answer.url) == (303, "/admin/programs/closure/")
    assert closures() == []


def test_other_days_than_those_shown_are_shown_first(client, dana, address):
    _, confirmation = looked(client, address, days=["2026-05-25"])
    text = text_of(client.post(address, confirmation | {"days": ["2026-06-19"]}))
    assert "Something changed meanwhile. What it does now. Nothing is saved yet. Fri Jun 19 Juneteenth." in text
    assert closures() == []


def test_days_closed_already_are_named_and_cannot_be_chosen(client, dana, program, address):
    make_closure(MEMORIAL_DAY, reason="Memorial Day")
    make_closure(JUNETEENTH, program=program, reason="Only this program")
    answer = client.get(address)
    assert "Closed already, and skipped: Mon May 25 Memorial Day." in text_of(answer)
    assert 'value="2026-05-25"' not in answer.content.decode()
    assert 'value="2026-06-19"' in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "No day is chosen. Tick a holiday, or write a day of your own."),
        ({"day_1": "2027-01-02", "reason_1": "X"}, "Choose a day of 2026 that is still to come."),
        ({"day_1": "2026-02-02", "reason_1": "X"}, "Choose a day of 2026 that is still to come."),
        ({"day_1": "2026-12-24"}, "Say what the day is. It is shown to staff."),
        ({"reason_2": "Retreat"}, "Give the day as well."),
        ({"days": ["2026-05-25"], "day_1": "2026-05-25", "reason_1": "X"}, "Mon May 25 is Memorial Day already."),
        ({"days": ["2026-05-26"]}, "Select a valid choice."),
        ({"day_1": "soon", "reason_1": "X"}, "Enter a valid date."),
    ],
)
def test_a_mistake_is_named_at_its_field_and_what_was_typed_stays(client, dana, address, data, sentence):
    answer = client.post(address, data | {"key": hidden(client.get(address), "key")})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'name="seen"' not in answer.content.decode()
    assert closures() == []


def test_a_director_chooses_among_what_is_directed(client, dana, program):
    make_program("Teen IOP", location=make_location("Harbor"))
    answer = client.get(PAGE).content.decode()
    assert re.findall(r"<option[^>]*>([^<]+)</option>", answer) == ["2026", "2027", "2028", "Northside", "Evening IOP"]


def test_a_reach_beyond_the_own_postings_is_not_offered_by_its_name_either(client, dana, program):
    answer = client.get(f"{PAGE}?year=2026&reach=all")
    assert "Select a valid choice. all is not one of the available choices." in text_of(answer)
    assert client.post(f"{PAGE}?year=2026&reach=all", {"days": ["2026-05-25"]}).status_code == 200
    assert closures() == []


def test_who_directs_nothing_has_no_page(client, program):
    client.force_login(make_user("dana", Role.DIRECTOR))
    assert client.get(PAGE).status_code == 403


def test_a_clinician_has_no_page(client, program):
    rae = make_user("rae")
    make_posting(rae, program)
    client.force_login(rae)
    assert client.get(PAGE).status_code == 403


def test_the_closures_list_leads_to_it(client, dana):
    assert f'href="{PAGE}"' in client.get("/admin/programs/closure/").content.decode()
