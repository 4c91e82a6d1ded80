import csv
from datetime import date, time

import pytest
from django.conf import settings

from programs.actions import import_timetable
from programs.exporting import lines_of
from programs.models import Group, GroupLeader, GroupSlot, Program, ProgramDose, Room, TrackPhase
from programs.seeds import seed_service_types
from programs.tests.factories import make_dose, make_group, make_leader, make_phase, make_program, make_room, make_slot
from staff.tests.factories import make_user
from web.refusals import Refusal

pytestmark = pytest.mark.django_db
FILE = settings.BASE_DIR / "iopportal/demo/real_timetables.csv"
START, DAY = date(2026, 1, 5), date(2026, 3, 2)


@pytest.fixture(autouse=True)
def services():
    seed_service_types()


def contents():
    """Every row an import may touch, with its key."""
    models = (Room, Program, Group, GroupSlot, GroupLeader, TrackPhase, ProgramDose)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def fetched(program):
    return Program.objects.with_lines().get(pk=program.pk)


def back(program, change=None, *, day=DAY, whole=False, drop=()):
    """Import what the program's lines say, some of them changed or left out (by their place, from 0)."""
    header, rows = lines_of(fetched(program), day=day)
    for place, cells in (change or {}).items():
        rows[place] = (rows[place][0], rows[place][1] | cells)
    rows = [row for place, row in enumerate(rows) if place not in drop]
    location = program.location.name
    return import_timetable(
        header=header, rows=rows, program_start=day, location=location, day=day, by=None, whole=whole
    )


@pytest.mark.parametrize("whole", [False, True])
def test_what_is_exported_of_each_real_timetable_changes_nothing_when_it_is_imported(whole):
    with FILE.open(newline="") as file:
        reader = csv.DictReader(file)
        rows = [(reader.line_num, row) for row in reader]
    import_timetable(header=reader.fieldnames, rows=rows, program_start=START, location="", day=DAY, by=None)
    before = contents()
    assert Program.objects.count() == 7
    for program in Program.objects.all():
        result = back(program, whole=whole)
        assert (result.made, result.changed, result.kept) == ([], [], [])
    assert contents() == before


def test_rooms_leaders_breaks_dates_weeks_and_purposes_are_in_the_lines():
    program = make_program("Evening", code="eve")
    room = make_room(program.location, "Blue")
    group = make_group(program, "Yoga", service="wellness", room=room, capacity=9, min_size=3, purpose="Calm")
    make_slot(group, 1, breaks="18:30-18:40", ends_on=date(2026, 6, 1))
    make_slot(group, 3, breaks="18:30-18:40", ends_on=date(2026, 6, 1))
    make_slot(group, 4, starts_on=date(2026, 4, 1))
    make_slot(group, 0, ends_on=date(2026, 2, 1))
    make_phase(group, 1, 4)
    make_leader(group, make_user("rae"))
    make_leader(group, make_user("kim", is_active=False), role="co-lead")
    make_dose(program, times_a_week=2, minutes=50)
    _, rows = lines_of(fetched(program), day=DAY)
    facts = ("group", "weekdays", "start", "end", "breaks", "from", "until", "week_from", "week_to")
    assert [tuple(row[name] for name in facts) for _, row in rows] == [
        ("Yoga", "Tue Thu", "18:00", "19:30", "18:30-18:40", "", "2026-06-01", "1", "4"),
        ("Yoga", "Fri", "18:00", "19:30", "", "2026-04-01", "", "1", "4"),
        ("Individual therapy", "Mon Tue", "09:00", "09:50", "", "", "", "", ""),
    ]
    one = rows[0][1]
    assert [one[name] for name in ("room", "leader", "co_leader", "purpose", "capacity", "min_size")] == [
        "Blue", "rae", "", "Calm", "9", "3",
    ]  # fmt: skip
    before = contents()
    assert back(program).changed == back(program, whole=True).changed == []
    assert contents() == before


