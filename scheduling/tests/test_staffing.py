from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from programs.models import GroupLeader
from programs.tests.factories import make_group, make_leader, make_posting, make_program, make_room, make_slot
from scheduling.actions import SeenChoices, publish, set_staffing
from scheduling.models import Booking, SessionStaff
from scheduling.staffing import Choice, choice_on
from scheduling.tests.factories import make_clinician, make_session, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_supervision, make_time_away, make_user
from web.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
SEATS = ("lead", "co_lead", "room")


@pytest.fixture
def program():
    return make_program("Evening IOP")


@pytest.fixture(autouse=True)
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=program.location)
    client.force_login(dana)
    return dana


@pytest.fixture
def rae(program):
    return clinician(program, "rae")


@pytest.fixture
def kim(program):
    return clinician(program, "kim")


@pytest.fixture
def room(program):
    return make_room(program.location, "Room 2")


@pytest.fixture
def skills(program, rae, room):
    return make_weekly_group(program, name="Skills", leader=rae, room=room, weekday=tomorrow().weekday())


def tomorrow():
    return TODAY() + DAY


def clinician(program, username, **kw):
    user = make_clinician(username, **kw)
    make_posting(user, program)
    return user


def address(program, day=None):
    return f"/programs/{program.pk}/staffing/" + (f"?day={day.isoformat()}" if day else "")


def shown(client, program, day=None):
    """What the page sends when nobody touches it."""
    form = client.get(address(program, day)).context["form"]
    sent = {"version": form["version"].value(), "act": "save"}
    for row in form.rows:
        for name in (*SEATS, "was"):
            sent[row.add_prefix(name)] = row[name].value() or ""
    return sent


def set_to(group, **seats):
    """The fields that put these people and rooms on a group."""
    return {f"g{group.pk}-{seat}": value.pk if value else "" for seat, value in seats.items()}


def save(client, program, *changes, day=None, act="save"):
    sent = shown(client, program, day)
    for change in changes:
        sent |= change
    return client.post(address(program, day), sent | {"act": act})


def check(client, program, *changes, day=None):
    answer = save(client, program, *changes, day=day, act="check")
    assert answer.status_code == 200, answer.context["form"].problems
    return answer


def known(answer, group, seat):
    """What the page says beside a seat: what is known of the choice, and what it clashes with."""
    (row,) = [row for row in answer.context["form"].lines if row.group == group]
    (found,) = [found for found in row.seats if found["field"].name == seat]
    said = [note.text for note in found["notes"]] + found["clashes"]
    text = unescape(answer.content.decode())
    assert [sentence for sentence in said if sentence not in text] == []
    return said


def leaders(group):
    rows = group.leaders.order_by("role", "starts_on")
    return [(row.user.username, row.role, row.starts_on, row.ends_on) for row in rows]


def test_all_groups_are_set_at_once_and_their_sessions_follow(client, dana, program, skills, rae):
    kim = clinician(program, "kim")
    day = tomorrow().weekday()
    other = make_weekly_group(program, name="Relapse Prevention", weekday=day, start="20:00", end="21:00")
    hall = make_room(program.location, "Hall")
    began = skills.leaders.get().starts_on
    answer = save(
        client, program, set_to(skills, lead=kim, co_lead=rae), set_to(other, lead=rae, room=hall), day=tomorrow()
    )
    assert (answer.status_code, answer.url) == (302, address(program, tomorrow()))
    assert leaders(skills) == [
        ("rae", "co-lead", tomorrow(), None),
        ("rae", "lead", began, TODAY()),
        ("kim", "lead", tomorrow(), None),
    ]
    other.refresh_from_db()
    assert (other.room, leaders(other)) == (hall, [("rae", "lead", tomorrow(), None)])
    first = skills.sessions.order_by("day").first()
    assert {(part.user, part.role) for part in first.staff.all()} == {(kim, "lead"), (rae, "co-lead")}
    assert other.sessions.order_by("day").first().room == hall
    event = Event.objects.get(action="program.staffed")
    assert (event.actor_name, event.object_id) == (str(dana), program.pk)
    assert event.content["groups"][str(other.pk)] == {"old": [None, None, None], "new": [rae.pk, None, hall.pk]}


