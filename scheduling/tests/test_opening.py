import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from patients.tests.factories import make_episode
from programs.actions.opening import open_below_minimum
from programs.models import Accreditation, Curriculum
from programs.tests.factories import (
    make_closure,
    make_leader,
    make_location,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
    make_slot,
)
from scheduling.actions import AHEAD, publish, rebook, republish, the_calendar
from scheduling.models import SessionStaff
from scheduling.opening import State, checklist, programs_to_open
from scheduling.opening.checklist import LINES
from scheduling.tests.factories import MONDAY, NOON, make_license, make_membership, make_weekly_group
from staff.choices import Role
from staff.models import Credential
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
LAST = MONDAY + AHEAD


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def dana():
    return make_user("dana", Role.DIRECTOR)


@pytest.fixture
def program(dana):
    """Dana's and Rae's, open, accredited, without a group."""
    program = make_program("Evening IOP", location=make_location("Northside"))
    make_posting(dana, location=program.location)
    rae = make_user("rae")
    make_posting(rae, program)
    verified(make_license(rae), dana)
    Accreditation.objects.create(location=program.location, body="CARF", starts_on=date(2025, 1, 1))
    return program


@pytest.fixture
def rae(program):
    return program.postings.get().user


@pytest.fixture
def group(program, rae):
    """Monday, Wednesday and Friday 18:00 to 21:00 with Rae in a room, published through twelve weeks."""
    group = make_weekly_group(
        program, name="Recovery", leader=rae, room=make_room(program.location, "Room 1"), end="21:00"
    )
    make_slot(group, 2, "18:00", "21:00")
    make_slot(group, 4, "18:00", "21:00")
    publish(first=MONDAY, last=LAST, by=None, at=NOON)
    return group


@pytest.fixture
def ready(program, group):
    """Everything a program needs."""
    make_closure(date(2026, 5, 25), program=program, reason="Memorial Day")
    republish([group], by=None, at=NOON, today=MONDAY)
    make_policy_value("group_cap_therapy", "10", program)
    return program


def verified(credential: Credential, by) -> Credential:
    credential.verified_on, credential.verified_by = MONDAY, by
    credential.save()
    return credential


def judged(program, user):
    return checklist(programs_to_open(user).get(pk=program.pk), day=MONDAY, user=user)


def line(program, user, place: str):
    """The line that the function of this name gives."""
    (number,) = [number for number, one in enumerate(LINES) if one.__name__ == place]
    return judged(program, user).lines[number]


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def page(program):
    return f"/programs/{program.pk}/opening/"


def test_a_program_that_has_everything_is_fit_to_open(ready, dana):
    found = judged(ready, dana)
    assert [(one.title, one.reasons) for one in found.to_do] == []
    assert (found.heading, found.next) == ("Fit to open", None)


def test_a_bare_program_is_told_each_thing_with_the_most_urgent_first():
    location = make_location()
    program = make_program("Bare", location=location)
    make_posting(dana := make_user("dana", Role.DIRECTOR), location=make_location())
    make_posting(dana, program, is_deputy=True, ends_on=date(2026, 12, 31))
    dana.groups.clear()
    found = judged(program, dana)
    assert [(one.state, one.title) for one in found.to_do] == [
        (State.STOP, "No countable hours"),
        (State.STOP, "No sessions"),
        (State.STOP, "Somebody is missing from the postings"),
        (State.STOP, "No accreditation in force on Mar 2, 2026"),
    ]
    assert found.heading == "Not yet: 4 things"
    assert found.next.title == "No countable hours"


def test_hours_below_the_floor_are_one_finding_with_the_minutes(ready, dana, group):
    group.slots.update(breaks="19:15-19:30")
    found = line(ready, dana, "hours")
    assert (found.state, found.title, found.rule) == (State.DUE, "Weekly hours below the minimum", "R-25")
    assert found.reasons[0] == "8.25 countable hours a week, 45 minutes below the minimum of 9 h."


def test_hours_below_and_recorded_are_good_to_know_with_who_and_when(ready, dana, group):
    group.slots.update(breaks="19:15-19:30")
    open_below_minimum(ready, reason="The payer accepts it", by=dana, day=MONDAY)
    found = line(ready, dana, "hours")
    assert (found.state, found.title) == (State.INFO, "Weekly hours below the minimum, recorded")
    assert found.reasons[0] == "Opened below the minimum: The payer accepts it (Dana Okafor, Mar 2, 2026)"


