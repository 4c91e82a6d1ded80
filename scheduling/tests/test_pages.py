from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Event
from patients.actions import add_related_person
from patients.tests.factories import make_episode, make_patient
from programs.models import Track
from programs.tests.factories import (
    make_group,
    make_phase,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
    make_service,
)
from scheduling.actions import publish
from scheduling.models import Membership, Session
from scheduling.tests.factories import make_attendance, make_clinician, make_membership, make_session, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user
from web import keys

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)


@pytest.fixture
def program():
    return make_program("Evening IOP", opens_on=date(2026, 1, 5))


@pytest.fixture
def rae(program):
    user = make_clinician()
    make_posting(user, program)
    return user


@pytest.fixture
def omar():
    user = make_user("omar")
    make_posting(user, make_program("Teen IOP"))
    return user


@pytest.fixture
def group(program, rae):
    group = make_weekly_group(
        program, name="Relapse Prevention", leader=rae, weekday=(TODAY() + DAY).weekday(), capacity=2
    )
    publish(first=TODAY(), last=TODAY() + 4 * WEEK, by=None, at=timezone.now())
    return group


def signed_in(client, user):
    client.force_login(user)
    return client


def page_of(client, user, address) -> str:
    answer = signed_in(client, user).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_shows_the_groups_of_my_programs_only(client, rae, omar, group):
    make_weekly_group(make_program(), name="Elsewhere")
    text = page_of(client, rae, "/groups/")
    assert "Relapse Prevention" in text
    assert "Elsewhere" not in text
    assert "No group is in your programs." in page_of(client, omar, "/groups/")


def test_the_list_is_filtered_by_program(client, rae, group):
    teen = make_program("Teen IOP")
    make_posting(rae, teen)
    make_weekly_group(teen, name="Choices")

    def shown(program):
        text = page_of(client, rae, f"/groups/?program={program.pk}")
        return [name for name in ["Relapse Prevention", "Choices"] if name in text]

    assert (shown(group.program), shown(teen)) == (["Relapse Prevention"], ["Choices"])
    assert client.get("/groups/?program=987654").status_code == 200


@pytest.mark.parametrize(
    ("sort", "first"), [("group", "Anger"), ("-group", "Relapse"), ("members", "Anger"), ("-members", "Relapse")]
)
def test_the_list_is_sorted_by_its_columns(client, rae, group, sort, first):
    make_weekly_group(group.program, name="Anger")
    make_membership(group)
    text = page_of(client, rae, f"/groups/?sort={sort}")
    assert (text.index("Anger") < text.index("Relapse Prevention")) == (first == "Anger")


@pytest.mark.parametrize("sort", ["program", "room", "-room", "meets", "leads", "nonsense"])
def test_the_list_opens_in_any_order_that_is_asked_for(client, rae, group, sort):
    assert "Relapse Prevention" in page_of(client, rae, f"/groups/?sort={sort}")


def test_the_list_shows_fifty_groups_a_page(client, rae, program):
    for number in range(51):
        make_group(program, f"Group no. {number:02}")
    text = page_of(client, rae, "/groups/")
    assert ("Group no. 49" in text, "Group no. 50" in text) == (True, False)
    assert "Group no. 50" in page_of(client, rae, "/groups/?page=2")


def test_the_list_shows_the_seats_that_hold_today(client, rae, group):
    make_policy_value("group_cap_therapy", "1", group.program)
    assert "0 of 1" in page_of(client, rae, "/groups/")


def test_a_group_shows_members_with_dates_times_leaders_and_next_sessions(client, rae, group):
    make_membership(group, make_episode(make_patient("Nadia", "Farouk"), group.program), date(2026, 3, 2))
    text = page_of(client, rae, f"/groups/{group.pk}/")
    for shown in ["Nadia Farouk", "Mar 2, 2026", "6:00–7:30 PM", str(rae), "1 of 2"]:
        assert shown in text
    assert text.count("/sessions/") == 4


@pytest.mark.parametrize("address", ["/groups/{group}/", "/groups/{group}/members/add/", "/sessions/{session}/"])
def test_out_of_scope_is_not_found(client, omar, group, address):
    address = address.format(group=group.pk, session=group.sessions.first().pk)
    outside = signed_in(client, omar).get(address)
    nowhere = client.get(address.replace(str(group.pk), "987654").replace(str(group.sessions.first().pk), "987654"))
    assert (outside.status_code, nowhere.status_code) == (404, 404)


