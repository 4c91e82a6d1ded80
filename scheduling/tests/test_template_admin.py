import re
from datetime import time, timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from programs.models import Group, GroupSlot, TrackPhase
from programs.seeds import seed_service_types
from programs.tests.factories import (
    make_dose,
    make_group,
    make_leader,
    make_location,
    make_phase,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
    make_slot,
)
from scheduling.actions import publish
from scheduling.models import Session
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
OPENING = TODAY + timedelta(days=14)
NEW = {"group": "Skills", "service": "Skill-building", "attended_by": "patient", "start": "16:00", "end": "18:00"}


@pytest.fixture(autouse=True)
def services():
    seed_service_types()


@pytest.fixture
def program():
    return make_program("Evening IOP", location=make_location("Northside"), opens_on=OPENING)


@pytest.fixture
def dana(client, program):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, program)
    client.force_login(dana)
    return dana


@pytest.fixture
def process(program):
    """Three days of three hours, each with a break of 15 minutes."""
    group = make_group(program, "Process", room=make_room(program.location, "Blue"))
    for weekday in (0, 2, 4):
        make_slot(group, weekday, "09:00", "12:00", breaks="10:30-10:45", starts_on=OPENING)
    return group


def address(program):
    return f"/admin/programs/program/{program.pk}/template/"


def typed(client, program):
    """What the page as it stands would send."""
    text = client.get(address(program)).content.decode()
    data = {}
    for tag in re.findall(r"<input[^>]*>", text):
        pairs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        name = pairs.get("name", "")
        ticked = pairs.get("type") != "checkbox" or " checked" in tag
        if ticked and (name.startswith("row-") or name in {"shown", "version", "count", "from_day"}):
            data.setdefault(name, []).append(pairs.get("value", "on"))
    for name, inner in re.findall(r'<select[^>]*name="(row-[^"]+)"[^>]*>(.*?)</select>', text, re.S):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', inner)
        data[name] = [(chosen[1] if chosen[1] is not None else chosen[2]) if chosen else ""]
    return data


def send(client, program, change=(), *, step="save", data=None, **kw):
    return client.post(address(program), (data or typed(client, program)) | dict(change) | {"step": step}, **kw)


def row(place, **cells):
    return {f"row-{place}-{name}": value for name, value in cells.items()}


def slots(group):
    return list(group.slots.order_by("weekday", "starts_on").values_list("weekday", "start", "starts_on", "ends_on"))


def test_the_page_shows_the_week_and_that_8_25_hours_are_below_the_minimum(client, dana, program, process):
    answer = client.get(address(program))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "8.25 countable hours a week, 45 minutes below the minimum of 9 h." in text
    assert "Mon, Wed and Fri each give less than 3 h net" in text
    assert "Mon 165 countable minutes, Tue 0 countable minutes, Wed 165" in text
    assert typed(client, program)["row-0-weekdays"] == ["Mon", "Wed", "Fri"]
    assert typed(client, program)["row-0-breaks"] == ["10:30–10:45 AM"]


def test_saving_what_is_shown_changes_nothing(client, dana, program, process):
    make_dose(program)
    make_phase(process, 1, 8)
    make_leader(process, dana)
    before = (slots(process), TrackPhase.objects.values().get(), Group.objects.values().get())
    answer = send(client, program, follow=True)
    assert "Nothing changed: the programs were so already." in answer.content.decode()
    assert before == (slots(process), TrackPhase.objects.values().get(), Group.objects.values().get())


def test_longer_hours_are_saved_published_and_said(client, dana, program, process):
    answer = send(client, program, row(0, end="12:15"), follow=True)
    text = answer.content.decode()
    assert "Evening IOP: 9 countable hours a week; the minimum is 9 h." in text
    assert "Process: Monday 09:00–12:00 becomes Monday 09:00–12:15." in text
    assert "sessions made" in text
    assert set(process.slots.values_list("end", "starts_on", "ends_on")) == {(time(12, 15), OPENING, None)}
    assert Session.objects.filter(group=process).earliest("day").room == process.room
    event = Event.objects.filter(action="programs.timetable_imported").get()
    assert (event.actor_name, event.content["changed"]) == (str(dana), 3)
    change = Event.objects.get(action="programs.week_set", object_id=program.pk).content["changes"][0]["fields"]
    hours = "Group therapy, Mon Wed Fri 09:00–{}, break 10:30-10:45"
    assert change == {"Process": {"old": hours.format("12:00"), "new": hours.format("12:15")}}
    assert "12:15" in client.get(f"/admin/programs/program/{program.pk}/history/").content.decode()