def test_a_record_that_is_no_longer_needed_is_said(ready, dana, group):
    group.slots.update(breaks="19:15-19:30")
    open_below_minimum(ready, reason="The payer accepts it", by=dana, day=MONDAY)
    group.slots.update(breaks="")
    found = line(ready, dana, "hours")
    assert found.state is State.OK
    assert found.reasons[-1] == "The record “opened below the minimum” is no longer needed."


def test_the_level_of_partial_hospitalization_is_a_thing_to_do(ready, dana, group):
    make_policy_value("php_minutes", "540", ready)
    found = line(ready, dana, "hours")
    assert (found.state, found.title) == (State.DUE, "Weekly hours at the level of partial hospitalization")


def test_groups_without_a_leader_are_named(ready, dana):
    make_weekly_group(ready, name="Skills", weekday=1)
    make_weekly_group(ready, name="Meeting", weekday=1, service="12-step-meeting")
    found = line(ready, dana, "leaders")
    assert (found.state, found.title) == (State.STOP, "1 group without a leader")
    assert found.reasons == ("Nobody is set to lead Skills.",)


def test_a_leader_who_stops_within_the_twelve_weeks_is_told_with_the_day(ready, dana, group):
    group.leaders.update(ends_on=date(2026, 3, 31))
    found = line(ready, dana, "leaders")
    assert found.reasons == ("Nobody leads for the whole time: Recovery (from Wed Apr 1).",)


def test_one_session_that_lost_its_leader_is_told_with_its_day(ready, dana, group):
    SessionStaff.objects.filter(session__day=date(2026, 3, 9)).delete()
    found = line(ready, dana, "leaders")
    assert found.reasons == ("Nobody leads for the whole time: Recovery (from Mon Mar 9).",)


def test_a_co_lead_alone_is_no_leader(ready, dana, rae):
    make_leader(make_weekly_group(ready, name="Skills", weekday=1), rae, role="co-lead")
    assert line(ready, dana, "leaders").reasons == ("Nobody is set to lead Skills.",)


def test_a_day_that_is_closed_needs_no_leader(ready, dana, group):
    group.leaders.update(ends_on=date(2026, 5, 24))
    make_closure(date(2026, 5, 25), date(2026, 6, 30), program=ready)
    assert line(ready, dana, "leaders").state is State.OK


def test_groups_without_a_room_are_named(ready, dana, rae):
    make_weekly_group(ready, name="Skills", weekday=1, leader=rae)
    found = line(ready, dana, "rooms")
    assert (found.state, found.title) == (State.DUE, "1 group without a room")
    assert found.reasons == ("Skills. A group that meets by telehealth needs none.",)


def test_a_license_that_ends_is_told_with_group_person_and_first_day(ready, dana, rae):
    Credential.objects.filter(user=rae).update(expires_on=date(2026, 3, 31))
    found = line(ready, dana, "licenses")
    assert (found.state, found.title) == (State.DUE, "1 group with sessions their leader may not lead")
    assert found.reasons == ("Rae Lindqvist has a license that ends on Mar 31, 2026. Recovery from Wed Apr 1.",)


def test_licenses_are_not_ready_where_nobody_is_set_to_lead(ready, dana):
    SessionStaff.objects.all().delete()
    found = line(ready, dana, "licenses")
    assert (found.state, found.title) == (State.INFO, "Licenses")
    assert found.reasons == ("They are judged once somebody is set to lead.",)


def test_a_leader_who_may_not_on_the_first_day_is_missing(ready, dana, rae):
    Credential.objects.filter(user=rae).delete()
    found = line(ready, dana, "licenses")
    assert found.state is State.STOP
    assert found.reasons == ("Rae Lindqvist has no credential on file. Recovery from Mon Mar 2.",)


def test_a_credential_that_nobody_verified_is_to_be_looked_up(ready, dana, rae):
    Credential.objects.filter(user=rae).update(verified_on=None, verified_by=None)
    found = line(ready, dana, "verified")
    assert (found.state, found.title) == (State.DUE, "1 credential not verified")
    assert found.reasons == ("Look up at the board that issued it: LCSW, Rae Lindqvist.",)


