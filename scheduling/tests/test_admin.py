from datetime import time, timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from patients.tests.factories import make_episode, make_patient
from programs.models import Group, Track
from programs.tests.factories import make_phase, make_posting, make_program, make_room, make_service
from scheduling.actions import publish
from scheduling.models import Booking, Session
from scheduling.tests.factories import make_attendance, make_membership, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    client.force_login(dana)
    return dana


@pytest.fixture
def group(program):
    group = make_weekly_group(program, leader=make_user(), weekday=(TODAY() + DAY).weekday())
    publish(first=TODAY(), last=TODAY() + 4 * WEEK, by=None, at=timezone.now())
    return group


def group_form(group, **kw):
    """What the admin's page of a group sends, with one change."""
    (slot,), (leader,) = group.slots.all(), group.leaders.all()
    data = {"program": group.program_id, "name": group.name, "service": group.service_id, "room": group.room_id or ""}
    data |= {"slots-TOTAL_FORMS": 1, "slots-INITIAL_FORMS": 1, "leaders-TOTAL_FORMS": 1, "leaders-INITIAL_FORMS": 1}
    data |= {"slots-0-id": slot.pk, "slots-0-group": group.pk, "slots-0-weekday": slot.weekday}
    data |= {"slots-0-start": slot.start, "slots-0-end": slot.end, "slots-0-starts_on": slot.starts_on}
    data |= {"leaders-0-id": leader.pk, "leaders-0-group": group.pk, "leaders-0-user": leader.user_id}
    return data | {"leaders-0-role": leader.role, "leaders-0-starts_on": leader.starts_on} | kw


def test_saving_a_slots_new_time_moves_its_sessions_and_says_how_many(client, dana, group):
    logged = group.sessions.order_by("day")[0]
    make_attendance(logged, make_episode(program=group.program))
    address = f"/admin/programs/group/{group.pk}/change/"
    answer = save(client, address, group_form(group, **{"slots-0-start": "17:00"}), follow=True)
    text = answer.content.decode()
    assert "8 sessions made; 3 sessions changed; 1 has attendance and stays." in text
    hours = [session.local_start.time() for session in group.sessions.order_by("day")[:3]]
    assert hours == [time(18), time(17), time(17)]
    assert Event.objects.get(action="sessions.republished").actor_name == str(dana)


def test_saving_a_group_names_the_clashes_there_are(client, dana, group):
    room = make_room(group.program.location, "Room 2")
    other = make_weekly_group(group.program, name="Skills", room=room, weekday=group.slots.get().weekday, end="18:50")
    publish(first=TODAY(), last=TODAY() + WEEK, by=None, at=timezone.now())
    assert other.sessions.count() == 1
    answer = save(client, f"/admin/programs/group/{group.pk}/change/", group_form(group, room=room.pk), follow=True)
    assert "Room 2 is taken 6:00–6:50 PM by Skills." in answer.content.decode()
    assert Booking.objects.filter(session__group=group, kind="room", blocks=False).count() == 1


def test_saving_a_group_counts_the_members_who_are_expected_elsewhere_and_names_none(client, dana, group):
    other = make_weekly_group(group.program, name="Skills", weekday=group.slots.get().weekday, end="18:50")
    episode = make_episode(make_patient("Zelda", "Quist"), group.program)
    make_membership(other, episode, TODAY())
    publish(first=TODAY(), last=TODAY() + WEEK, by=None, at=timezone.now())
    make_membership(group, episode, TODAY())
    data = group_form(group, **{"slots-0-end": "19:00"})
    page = save(client, f"/admin/programs/group/{group.pk}/change/", data, follow=True).content.decode()
    assert "A member is expected elsewhere at the same time, once. The worklist of clashes says who." in page
    assert ("Zelda" in page, Booking.objects.filter(session__group=group, kind="patient", blocks=False).count()) == (
        False,
        1,
    )