def test_below_the_minimum_is_said_and_saved(client, dana, program, process):
    answer = send(client, program, row(0, breaks="10:30-10:50"), follow=True)
    assert "Evening IOP: 8 countable hours a week, 60 minutes below the minimum of 9 h." in answer.content.decode()
    assert process.slots.filter(breaks="10:30-10:50").count() == 3


def test_a_running_program_s_hours_end_and_new_ones_begin_on_the_day(client, dana, program, process):
    program.opens_on = TODAY - timedelta(days=50)
    program.save()
    process.slots.update(starts_on=program.opens_on)
    publish(first=TODAY, last=TODAY + timedelta(days=56), by=None, at=timezone.now())
    later = TODAY + timedelta(days=28)
    answer = send(client, program, {"from_day": later} | row(0, start="09:30", weekdays=["Mon", "Wed"]), follow=True)
    assert "sessions canceled" in answer.content.decode()
    last = later - timedelta(days=1)
    assert slots(process) == [
        (0, time(9), program.opens_on, last),
        (0, time(9, 30), later, None),
        (2, time(9), program.opens_on, last),
        (2, time(9, 30), later, None),
        (4, time(9), program.opens_on, last),
    ]
    standing = Session.objects.filter(day__gte=later, status="scheduled")
    assert {session.local_start.time() for session in standing} == {time(9, 30)}


def test_a_line_is_added_without_scripts_and_saved(client, dana, program, process):
    answer = send(client, program, row(0, end="12:30"), step="add")
    text = answer.content.decode()
    assert (answer.status_code, 'name="count" value="2"' in text, 'value="12:30"' in text) == (200, True, True)
    data = typed(client, program) | {"count": 2} | row(1, **NEW, weekdays=["Tue", "Thu"])
    send(client, program, data=data)
    skills = Group.objects.get(name="Skills")
    assert (skills.service.code, skills.attended_by) == ("skill-building", "patient")
    assert slots(skills) == [(1, time(16), OPENING, None), (3, time(16), OPENING, None)]
    assert Session.objects.filter(group=skills).exists()


def test_a_program_without_groups_begins_with_an_empty_line(client, dana, program):
    text = client.get(address(program)).content.decode()
    assert ('name="row-0-group"' in text, "No countable hours; the minimum is 9 h a week." in text) == (True, True)
    data = typed(client, program) | row(0, **NEW, weekdays=["Mon"])
    send(client, program, data=data)
    assert Group.objects.get().name == "Skills"


def test_a_new_group_leads_on_to_its_leaders(client, dana, program):
    data = typed(client, program) | row(0, **NEW, weekdays=["Mon"])
    leaders = f"<a href='/programs/{program.pk}/staffing/'>leaders and rooms</a>"
    assert f"Next: set {leaders}" in send(client, program, data=data, follow=True).content.decode()
    assert "Next: set" not in send(client, program, row(0, end="12:15"), follow=True).content.decode()


def test_a_line_that_is_ended_ends_and_its_sessions_go(client, dana, program, process):
    other = make_group(program, "Skills")
    make_slot(other, 1, starts_on=OPENING)
    publish(first=TODAY, last=TODAY + timedelta(days=56), by=None, at=timezone.now())
    names = {value[0]: name for name, value in typed(client, program).items() if name.endswith("-group")}
    place = names["Skills"].split("-")[1]
    answer = send(client, program, {f"row-{place}-remove": "on"}, follow=True)
    assert "Skills: Tuesday 18:00–19:30 is taken out before it begins." in answer.content.decode()
    assert not Session.objects.filter(group=other, status="scheduled").exists()
    assert process.slots.filter(ends_on=None).count() == 3
    assert [value for name, value in typed(client, program).items() if name.endswith("-group")] == [["Process"]]
    assert "8.25 countable hours" in client.get(address(program)).content.decode()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"start": "late"}, "“late” is not a time. Write it as 18:00."),
        ({"end": "08:00", "breaks": ""}, "8:00 AM is not after the start, 9:00 AM."),
        ({"breaks": "13:00-13:10"}, "The break 1:00–1:10 PM must lie within 9:00 AM–12:00 PM and overlap no other."),
        ({"weekdays": []}, "are no weekdays"),
        ({"weekdays": ["Mon", "Mon"]}, "each once"),
        ({"service": "yoga"}, "There is no service “yoga”."),
        ({"capacity": "9" * 30}, "is not a whole number from 1 to 500"),
        ({"week_from": "4", "week_to": "2"}, "Week 2 is before week 4."),
        ({"until": "9999-01-01"}, "is not a date"),
        ({"purpose": "x" * 201}, "It has 201 characters; 200 fit."),
        ({"service": "Individual therapy", "capacity": "8"}, "is for one patient"),
    ],
)
@pytest.mark.usefixtures("dana")
def test_a_wrong_cell_says_why_and_keeps_what_was_typed(client, program, process, cells, words):
    answer = send(client, program, row(0, **cells))
    text = answer.content.decode()
    assert (answer.status_code, words in text) == (422, True)
    assert "Some cells cannot be taken." in text
    column, value = next(iter(cells.items()))
    assert 'href="#row-0-' in text
    assert not isinstance(value, str) or column == "service" or f'value="{value}"' in text
    assert set(GroupSlot.objects.values_list("start", "end", "ends_on")) == {(time(9), time(12), None)}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"from_day": TODAY}, "The past stays as it was. Choose"),
        ({"from_day": "soon"}, "Enter a valid date."),
        ({"from_day": "9999-12-31"}, "Give a year from 2000 to 2100."),
        ({"row-0-remove": "on"}, "Leave at least one line."),
        ({"count": "0"}, "Leave at least one line."),
        ({"count": "many"}, "Leave at least one line."),
        ({"count": "81"}, "More than 80 lines cannot be changed here."),
        ({"shown": "9999-12-31"}, "Nothing is saved yet"),
    ],
)
@pytest.mark.usefixtures("dana")
def test_what_cannot_be_saved_is_refused(client, program, process, change, words):
    answer = send(client, program, change)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert process.slots.filter(ends_on=None).count() == 3