def test_a_clash_of_rooms_is_said_and_one_of_members_is_counted_without_a_name(ready, dana, group):
    other = make_weekly_group(ready, name="Skills", room=group.room, start="20:00", end="20:30")
    episode = make_episode(program=ready)
    make_membership(group, episode)
    third = make_weekly_group(ready, name="Yoga", start="18:30", end="19:00")
    make_membership(third, episode)
    republish([other, third], by=None, at=NOON, today=MONDAY)
    with the_calendar():
        rebook(group.sessions.values_list("pk", flat=True), tolerate=True)
    found = line(ready, dana, "clashes")
    assert found.state is State.DUE
    assert found.reasons[0] == "Mon Mar 2 and 11 more days: Room 1 is taken 6:00–9:00 PM by Recovery."
    assert "a member is expected elsewhere at the same time." in found.reasons[-1]
    assert episode.patient.preferred_name not in " ".join(found.reasons)


def test_meetings_that_are_not_published_are_counted(ready, dana, rae):
    make_weekly_group(ready, name="Skills", weekday=1, leader=rae)
    found = line(ready, dana, "published")
    assert (found.state, found.title) == (State.DUE, "12 sessions not published yet")
    assert found.reasons[0].startswith("The first is on Tue Mar 3.")


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "state", "reasons"),
    [
        (date(2025, 1, 1), None, State.OK, ("CARF: in force.",)),
        (date(2025, 1, 1), date(2026, 3, 1), State.STOP, ("CARF: lapsed after Mar 1, 2026.",)),
        (date(2026, 3, 3), None, State.STOP, ("CARF: begins on Mar 3, 2026.",)),
        (date(2025, 1, 1), date(2026, 3, 2), State.DUE, ("CARF ends on Mar 2, 2026.",)),
        (date(2025, 1, 1), LAST, State.OK, ("CARF: in force until May 25, 2026.",)),
    ],
)
def test_the_accreditation_is_asked_on_the_first_day_and_through_twelve_weeks(  # noqa: PLR0917
    ready, dana, starts_on, ends_on, state, reasons
):
    Accreditation.objects.update(starts_on=starts_on, ends_on=ends_on)
    found = line(ready, dana, "accreditation")
    assert (found.state, found.reasons) == (state, reasons)


def test_an_accreditation_that_is_followed_by_its_renewal_is_in_order(ready, dana):
    Accreditation.objects.update(ends_on=date(2026, 4, 1))
    Accreditation.objects.create(body="CARF", starts_on=date(2026, 4, 2))
    assert line(ready, dana, "accreditation").state is State.OK


def test_an_accreditation_of_another_program_does_not_count(ready, dana):
    Accreditation.objects.update(location=None, program=make_program())
    assert line(ready, dana, "accreditation").state is State.STOP


def test_an_open_holiday_is_named_until_one_is_closed(program, group, dana):
    found = line(program, dana, "closures")
    assert (found.state, found.title) == (State.DUE, "No holiday is closed yet")
    assert found.reasons == ("Open: Memorial Day, Mon May 25.",)
    assert found.url == f"/admin/programs/closure/holidays/?year=2026&reach=program-{program.pk}"
    make_closure(date(2026, 5, 25), reason="Memorial Day")
    assert line(program, dana, "closures").reasons == ("Closed: Memorial Day, Mon May 25.",)


def test_values_of_a_preset_are_to_be_confirmed(ready, dana):
    make_policy_value("group_min", "3", ready, is_confirmed=False)
    found = line(ready, dana, "policy")
    assert (found.state, found.title) == (State.DUE, "1 policy value to be confirmed")
    assert found.reasons[0] == "Check against the source: Least for a group."


def test_defaults_in_use_are_good_to_know(program, dana):
    found = line(program, dana, "policy")
    assert (found.state, found.title) == (State.INFO, "Policy: defaults in use")


def test_a_skills_group_without_a_curriculum_is_good_to_know(ready, dana, rae):
    skills = make_weekly_group(ready, name="Skills", weekday=1, leader=rae, service="psychoeducation")
    assert line(ready, dana, "curricula").title == "1 group without a curriculum"
    skills.curriculum = Curriculum.objects.create(name="Matrix")
    skills.save()
    assert line(ready, dana, "curricula").title == "Groups that teach have a curriculum"


def test_a_program_that_opens_later_is_judged_from_its_opening(ready, dana, rae):
    ready.opens_on = date(2026, 4, 6)
    ready.save()
    Credential.objects.filter(user=rae).update(expires_on=date(2026, 4, 5))
    found = judged(ready, dana)
    assert (found.first, found.last) == (date(2026, 4, 6), date(2026, 6, 29))
    assert line(ready, dana, "licenses").reasons == (
        "Rae Lindqvist has a license that ended on Apr 5, 2026. Recovery from Mon Apr 6.",
    )
    assert line(ready, dana, "published").state is State.INFO