def test_a_new_group_is_published_at_once(client, dana, program):
    service = make_service()
    slot = {"slots-0-weekday": 0, "slots-0-start": "18:00", "slots-0-end": "19:00"}
    empty = {"slots-TOTAL_FORMS": 1, "slots-INITIAL_FORMS": 0, "leaders-TOTAL_FORMS": 0, "leaders-INITIAL_FORMS": 0}
    data = {"program": program.pk, "name": "Evening", "service": service.pk} | empty | slot
    assert client.post("/admin/programs/group/add/", data).status_code == 302
    group = Group.objects.get(name="Evening")
    assert 12 <= group.sessions.count() <= 13


def test_a_mistake_comes_back_and_changes_nothing(client, dana, group):
    address = f"/admin/programs/group/{group.pk}/change/"
    answer = save(client, address, group_form(group, **{"slots-0-start": "20:00"}))
    assert "A group ends after it starts" in answer.content.decode()
    assert {session.version for session in Session.objects.all()} == {1}


def test_breaks_are_typed_and_shown_by_the_clock_that_people_read(client, dana, group):
    address = f"/admin/programs/group/{group.pk}/change/"
    save(client, address, group_form(group, **{"slots-0-breaks": "6:30–6:40 PM"}))
    assert next(slot.breaks for slot in group.slots.order_by("pk")) == "18:30-18:40"
    assert 'value="6:30–6:40 PM"' in client.get(address).content.decode()


def test_a_group_stays_in_its_program_with_its_members(client, dana, group, program):
    """Whoever sees a program sees its groups' members, so a forged program is left unread."""
    other = make_program(location=program.location)
    save(client, f"/admin/programs/group/{group.pk}/change/", group_form(group, program=other.pk))
    group.refresh_from_db()
    assert group.program == program


def test_a_director_sets_up_the_groups_of_the_own_places_only(client, dana, group):
    elsewhere = make_weekly_group(make_program(), name="Elsewhere")
    assert "Elsewhere" not in client.get("/admin/programs/group/").content.decode()
    assert client.get(f"/admin/programs/group/{elsewhere.pk}/change/").status_code != 200
    form = group_form(group, program=elsewhere.program_id, name="Another")
    answer = client.post("/admin/programs/group/add/", form)
    assert "Select a valid choice" in answer.content.decode()
    assert not Group.objects.filter(name="Another").exists()


def test_programs_one_directs_lead_to_what_they_need_to_open(client, dana, program):
    make_posting(dana, other := make_program("Teen IOP"), is_deputy=False)
    dana.postings.filter(program=other).update(ends_on=TODAY() - DAY)
    text = client.get("/admin/programs/program/").content.decode()
    assert (f"/programs/{program.pk}/opening/" in text, f"/programs/{other.pk}/opening/" in text) == (True, False)


def test_a_mistake_is_said_at_the_top_with_a_link_to_its_field(client, dana, group):
    data = group_form(group, **{"name": "", "slots-0-end": ""})
    text = save(client, f"/admin/programs/group/{group.pk}/change/", data).content.decode()
    assert '<a href="#id_name">Name: Enter the name.</a>' in text
    assert '<a href="#id_slots-0-end">Weekly times, end: Enter the end.</a>' in text


def test_a_track_gets_its_phases(client, dana, group):
    phase = {"phases-0-group": group.pk, "phases-0-first_week": 1, "phases-0-last_week": 16}
    data = {"program": group.program_id, "name": "Matrix", "phases-TOTAL_FORMS": 1, "phases-INITIAL_FORMS": 0} | phase
    assert client.post("/admin/programs/track/add/", data).status_code == 302
    assert [(p.group, p.last_week) for p in Track.objects.get().phases.all()] == [(group, 16)]