def test_lines_of_one_group_must_agree_and_say_with_which_line(client, dana, program, process):
    make_slot(process, 1, "18:00", "19:00", starts_on=OPENING)
    answer = send(client, program, row(1, capacity="9"))
    assert "It differs from line 1, which is the same group. Make them agree." in answer.content.decode()


def test_a_week_after_the_retirement_is_refused_with_a_sentence(client, dana, program, process):
    program.retired_on = OPENING + timedelta(days=30)
    program.save()
    answer = send(client, program, {"from_day": OPENING + timedelta(days=60)} | row(0, end="13:00"))
    assert (answer.status_code, "This program is retired." in answer.content.decode()) == (422, True)
    assert process.slots.filter(end=time(12), ends_on=None).count() == 3


def test_two_directors_at_once_see_both_weeks(client, dana, program, process):
    mine = typed(client, program)
    send(client, program, row(0, end="12:15"))
    answer = send(client, program, row(0, end="13:00"), data=mine)
    text = re.sub(r"</?(ins|del|mark)[^>]*>", "", answer.content.decode())
    assert answer.status_code == 409
    assert ("09:00–13:00" in text, "09:00–12:15" in text) == (True, True)
    assert set(process.slots.values_list("end", flat=True)) == {time(12, 15)}


def test_the_preview_works_the_hours_out_and_saves_nothing(client, dana, program, process):
    data = typed(client, program) | {"count": 3} | row(1, **NEW, weekdays=["Tue"]) | row(2, group="Half")
    answer = send(client, program, data=data, step="preview", headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert (answer.status_code, "<html" in text) == (200, False)
    assert "10.25 countable hours a week; the minimum is 9 h." in text
    assert "1 line is not complete yet and not counted here." in text
    whole = send(client, program, data=data, step="preview")
    assert (whole.status_code, "<html" in whole.content.decode()) == (200, True)
    assert Group.objects.count() == 1


def test_the_preview_counts_by_the_program_s_own_policy(client, dana, program, process):
    make_policy_value("exclude_breaks", "false", program)
    assert "9 countable hours a week; the minimum is 9 h." in client.get(address(program)).content.decode()


def test_a_program_of_somebody_else_is_not_there(client, dana, program):
    assert client.get(address(make_program())).status_code == 404
    assert client.post(address(make_program()), {"step": "save"}).status_code == 404


def test_nobody_but_a_director_opens_the_week(client, program):
    rae = make_user("rae", Role.CLINICIAN)
    make_posting(rae, program)
    client.force_login(rae)
    assert client.get(address(program)).status_code == 403


def test_the_program_s_page_leads_to_the_week(client, dana, program):
    assert address(program) in client.get(f"/admin/programs/program/{program.pk}/change/").content.decode()


@pytest.mark.parametrize("groups", [1, 30])
def test_the_page_takes_the_same_queries_for_any_number_of_groups(
    client, dana, program, groups, django_assert_num_queries
):
    for number in range(groups):
        make_slot(make_group(program, f"Group {number}"), number % 7)
    with django_assert_num_queries(34):
        client.get(address(program))


def test_a_name_with_a_letter_that_no_database_keeps_is_said_at_its_cell(client, dana, program, process):
    answer = send(client, program, row(1, **NEW | {"group": "Ski\0lls", "weekdays": "Tue"}) | {"count": 2})
    assert answer.status_code == 422
    assert "It holds a character that cannot be shown. Type it anew." in answer.content.decode()
    assert not Group.objects.filter(name__startswith="Ski").exists()