def test_what_is_sent_as_it_was_changes_nothing(client, program, skills):
    before = leaders(skills)
    answer = client.post(address(program), shown(client, program), follow=True)
    assert "Nothing to save: all of it stood so already." in answer.content.decode()
    assert (leaders(skills), Event.objects.filter(action="program.staffed").count()) == (before, 0)


def test_leaders_change_from_the_day_and_a_later_change_is_replaced(client, program, skills, rae, kim):
    mina = clinician(program, "mina")
    make_leader(skills, kim, starts_on=TODAY() + 4 * WEEK)
    skills.leaders.filter(user=rae).update(ends_on=TODAY() + 4 * WEEK - DAY)
    last, starts = (TODAY() + 4 * WEEK - DAY, TODAY() + 4 * WEEK)
    assert known(client.get(address(program)), skills, "lead") == [
        f"Until {last:%b} {last.day}, {last.year}.",
        f"Kim Duarte from {starts:%b} {starts.day}, {starts.year}.",
    ]
    save(client, program, set_to(skills, lead=mina), day=TODAY() + WEEK)
    assert [(name, ends) for name, _, _, ends in leaders(skills)] == [("rae", TODAY() + WEEK - DAY), ("mina", None)]
    by_day = {session.day: session.staff.get().user for session in skills.sessions.prefetch_related("staff__user")}
    assert (by_day[tomorrow()], by_day[tomorrow() + WEEK]) == (rae, mina)


def test_nobody_may_be_set_and_is_told(client, program, skills):
    answer = save(client, program, set_to(skills, lead=None, room=None))
    assert answer.status_code == 302
    page = client.get(answer.url)
    assert known(page, skills, "lead") == ["Nobody leads it: its sessions need cover."]
    assert "1 group needs a leader." in page.content.decode()
    assert SessionStaff.objects.filter(session__group=skills).count() == 0


def test_a_meeting_without_a_leader_says_that_it_needs_none(client, program):
    meeting = make_weekly_group(program, name="Open meeting", service="12-step-meeting")
    page = client.get(address(program))
    assert known(page, meeting, "lead") == ["12-step meeting needs no leader."]
    assert "Every group that needs a leader has one." in page.content.decode()


def test_a_peer_is_no_lead_of_therapy_and_may_be_co_lead(client, program, skills):
    pat = clinician(program, "pat", license="CPRS")
    answer = save(client, program, set_to(skills, lead=pat))
    assert answer.status_code == 422
    form = answer.context["form"]
    sentence = "Pat Example may only co-lead Group therapy. Choose another lead, or make them the co-lead."
    assert form.problems == [(f"id_g{skills.pk}-lead", "Skills, Lead", sentence)]
    assert f'<option value="{pat.pk}" selected>' in answer.content.decode()
    assert Event.objects.filter(action="refused", outcome="refused").count() == 1
    assert save(client, program, set_to(skills, co_lead=pat)).status_code == 302
    assert ("pat", "co-lead") in [row[:2] for row in leaders(skills)]


def test_every_part_that_cannot_be_is_said_at_once_and_nothing_is_saved(client, program, skills, kim):
    other = make_weekly_group(program, name="Relapse Prevention")
    nobody = make_user("cory", Role.CASE_MANAGER)
    make_posting(nobody, program)
    answer = save(client, program, set_to(skills, lead=kim, co_lead=kim), set_to(other, lead=nobody))
    said = {where: sentence for where, _, sentence in answer.context["form"].problems}
    assert said == {
        f"id_g{skills.pk}-co_lead": (
            "The lead cannot be the co-lead as well. Choose another co-lead, or leave it empty."
        ),
        f"id_g{other.pk}-lead": "Cory Whitfield has no credential on file. Choose somebody else.",
    }
    assert (answer.status_code, GroupLeader.objects.count()) == (422, 1)
    checked = save(client, program, set_to(skills, lead=kim, co_lead=kim), act="check")
    assert (checked.status_code, len(checked.context["form"].problems)) == (422, 1)


def test_a_co_lead_of_a_later_day_is_not_made_lead_as_well(client, program, skills, kim):
    make_leader(skills, kim, role="co-lead", starts_on=TODAY() + 4 * WEEK)
    answer = save(client, program, set_to(skills, lead=kim))
    assert answer.status_code == 422
    assert "Kim Duarte would be lead and co-lead of Skills on" in answer.content.decode()
    assert GroupLeader.objects.count() == 2