@pytest.mark.parametrize("model", ["group", "track", "closure"])
def test_only_directors_set_them_up(client, program, model):
    kim = make_user("kim")
    make_posting(kim, program)
    client.force_login(kim)
    assert client.get(f"/admin/programs/{model}/").status_code == 403


def track_form(program, *phases, name="Matrix"):
    """What the admin's page of a new track sends; each phase is (group, first week, last week)."""
    data = {"program": program.pk, "name": name, "phases-TOTAL_FORMS": len(phases), "phases-INITIAL_FORMS": 0}
    for place, (group, first, last) in enumerate(phases):
        data |= {f"phases-{place}-group": group.pk, f"phases-{place}-first_week": first}
        data |= {f"phases-{place}-last_week": last}
    return data


def test_a_track_says_what_each_of_its_weeks_comes_to(client, dana, program):
    early = make_weekly_group(program, name="Early", weekday=0, start="09:00", end="14:00")
    late = make_weekly_group(program, name="Late", weekday=1, start="09:00", end="19:00")
    make_weekly_group(program, name="Skills", weekday=2, start="09:00", end="10:00")
    another = make_phase(make_weekly_group(program, name="Another", weekday=3, start="09:00", end="19:00"))
    client.post("/admin/programs/track/add/", track_form(program, (early, 1, 4), (late, 3, "")))
    track = Track.objects.exclude(pk=another.track_id).get()
    page = client.get(f"/admin/programs/track/{track.pk}/change/").content.decode()
    assert "<p>Weeks 1–2: 6 countable hours a week, 3 h below the minimum of 9 h.</p>" in page
    assert "<p>Weeks 3–4: 16 countable hours a week; the minimum is 9 h.</p>" in page
    assert "<p>From week 5: 11 countable hours a week; the minimum is 9 h.</p>" in page


def test_a_track_takes_no_group_of_another_program(client, dana, program):
    other = make_program("Day IOP", location=program.location)
    group = make_weekly_group(other, name="Elsewhere")
    answer = client.post("/admin/programs/track/add/", track_form(program, (group, 1, "")))
    assert f"Elsewhere belongs to Day IOP. Choose a group of {program}." in answer.content.decode()
    mine = make_phase(make_weekly_group(program, name="Mine")).track
    page = client.get(f"/admin/programs/track/{mine.pk}/change/")
    (formset,) = page.context["inline_admin_formsets"]
    assert [group.name for group in formset.formset.empty_form.fields["group"].queryset] == ["Mine"]
    assert Track.objects.count() == 1


@pytest.mark.parametrize(
    ("weeks", "words"),
    [
        ((0, ""), "greater than or equal to 1"),
        ((1, 521), "less than or equal to 520"),
        ((4, 2), "the last cannot be before the first"),
        ((10**30, ""), "less than or equal to 520"),
    ],
)
def test_weeks_of_a_track_that_cannot_be_are_explained(client, dana, program, weeks, words):
    group = make_weekly_group(program)
    answer = client.post("/admin/programs/track/add/", track_form(program, (group, *weeks)))
    assert words in answer.content.decode()
    assert Track.objects.count() == 0


@pytest.mark.parametrize("kind", ["slots", "leaders"])
def test_the_same_row_typed_twice_is_refused_at_the_field(client, dana, group, kind):
    (slot,), (leader,) = group.slots.all(), group.leaders.all()
    row = {
        "slots": {"weekday": 3, "start": "08:00", "end": "09:00", "starts_on": "2026-01-05"},
        "leaders": {"user": leader.user_id, "role": "lead", "starts_on": "2026-01-06"},
    }[kind]
    twice = {f"{kind}-{place}-{name}": value for place in (1, 2) for name, value in row.items()}
    data = group_form(group) | {f"{kind}-TOTAL_FORMS": 3} | twice
    answer = save(client, f"/admin/programs/group/{group.pk}/change/", data)
    assert "twice" in answer.content.decode()
    assert (group.slots.get(), group.leaders.get()) == (slot, leader)