def test_a_retired_group_is_not_asked_for_anything(ready, dana):
    make_weekly_group(ready, name="Old", weekday=1, retired_on=MONDAY)
    found = judged(ready, dana)
    assert [one.title for one in found.to_do] == []


def test_the_page_says_what_to_do_first_with_one_primary_button(client, ready, dana, rae, page):
    make_weekly_group(ready, name="Skills", weekday=1, leader=rae)
    republish(ready.groups.all(), by=None, at=NOON, today=MONDAY)
    client.force_login(dana)
    answer = client.get(page)
    text = text_of(answer)
    assert "Not yet: 1 thing" in text
    assert "to do 1 group without a room" in text
    assert "This list advises and blocks nothing." in text
    assert re.findall(r'class="btn btn-primary"[^>]*>([^<]+)<', answer.content.decode()) == ["Set leaders and rooms"]


def test_the_reason_for_opening_below_is_recorded_and_can_be_withdrawn(client, ready, dana, group, page):
    group.slots.update(breaks="19:15-19:30")
    client.force_login(dana)
    assert "Open it below the minimum" in text_of(client.get(page))
    answer = client.post(page, {"reason": "The payer accepts it"}, follow=True)
    assert "“The payer accepts it” Dana Okafor, Mar 2, 2026." in text_of(answer)
    ready.refresh_from_db()
    assert (ready.below_minimum_by, ready.below_minimum_on) == (dana, MONDAY)
    assert Event.objects.get(action="program.opened_below_minimum").reason == "The payer accepts it"
    answer = client.post(reverse("program_opening_withdraw", args=[ready.pk]), follow=True)
    assert "Open it below the minimum" in text_of(answer)
    ready.refresh_from_db()
    assert (ready.below_minimum_reason, ready.below_minimum_by, ready.below_minimum_on) == ("", None, None)
    event = Event.objects.get(action="program.below_minimum_withdrawn")
    assert (event.reason, event.content["recorded_by"]) == ("The payer accepts it", "Dana Okafor")


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [("short", "Say why in at least 10 characters."), ("", "Enter the reason."), ("x" * 201, "at most 200")],
)
def test_a_poor_reason_comes_back_with_what_was_typed(client, ready, dana, group, page, reason, sentence):  # noqa: PLR0917
    group.slots.update(breaks="19:15-19:30")
    client.force_login(dana)
    answer = client.post(page, {"reason": reason})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert reason in answer.content.decode()


def test_nothing_is_recorded_where_the_hours_reach_the_minimum(client, ready, dana, page):
    client.force_login(dana)
    answer = client.post(page, {"reason": "The payer accepts it"})
    assert answer.status_code == 422
    assert "The weekly hours reach the minimum, so there is nothing to record." in text_of(answer)


def test_a_second_press_changes_nothing_and_another_reason_needs_a_withdrawal(client, ready, dana, group, page):
    group.slots.update(breaks="19:15-19:30")
    client.force_login(dana)
    for _ in range(2):
        assert client.post(page, {"reason": "The payer accepts it"}).status_code == 302
    assert Event.objects.filter(action="program.opened_below_minimum").count() == 1
    answer = client.post(page, {"reason": "Another good reason"})
    assert answer.status_code == 422
    assert "Dana Okafor has recorded a reason already. Withdraw that one first." in text_of(answer)


def test_withdrawing_what_is_not_recorded_changes_nothing(client, ready, dana, page):
    client.force_login(dana)
    assert client.post(f"{page}withdraw/").status_code == 302
    assert Event.objects.filter(action="program.below_minimum_withdrawn").count() == 0
    assert client.get(f"{page}withdraw/").status_code == 405


def test_who_does_not_direct_the_program_finds_no_page(client, ready, rae, page):
    omar = make_user("omar", Role.DIRECTOR)
    make_posting(omar, make_program())
    client.force_login(omar)
    assert client.get(page).status_code == 404
    assert client.post(page, {"reason": "The payer accepts it"}).status_code == 404
    assert client.post(f"{page}withdraw/").status_code == 404
    client.force_login(rae)
    assert client.get(page).status_code == 403


@pytest.mark.parametrize("groups", [1, 30])
def test_the_page_takes_the_same_queries_for_one_group_and_for_thirty(client, ready, dana, page, groups):
    for number in range(groups - 1):
        leader = make_user(f"leader{number}")
        make_license(leader)
        make_weekly_group(ready, name=f"Group {number}", leader=leader, room=make_room(ready.location))
    publish(first=MONDAY, last=LAST, by=None, at=NOON)
    client.force_login(dana)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
    assert len(queries) == 34