def test_an_expiring_license_is_saved_and_said(client, program, skills):
    ends = TODAY() + 5 * WEEK
    lee = clinician(program, "lee")
    lee.credentials.update(expires_on=ends)
    page = client.get(save(client, program, set_to(skills, lead=lee)).url)
    until = f"{ends:%b} {ends.day}, {ends.year}"
    assert known(page, skills, "lead") == [f"May lead until {until}; later sessions need cover."]


def test_who_leads_under_a_supervisor_whose_license_ends_is_said_with_both(client, program, skills, rae):
    ines, ends = clinician(program, "ines", license="Intern"), TODAY() + 5 * WEEK
    make_supervision(ines, rae)
    rae.credentials.update(expires_on=ends)
    said = f"May lead until {ends:%b} {ends.day}, {ends.year}, co-signed by Rae Lindqvist; later sessions need cover."
    assert known(check(client, program, set_to(skills, lead=ines)), skills, "lead") == [said]


def test_an_expired_license_may_be_set_for_a_series_with_a_warning(client, program, skills):
    lee = clinician(program, "lee")
    ended = TODAY() - DAY
    lee.credentials.update(expires_on=ended)
    page = client.get(save(client, program, set_to(skills, lead=lee)).url)
    said = f"Lee Example has a license that ended on {ended:%b} {ended.day}, {ended.year}: sessions need cover."
    assert known(page, skills, "lead") == [said]
    assert f"Lee Example (has a license that ended on {ended:%b} {ended.day}, {ended.year})" in page.content.decode()


def test_who_leads_under_supervision_is_said_with_who_co_signs(client, program, skills, rae):
    ines = clinician(program, "ines", license="Intern")
    make_supervision(ines, rae)
    assert known(check(client, program, set_to(skills, lead=ines)), skills, "lead") == [
        "Needs co-signature by Rae Lindqvist."
    ]


def test_time_away_on_a_day_of_the_group_is_said(client, program, skills, kim):
    day = tomorrow()
    make_time_away(kim, day, day)
    make_time_away(kim, day + DAY, day + 2 * DAY)
    said = known(check(client, program, set_to(skills, lead=kim)), skills, "lead")
    assert said == [f"Away {day:%b} {day.day}."]


def test_who_works_here_no_longer_stays_chosen_and_is_told(client, program, skills, rae):
    rae.postings.update(ends_on=TODAY() - DAY)
    today = TODAY()
    said = known(client.get(address(program)), skills, "lead")
    assert said == [f"Rae Lindqvist does not lead sessions in Evening IOP on {today:%b} {today.day}, {today.year}."]


def test_clashes_between_the_rows_of_the_form_are_counted(client, program, skills, kim, room):
    day = tomorrow().weekday()
    other = make_weekly_group(program, name="Relapse Prevention", leader=kim, weekday=day, start="19:00", end="20:30")
    publish(first=TODAY(), last=TODAY() + 12 * WEEK, by=None, at=timezone.now())
    answer = check(client, program, set_to(other, room=room))
    name = f"{tomorrow():%a}"
    assert known(answer, skills, "room") == [f"Room 2 is taken {name} 7:00–8:30 PM by Relapse Prevention, 12 times."]
    assert known(answer, other, "room") == [f"Room 2 is taken {name} 6:00–7:30 PM by Skills, 12 times."]
    answer = check(client, program, set_to(other, lead=skills.leaders.get().user))
    assert known(answer, other, "lead") == [f"Rae Lindqvist leads Skills {name} 6:00–7:30 PM, 12 times."]
    assert "2 choices clash in the twelve weeks" in answer.content.decode()
    assert GroupLeader.objects.count() == 2


def test_a_clash_with_another_program_in_sight_names_that_program_too(client, program, dana, skills, room):
    teen = make_program("Teen IOP", location=program.location)
    make_session(make_group(teen, "Skills"), room=room, day=tomorrow(), start="19:00", end="20:00")
    day = tomorrow()
    assert known(client.get(address(program)), skills, "room") == [
        f"Room 2 is taken {day:%a} {day:%b} {day.day}, 7:00–8:00 PM by Skills of Teen IOP."
    ]