def test_a_line_left_out_of_the_whole_week_ends_and_one_of_a_file_stays():
    program = make_program()
    skills, process = make_group(program, "Skills"), make_group(program, "Process")
    make_slot(skills, 1)
    make_slot(process, 2)
    make_dose(program)
    assert back(program, drop=[1]).kept == [f"{program}: Skills is not in the file and stays."]
    result = back(program, drop=[1, 2], whole=True)
    assert result.changed == [
        "Skills: Tuesday 18:00–19:30 ends; its last day is Mar 1, 2026.",
        f"{program}: Individual therapy, 1 × 50 min is taken out.",
    ]
    assert GroupSlot.objects.get(group=skills).ends_on == date(2026, 3, 1)
    assert back(program, whole=True).changed == []


def test_a_weekday_taken_out_of_a_line_ends_and_one_put_in_begins():
    program = make_program()
    group = make_group(program, "Skills")
    make_slot(group, 1)
    make_slot(group, 3)
    assert back(program, {0: {"weekdays": "Thu Fri"}}, whole=True).changed == [
        "Skills: Friday 18:00–19:30 is new from Mar 2, 2026.",
        "Skills: Tuesday 18:00–19:30 ends; its last day is Mar 1, 2026.",
    ]
    assert back(program, {0: {"weekdays": "Tue Thu Fri"}}, day=date(2026, 4, 1), whole=True).changed == [
        "Skills: Tuesday 18:00–19:30 is new from Apr 1, 2026."
    ]


def test_a_slot_that_has_not_begun_is_taken_out_without_a_trace():
    program = make_program(opens_on=date(2026, 9, 7))
    group = make_group(program, "Skills")
    make_slot(group, 1, starts_on=date(2026, 9, 7))
    make_slot(group, 2, starts_on=date(2026, 9, 7))
    back(program, {0: {"weekdays": "Wed"}}, day=date(2026, 9, 7), whole=True)
    assert list(GroupSlot.objects.values_list("weekday", flat=True)) == [2]


def test_dates_that_a_line_says_are_given_to_the_slot():
    program = make_program()
    group = make_group(program, "Skills")
    make_slot(group, 1)
    make_slot(group, 2, starts_on=date(2026, 5, 1))
    until = {"until": "2026-06-14"}
    back(program, {0: until, 1: until})
    assert list(group.slots.values_list("weekday", "starts_on", "ends_on")) == [
        (1, START, date(2026, 6, 14)),
        (2, date(2026, 5, 1), date(2026, 6, 14)),
    ]
    assert back(program).changed == []
    back(program, {0: {"until": ""}}, whole=True)
    assert group.slots.get(weekday=1).ends_on is None
    with pytest.raises(Refusal) as caught:
        back(program, {1: {"from": "", "until": "2026-04-01"}})
    assert caught.value.code == "slot_dates"


@pytest.mark.parametrize("hours", [{}, {"end": "20:00"}])
def test_a_line_of_the_whole_week_without_a_first_day_holds_from_the_day_of_the_change(hours):
    program = make_program()
    group = make_group(program, "Skills")
    make_slot(group, starts_on=date(2026, 5, 1))
    back(program, {0: {"from": ""} | hours}, whole=True)
    assert list(group.slots.values_list("starts_on", "ends_on")) == [(DAY, None)]
    assert back(program, whole=True).changed == []


def test_a_first_day_that_is_over_changes_nothing_and_says_nothing():
    group = make_group(make_program(), "Skills")
    make_slot(group)
    assert back(group.program, {0: {"from": "2026-02-02"}}, whole=True).changed == []
    assert group.slots.get().starts_on == START


def test_a_season_that_begins_later_pauses_what_has_begun():
    program = make_program()
    group = make_group(program, "Skills")
    make_slot(group, 1)
    back(program, {0: {"from": "2026-09-01"}})
    assert list(group.slots.order_by("starts_on").values_list("starts_on", "ends_on")) == [
        (START, date(2026, 3, 1)),
        (date(2026, 9, 1), None),
    ]
    assert back(program).changed == []


def test_new_weeks_of_a_group_are_the_same_group_s():
    program = make_program()
    group = make_group(program, "Skills")
    make_slot(group, 1)
    make_phase(group, 1, 4)
    result = back(program, {0: {"week_to": "6"}}, whole=True)
    assert result.changed == ["Skills: it is held weeks 1–6."]
    assert list(TrackPhase.objects.values_list("group", "first_week", "last_week")) == [(group.pk, 1, 6)]
    back(program, {0: {"week_to": "", "week_from": ""}}, whole=True)
    assert (TrackPhase.objects.count(), Group.objects.count()) == (0, 1)