def test_whoever_leads_a_session_sees_it_also_out_of_scope(client, omar):
    session = make_session(leader=omar)
    assert session.title in page_of(client, omar, f"/sessions/{session.pk}/")
    assert Session.objects.visible_to(omar).get() == session


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        (Role.INTERN, "/groups/{}/members/add/", 403),
        (Role.BILLING, "/sessions/new/", 403),
        (Role.BILLING, "/groups/{}/", 200),
        (Role.FRONT_DESK, "/groups/{}/members/add/", 200),
        (Role.FRONT_DESK, "/sessions/new/", 200),
        (Role.CASE_MANAGER, "/sessions/new/", 200),
    ],
)
def test_a_role_opens_what_its_row_of_the_table_says(client, group, role, address, status):
    user = make_user("ivy", role)
    make_posting(user, group.program)
    assert signed_in(client, user).get(address.format(group.pk)).status_code == status


def test_reading_a_roster_is_recorded_with_everybody_on_it(client, rae, group):
    nadia, guest = (make_episode(program=group.program) for _ in range(2))
    make_membership(group, nadia, TODAY())
    session = group.sessions.first()
    make_attendance(session, guest, None)
    page_of(client, rae, f"/sessions/{session.pk}/")
    event = Event.objects.get(action="session.read")
    assert set(event.patients.values_list("patient_id", flat=True)) == {nadia.patient_id, guest.patient_id}
    page_of(client, rae, f"/groups/{group.pk}/")
    assert Event.objects.get(action="group.read").patient_id == nadia.patient_id


def ask(episode, **kw):
    return {"episode": episode.pk, "starts_on": TODAY().isoformat()} | kw


def test_adding_a_member_shows_what_it_does_before_anything_is_saved(client, rae, group):
    make_membership(group, starts_on=TODAY())
    make_membership(group, starts_on=TODAY() + WEEK, ends_on=TODAY() + 2 * WEEK)
    episode = make_episode(make_patient("Nadia", "Farouk"), group.program)
    answer = signed_in(client, rae).get(f"/groups/{group.pk}/members/add/", ask(episode))
    text = answer.content.decode()
    for shown in ["Add Nadia Farouk from", "3 added", "1 full", "Add to 3 sessions", "2 of 2 seats are taken."]:
        assert shown in text
    assert Membership.objects.filter(episode=episode).count() == 0
    assert Event.objects.get(action="membership.previewed").patient_id == episode.patient_id


def confirm(client, user, group, episode, **kw):
    data = ask(episode, key=keys.issue(to=user)) | kw
    return signed_in(client, user).post(f"/groups/{group.pk}/members/add/", data)


def test_confirming_adds_the_member_without_the_day_left_out(client, rae, group):
    full = group.sessions.order_by("day")[1].day
    for _ in range(2):
        make_membership(group, starts_on=full, ends_on=full)
    episode = make_episode(program=group.program)
    refused = confirm(client, rae, group, episode)
    assert refused.status_code == 422
    assert "Leave that day out." in refused.content.decode()
    answer = confirm(client, rae, group, episode, leave_out=f"{group.pk}/{full.isoformat()}")
    assert (answer.status_code, answer.url) == (302, f"/groups/{group.pk}/")
    assert [m.covers(full) for m in episode.memberships.all()] == [False, False]


def test_confirming_twice_adds_once(client, rae, group):
    episode, key = make_episode(program=group.program), keys.issue(to=rae)
    first, second = (confirm(client, rae, group, episode, key=key) for _ in range(2))
    assert (first.status_code, second.status_code, second.url) == (302, 303, first.url)
    assert episode.memberships.count() == 1


def test_a_patient_out_of_scope_cannot_be_added(client, rae, group):
    assert confirm(client, rae, group, make_episode()).status_code == 422
    assert Membership.objects.count() == 0


def test_a_member_of_that_time_is_not_previewed_again(client, rae, group):
    episode = make_episode(program=group.program)
    make_membership(group, episode, starts_on=TODAY() + WEEK)
    answer = signed_in(client, rae).get(f"/groups/{group.pk}/members/add/", ask(episode))
    assert answer.status_code == 422
    assert "is in Relapse Prevention already" in answer.content.decode()


def test_a_whole_track_is_previewed_and_joined(client, rae, group):
    other = make_weekly_group(group.program, name="Early Recovery Skills")
    make_phase(group, 1, 16)
    make_phase(other, 1, 4)
    episode = make_episode(program=group.program)
    track = Track.objects.get().pk
    answer = signed_in(client, rae).get(f"/groups/{group.pk}/members/add/", ask(episode, track=track))
    assert "Early Recovery Skills" in answer.content.decode()
    assert confirm(client, rae, group, episode, track=track).status_code == 302
    assert {m.group for m in episode.memberships.all()} == {group, other}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"ends_on": "2020-01-01"}, "The last day cannot be before the first."),
        ({"leave_out": "x"}, "A day to leave out is damaged."),
    ],
)
def test_what_cannot_be_read_is_answered_with_what_was_typed(client, rae, group, change, error):
    answer = confirm(client, rae, group, make_episode(program=group.program), **change)
    assert answer.status_code == 422
    assert error in answer.content.decode()