def test_a_clash_with_another_program_does_not_name_it_and_one_session_has_its_date(client, program, skills, room):
    deputy = make_user("kit")
    make_posting(deputy, program, is_deputy=True, ends_on=TODAY() + 52 * WEEK)
    client.force_login(deputy)
    teen = make_program("Teen IOP", location=program.location)
    make_session(make_group(teen, "Secret"), room=room, day=tomorrow(), start="19:00", end="20:00")
    day = tomorrow()
    assert known(client.get(address(program)), skills, "room") == [
        f"Room 2 is taken {day:%a} {day:%b} {day.day}, 7:00–8:00 PM by another program."
    ]


def test_back_to_back_is_no_clash(client, program, skills, room):
    make_weekly_group(program, room=room, weekday=tomorrow().weekday(), start="19:30", end="20:30")
    assert known(client.get(address(program)), skills, "room") == []


@pytest.mark.usefixtures("skills")
def test_a_clash_is_saved_published_without_blocking_and_counted(client, program, kim, room):
    other = make_weekly_group(program, leader=kim, weekday=tomorrow().weekday())
    publish(first=TODAY(), last=TODAY() + 12 * WEEK, by=None, at=timezone.now())
    answer = save(client, program, set_to(other, room=room))
    assert "12 clashes to settle" in client.get(answer.url).content.decode()
    assert Booking.objects.filter(session__group=other, kind="room", blocks=False).count() == 12


def test_two_people_who_save_different_groups_both_succeed(client, program, skills, rae, kim):
    other = make_weekly_group(program, name="Relapse Prevention")
    opened = shown(client, program)
    save(client, program, set_to(skills, lead=kim))
    answer = client.post(address(program), opened | set_to(other, lead=rae))
    assert answer.status_code == 302
    page = client.get(address(program)).context["form"]
    assert {row.group.name: row.now.lead for row in page.rows} == {"Skills": kim.pk, "Relapse Prevention": rae.pk}


def test_two_people_who_change_one_group_see_both_and_may_save_over_it(client, program, skills, kim):
    mina = clinician(program, "mina")
    opened = shown(client, program)
    save(client, program, set_to(skills, lead=kim))
    answer = client.post(address(program), opened | set_to(skills, lead=mina))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert [label for label, _ in answer.context["theirs"]] == ["Skills"]
    assert "Kim" in text
    again = dict(answer.context["again"])
    assert client.post(address(program), again).status_code == 302
    assert client.get(address(program)).context["form"].rows[0].now.lead == mina.pk


def test_a_row_that_is_damaged_changes_nothing_in_silence(client, program, skills, kim):
    sent = shown(client, program) | {f"g{skills.pk}-was": "x|y", "version": "no"} | set_to(skills, lead=kim)
    assert client.post(address(program), sent).status_code == 409
    assert client.post(address(program), sent | {f"g{skills.pk}-was": "9" * 5000, "act": "check"}).status_code == 422
    for wrong in ["9" * 30, "abc", "-1", "\x00"]:
        answer = save(client, program, {f"g{skills.pk}-lead": wrong})
        assert answer.status_code in {400, 422}
    assert leaders(skills)[0][3] is None


@pytest.mark.parametrize("day", ["soon", "2020-01-01", "9999-01-01"])
def test_a_day_that_cannot_be_is_answered_with_the_reason(client, program, skills, kim, day):
    page = client.get(f"/programs/{program.pk}/staffing/?day={day}")
    assert (page.status_code, len(page.context["asked"].errors["day"])) == (422, 1)
    sent = shown(client, program) | set_to(skills, lead=kim)
    answer = client.post(f"/programs/{program.pk}/staffing/?day={day}", sent)
    assert answer.status_code == 422
    assert leaders(skills)[0][0] == "rae"


def test_a_program_that_opens_later_is_staffed_from_its_opening(client, dana, rae):
    opens = TODAY() + 4 * WEEK
    program = make_program("New IOP", location=dana.postings.get().location, opens_on=opens)
    make_posting(rae, program)
    group = make_weekly_group(program, weekday=opens.weekday())
    assert save(client, program, set_to(group, lead=rae)).status_code == 302
    assert leaders(group) == [("rae", "lead", opens, None)]
    assert client.get(address(program, TODAY())).status_code == 422