def test_hours_moved_in_the_whole_week_begin_on_the_day():
    program = make_program()
    group = make_group(program, "Skills")
    make_slot(group, 1)
    assert back(program, {0: {"end": "20:00"}}, whole=True).changed == [
        "Skills: Tuesday 18:00–19:30 becomes Tuesday 18:00–20:00 from Mar 2, 2026."
    ]
    assert list(group.slots.order_by("starts_on").values_list("end", "ends_on")) == [
        (time(19, 30), date(2026, 3, 1)),
        (time(20), None),
    ]


@pytest.mark.parametrize("groups", [1, 30])
def test_lines_take_the_same_queries_for_any_number_of_groups(groups, django_assert_num_queries):
    program = make_program()
    for number in range(groups):
        group = make_group(program, f"Group {number}", room=make_room(program.location))
        make_slot(group)
        make_leader(group, make_user(f"user{number}"))
    with django_assert_num_queries(9):
        found = Program.objects.with_lines().get(pk=program.pk)
        assert len(lines_of(found, day=DAY)[1]) == groups


def test_two_groups_of_one_name_and_weeks_are_not_taken_for_one():
    program = make_program("Evening IOP")
    for weekday in (0, 2):
        make_slot(make_group(program, "Process"), weekday)
    before = contents()
    with pytest.raises(Refusal) as caught:
        back(program, whole=True)
    assert (caught.value.code, contents()) == ("group_unclear", before)


@pytest.mark.parametrize("whole", [False, True])
def test_a_retired_group_of_the_same_name_does_not_stand_in_for_the_one_in_use(whole):
    program = make_program("Evening IOP")
    slot = make_slot(make_group(program, "Process"), 0, "18:00", "19:30")
    make_slot(make_group(program, "Process", retired_on=DAY))
    back(program, {0: {"end": "20:00"}}, whole=whole)
    assert list(slot.group.slots.order_by("starts_on").values_list("end", flat=True)) == [time(19, 30), time(20)]


def test_a_line_of_the_whole_week_named_as_a_retired_group_is_a_new_group():
    program = make_program("Evening IOP")
    make_slot(make_group(program, "Process"))
    old = make_group(program, "Skills", retired_on=DAY)
    make_slot(old, 2)
    before = list(old.slots.values()), list(old.phases.values())
    back(program, {0: {"group": "Skills", "week_from": "1", "week_to": "4"}}, whole=True)
    new = program.groups.exclude(pk=old.pk).get(name="Skills")
    assert [(phase.first_week, phase.last_week) for phase in new.phases.all()] == [(1, 4)]
    assert (list(old.slots.values()), list(old.phases.values())) == before


@pytest.fixture
def twice():
    """A group held in two stretches of weeks."""
    group = make_group(make_program("Evening IOP"), "Process")
    make_slot(group, 0, "18:00", "19:30")
    make_phase(group, 1, 4)
    make_phase(group, 9, 12)
    return group


def test_a_group_of_two_stretches_of_weeks_has_one_set_of_hours(twice):
    before = contents()
    with pytest.raises(Refusal) as caught:
        back(twice.program, {1: {"end": "20:00"}}, whole=True)
    assert (caught.value.code, contents()) == ("group_unclear", before)
    back(twice.program, {0: {"end": "20:00"}, 1: {"end": "20:00"}}, whole=True)
    assert twice.slots.get(ends_on=None).end == time(20)


def test_a_stretch_of_weeks_that_is_left_out_of_the_whole_week_ends(twice):
    result = back(twice.program, whole=True, drop=[1])
    assert result.changed == ["Process: it is no longer held weeks 9–12."]
    assert [(phase.first_week, phase.last_week) for phase in twice.phases.all()] == [(1, 4)]


def test_a_group_in_two_tracks_in_the_same_weeks_is_one_line(twice):
    track = twice.program.tracks.create(name="Second track")
    TrackPhase.objects.create(track=track, group=twice, first_week=1, last_week=4)
    _, rows = lines_of(fetched(twice.program), day=DAY)
    assert [(row["week_from"], row["week_to"]) for _, row in rows] == [("1", "4"), ("9", "12")]
    assert back(twice.program, whole=True).changed == []