def booking(rae, **kw):
    service = make_service("individual-therapy")
    tomorrow = (TODAY() + DAY).isoformat()
    times = {"day": tomorrow, "start": "12:00", "end": "12:50"}
    return {"service": service.pk, "leader": rae.pk, "key": keys.issue(to=rae)} | times | kw


def test_a_session_is_booked_for_one_patient_with_a_relative(client, rae, program):
    episode = make_episode(program=program)
    mother = add_related_person(patient=episode.patient, name="Lena", relation="parent", may_attend=True, by=rae)
    room = make_room(program.location)
    address = f"/sessions/new/?episode={episode.pk}"
    assert "Lena, parent" in page_of(client, rae, address)
    answer = client.post(address, booking(rae, room=room.pk, relatives=mother.pk))
    session = Session.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/sessions/{session.pk}/")
    assert (session.local_start.hour, session.room, session.family.get().related_person) == (12, room, mother)
    assert "Lena, parent" in page_of(client, rae, answer.url)


def test_a_family_session_names_someone_who_is_not_known_yet(client, rae, program):
    episode = make_episode(program=program)
    add_related_person(patient=episode.patient, name="Omid Farouk", relation="relative", must_not_know=True, by=rae)
    address = f"/sessions/new/?episode={episode.pk}"
    data = booking(rae, service=make_service("family-session").pk, without_patient="on")
    assert "needs someone of the family" in signed_in(client, rae).post(address, data).text
    assert "Say who this is" in client.post(address, data | {"visitor": "Lena Farouk"}).text
    unwanted = client.post(address, data | {"visitor": "omid farouk", "visitor_relation": "Sibling"})
    assert (unwanted.status_code, "may not attend" in unwanted.text) == (422, True)
    answer = client.post(address, data | {"visitor": "Lena Farouk", "visitor_relation": "Sibling"})
    assert "Lena Farouk, sibling" in page_of(client, rae, answer.url)
    assert Session.objects.get().family.get().name == "Lena Farouk"


def test_a_second_submit_leads_to_the_first_session(client, rae, program):
    address = f"/sessions/new/?episode={make_episode(program=program).pk}"
    data = booking(rae)
    first, second = (signed_in(client, rae).post(address, data) for _ in range(2))
    assert (second.status_code, second.url) == (303, first.url)
    assert Session.objects.count() == 1


def test_a_clash_comes_back_at_its_field_with_what_was_typed(client, rae, program):
    make_session(program=program, service=make_service(), day=TODAY() + DAY, start="12:30", end="13:30", leader=rae)
    answer = signed_in(client, rae).post(f"/sessions/new/?episode={make_episode(program=program).pk}", booking(rae))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f"{rae} leads Group therapy 12:30–1:30 PM." in text
    assert 'value="12:00"' in text


def test_a_time_the_clock_skips_is_refused(client, rae, program):
    spring = {"day": "2027-03-14", "start": "02:30", "end": "04:00"}
    address = f"/sessions/new/?episode={make_episode(program=program).pk}"
    answer = signed_in(client, rae).post(address, booking(rae, **spring))
    assert answer.status_code == 422
    assert "02:30 does not exist on this day: the clock goes forward." in answer.content.decode()


def test_only_own_visible_patients_can_be_booked(client, rae, omar, program):
    episode = make_episode(program=program)
    answer = signed_in(client, omar).get(f"/sessions/new/?episode={episode.pk}")
    assert answer.status_code == 422
    assert episode.patient.preferred_name not in answer.content.decode()
    assert signed_in(client, omar).post(f"/sessions/new/?episode={episode.pk}", booking(omar)).status_code == 422


def queries_of(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return sum("pg_advisory" not in query["sql"] for query in queries)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_takes_the_same_queries_for_1_group_and_for_30(client, rae, program, rows):
    for _ in range(rows):
        group = make_weekly_group(program, leader=rae, room=make_room(program.location))
        make_membership(group)
    assert queries_of(signed_in(client, rae), "/groups/") == 10


@pytest.mark.parametrize("rows", [1, 30])
def test_a_group_and_its_session_take_the_same_queries_for_1_member_and_for_30(client, rae, rows):
    group = make_weekly_group(make_program(), leader=rae)
    make_posting(rae, group.program)
    publish(first=TODAY(), last=TODAY() + rows * WEEK, by=None, at=timezone.now())
    for _ in range(rows):
        make_membership(group)
    session, chosen = group.sessions.first(), make_episode(program=group.program)
    assert queries_of(signed_in(client, rae), f"/sessions/{session.pk}/") == 22
    choose = f"/groups/{group.pk}/members/add/"
    preview = f"{choose}?episode={chosen.pk}&starts_on=2026-03-02"
    assert [queries_of(client, address) for address in [f"/groups/{group.pk}/", choose, preview]] == [18, 14, 21]