def test_only_its_director_or_deputy_sets_leaders_and_rooms(client, program, rae, kim):
    client.force_login(rae)
    assert client.get(address(program)).status_code == 403
    director = make_user("elsewhere", Role.DIRECTOR)
    make_posting(director, make_program("Teen IOP"))
    client.force_login(director)
    assert (client.get(address(program)).status_code, client.post(address(program)).status_code) == (404, 404)
    make_posting(kim, make_program(), is_deputy=True, ends_on=TODAY())
    client.force_login(kim)
    assert client.get(address(program)).status_code == 404
    kim.postings.update(is_deputy=True, ends_on=TODAY())
    assert client.get(address(program)).status_code == 200


def test_a_room_of_another_place_cannot_be_chosen(client, program, skills):
    answer = save(client, program, set_to(skills, room=make_room()))
    assert answer.status_code == 422
    assert "Select a valid choice" in answer.content.decode()


def test_a_program_without_groups_says_so(client, dana):
    program = make_program(location=dana.postings.get().location)
    assert "This program has no group on that day." in client.get(address(program)).content.decode()


def test_who_is_gone_since_the_page_was_opened_is_refused_and_not_a_fault(dana, program, skills, kim):
    gone = kim.pk
    kim.postings.all().delete()
    seen = SeenChoices(None, {skills.pk: choice_on(skills, TODAY())})
    wanted = {skills.pk: Choice(lead=gone, room=skills.room_id)}
    with pytest.raises(Refusal, match="no longer there"):
        set_staffing(program=program, day=TODAY(), wanted=wanted, seen=seen, by=dana, at=timezone.now())


def test_who_is_gone_from_a_group_that_changed_meanwhile_is_said_so_and_not_a_fault(dana, program, skills, kim):
    gone = kim.pk
    kim.postings.all().delete()
    seen = SeenChoices(None, {skills.pk: Choice()})
    wanted = {skills.pk: Choice(lead=gone, room=skills.room_id)}
    with pytest.raises(Stale) as stale:
        set_staffing(program=program, day=TODAY(), wanted=wanted, seen=seen, by=dana, at=timezone.now())
    assert stale.value.sides[0].mine == "Lead no longer here, co-lead nobody, Room 2"


def test_who_leads_until_a_day_is_said_to_have_no_follower(client, program, skills):
    last = TODAY() + 2 * WEEK
    skills.leaders.update(ends_on=last)
    said = known(client.get(address(program)), skills, "lead")
    assert said == [f"Until {last:%b} {last.day}, {last.year}, and nobody after."]


def test_somebody_set_twice_elsewhere_leads_once(program, skills, rae):
    make_leader(skills, rae, role="co-lead")
    publish(first=TODAY(), last=TODAY() + WEEK, by=None, at=timezone.now())
    assert [(part.user, part.role) for part in SessionStaff.objects.filter(session__group=skills)] == [(rae, "lead")]


@pytest.mark.parametrize("rows", [1, 30])
def test_many_groups_cost_the_same_queries_as_one(client, dana, program, room, rows):
    for number in range(rows):
        leader = clinician(program, f"clinician{number}")
        make_supervision(leader, dana)
        group = make_weekly_group(program, leader=leader, room=room)
        make_slot(group, 2)
    make_session(make_group(program), room=room, day=TODAY() + (7 - TODAY().weekday()) * DAY)
    client.get(address(program))
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address(program)).status_code == 200
    assert len(seen) == 20


def test_who_leads_with_a_license_that_nobody_has_verified_is_named_with_the_way_to_do_it(client, program, skills, rae):
    credential = rae.credentials.get()
    clinician(program, "kim")
    text = unescape(client.get(address(program)).content.decode())
    assert f"Not verified yet:</span> Rae Lindqvist ({credential.type}). Look each up" in text
    assert f"{reverse('admin:staff_credential_changelist')}?standing=unverified" in text
    rae.credentials.update(verified_on=TODAY(), verified_by=rae)
    assert "Not verified yet" not in client.get(address(program)).content.decode()
