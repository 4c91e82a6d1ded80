import csv
from datetime import date, time
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from audit.models import Event
from programs import policy
from programs.actions import import_timetable
from programs.importing import REQUIRED, Known, TimetableError, read
from programs.models import (
    Group,
    GroupLeader,
    GroupSlot,
    Location,
    Program,
    ProgramDose,
    Room,
    ServiceType,
    TrackPhase,
)  # fmt: skip
from programs.previews import preview
from programs.seeds import seed_service_types
from programs.tests.factories import make_location
from staff.tests.factories import make_user
from web.refusals import Refusal

pytestmark = pytest.mark.django_db
FILE = settings.BASE_DIR / "iopportal/demo/real_timetables.csv"
START, DAY = date(2026, 1, 5), date(2026, 3, 2)
LINE = {
    "timetable": "eve", "program": "Evening IOP", "focus": "substance use", "population": "adult",
    "level_of_care": "2.1",
    "group": "Skills", "service": "skill-building", "attended_by": "patient", "weekdays": "Tue Thu",
    "start": "16:15",
    "end": "18:45", "breaks": "17:00-17:10", "week_from": "", "week_to": "", "min_size": "", "capacity": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def services():
    seed_service_types()


def real_rows():
    with FILE.open(newline="") as file:
        reader = csv.DictReader(file)
        return list(reader.fieldnames), [(reader.line_num, row) for row in reader]


def run(*lines, day=DAY, location="", by=None):
    """Import lines that differ from LINE in what is given."""
    rows = [(number, LINE | line) for number, line in enumerate(lines, start=2)]
    header = list(dict.fromkeys(column for _, row in rows for column in row))
    return import_timetable(header=header, rows=rows, program_start=START, location=location, day=day, by=by)


def run_real(day=DAY):
    header, rows = real_rows()
    return import_timetable(header=header, rows=rows, program_start=START, location="", day=day, by=None)


def contents():
    """Every row an import may touch, with its key."""
    models = (Location, Room, Program, Group, GroupSlot, GroupLeader, TrackPhase, ProgramDose)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.parametrize(
    ("code", "hours"),
    [
        ("matrix", [(1, 4, 370), (5, 16, 270)]),
        ("ucsf", [(1, None, 750)]),
        ("palmetto-day", [(1, None, 810)]),
        ("palmetto-evening", [(1, None, 720)]),
        ("choc", [(1, 8, 780)]),
        ("ebt", [(1, 8, 480)]),
        ("streamwood", [(1, None, 1440)]),
    ],
)
def test_real_timetables_give_the_hours_counted_by_hand(code, hours):
    header, rows = real_rows()
    [plan] = [plan for plan in read(header, rows, Known(ServiceType.objects.all())) if plan.first.timetable == code]
    assert [(weeks.first, weeks.last, weeks.minutes) for weeks in plan.weeks(START)] == hours
    [program] = [program for program in run_real().programs if program.code == code]
    last = hours[-1][1] or 20
    by_week = [(first, last or 20, minutes) for first, last, minutes in hours]
    expected = [minutes for first, last, minutes in by_week for _ in range(first, last + 1)]
    assert [program.week_minutes(DAY, week=week) for week in range(1, last + 1)] == expected


def test_wellness_of_ebt_counts_once_its_group_has_a_purpose():
    run_real()
    ebt = Program.objects.get(code="ebt")
    assert ebt.week_minutes(DAY, week=1) == 480
    ebt.groups.filter(name="Mindfulness Group").update(purpose="Practice of the skills in everyday life")
    assert ebt.week_minutes(DAY, week=1) == 540
    assert list(ebt.doses.values_list("times_a_week", "minutes", "first_week", "last_week")) == [(2, 60, 1, 8)]
    assert not ebt.groups.filter(service__code="individual-therapy").exists()


def test_the_two_seasons_of_streamwood_are_720_once_they_have_dates():
    run_real()
    streamwood = Program.objects.get(code="streamwood")
    assert streamwood.week_minutes(DAY) == 1440
    school, summer = (GroupSlot.objects.filter(group__name=name) for name in ("After-school Group", "Summer Group"))
    school.update(ends_on=date(2026, 6, 14))
    summer.update(starts_on=date(2026, 6, 15), ends_on=date(2026, 8, 31))
    assert [streamwood.week_minutes(day) for day in (DAY, date(2026, 6, 14), date(2026, 6, 15), date(2026, 9, 1))] == [
        720, 720, 720, 0,
    ]  # fmt: skip
    before = contents()
    run_real(day=date(2026, 10, 1))
    assert contents() == before


def test_importing_twice_changes_nothing_and_leaves_one_event_each():
    first = run_real()
    before = contents()
    second = run_real()
    assert contents() == before
    assert (len(first.made), second.made, second.changed, second.kept) == (25, [], [], [])
    events = Event.objects.filter(action="programs.timetable_imported").order_by("sequence")
    assert [event.content["made"] for event in events] == [25, 0]
    assert {event.object_id for event in events} == {first.location.pk}


def test_a_missing_location_is_main_in_the_provider_s_zone():
    run_real()
    assert list(Location.objects.values_list("name", "zone_name")) == [("Main", settings.TIME_ZONE)]


def test_the_only_location_is_taken_and_another_is_made_by_name():
    make_location("Northside", zone_name="America/Chicago")
    assert run({}).location.name == "Northside"
    assert run({}, location="northside").location.name == "Northside"
    assert run({}, location="Harbor").location.zone_name == settings.TIME_ZONE
    with pytest.raises(Refusal) as caught:
        run({})
    assert caught.value.code == "location_unclear"
    assert Program.objects.filter(code="eve").count() == 2


def test_leaders_rooms_breaks_and_the_part_2_mark_come_along():
    make_user("rae")
    make_user("kim")
    run({"leader": "rae", "co_leader": "Kim", "room": "Blue room"}, {"timetable": "mh", "focus": "mental health"})
    group = Group.objects.get(program__code="eve")
    assert (group.room.name, group.room.location) == ("Blue room", group.program.location)
    assert set(group.leaders.values_list("user__username", "role", "starts_on")) == {
        ("rae", "lead", START),
        ("kim", "co-lead", START),
    }
    assert set(group.slots.values_list("weekday", "breaks", "starts_on")) == {
        (1, "17:00-17:10", START),
        (3, "17:00-17:10", START),
    }
    assert group.cap(policy.book(group.program, DAY)) == 20
    assert set(Program.objects.values_list("code", "is_part2")) == {("eve", True), ("mh", False)}


def test_lines_of_one_group_may_meet_at_other_hours():
    result = run({"weekdays": "Tue"}, {"weekdays": "Thu", "start": "17:00", "end": "18:00", "breaks": ""})
    assert Group.objects.count() == 1
    assert result.programs[0].week_minutes(DAY) == 140 + 60


def test_the_same_name_in_other_weeks_is_another_group_of_one_track():
    run({"week_from": "1", "week_to": "4"}, {"week_from": "5", "week_to": ""})
    assert set(TrackPhase.objects.values_list("group__name", "first_week", "last_week")) == {
        ("Skills", 1, 4),
        ("Skills", 5, None),
    }
    assert TrackPhase.objects.values("track").distinct().count() == 1


def test_facts_that_differ_are_updated_and_reported():
    run({})
    result = run({"program": "Night IOP", "capacity": "10", "service": "psychoeducation"})
    assert result.changed == [
        "Evening IOP: name was Evening IOP and is Night IOP.",
        "Skills: service was Skill-building and is Psychoeducation.",
        "Skills: capacity was empty and is 10.",
    ]
    assert Program.objects.get().name == "Night IOP"
    assert Group.objects.values_list("service__code", "capacity").get() == ("psychoeducation", 10)


def test_moved_hours_end_the_old_slot_and_begin_a_new_one_on_the_day():
    run({"weekdays": "Tue"})
    result = run({"weekdays": "Tue", "start": "16:30"})
    assert result.changed == ["Skills: Tuesday 16:15–18:45 becomes Tuesday 16:30–18:45 from Mar 2, 2026."]
    program = result.programs[0]
    assert list(GroupSlot.objects.order_by("starts_on").values_list("starts_on", "ends_on")) == [
        (START, date(2026, 3, 1)),
        (DAY, None),
    ]
    assert [program.week_minutes(day) for day in (date(2026, 3, 1), DAY)] == [140, 125]
    before = contents()
    assert run({"weekdays": "Tue", "start": "16:30"}).changed == []
    assert contents() == before


def test_hours_that_have_not_begun_are_changed_in_their_row():
    run({"weekdays": "Tue"}, day=date(2025, 12, 1))
    slot = GroupSlot.objects.get()
    run({"weekdays": "Tue", "end": "19:00"}, day=date(2025, 12, 1))
    assert list(GroupSlot.objects.values_list("pk", "starts_on", "end")) == [(slot.pk, START, time(19))]


def test_a_new_leader_takes_over_on_the_day_and_the_old_one_s_time_is_kept():
    make_user("rae")
    make_user("kim")
    run({"leader": "rae"})
    result = run({"leader": "kim"})
    assert result.changed == ["Skills: Kim Duarte is lead from Mar 2, 2026."]
    assert set(GroupLeader.objects.values_list("user__username", "starts_on", "ends_on")) == {
        ("rae", START, date(2026, 3, 1)),
        ("kim", DAY, None),
    }
    assert run({"leader": "kim"}).changed == run({}).changed == []


def test_what_the_file_does_not_name_stays_and_is_reported():
    run({}, {"group": "Process", "weekdays": "Mon"}, {"group": "x", "service": "individual therapy", "weekdays": "Mon"})
    result = run({"weekdays": "Tue"})
    assert result.kept == [
        "Skills: Thursday 16:15–18:45 is not in the file and stays.",
        "Evening IOP: Process is not in the file and stays.",
        "Evening IOP: Individual therapy, 1 × 140 min is not in the file and stays.",
    ]
    assert (Group.objects.count(), GroupSlot.objects.count(), ProgramDose.objects.count()) == (2, 3, 1)


def test_a_retired_group_is_not_brought_back():
    run({})
    Group.objects.update(retired_on=date(2026, 2, 1))
    result = run({"capacity": "9"})
    assert result.kept == ["Evening IOP: Skills is retired and stays so."]
    assert Group.objects.values_list("capacity", "retired_on").get() == (None, date(2026, 2, 1))


BAD = [
    ({"timetable": "a b"}, "timetable", "letters, digits and hyphens"),
    ({"program": ""}, "program", "It is empty"),
    ({"program": "x" * 81}, "program", "81 characters; 80 fit"),
    ({"focus": "sleep"}, "focus", "“sleep” is not one of substance use, mental health, co-occurring"),
    ({"population": "teens"}, "population", "is not one of adult, adolescent"),
    ({"level_of_care": "3.1"}, "level_of_care", "is not one of IOP, 2.1, PHP, 2.5"),
    ({"group": " "}, "group", "It is empty"),
    ({"service": "yoga"}, "service", "There is no service “yoga”"),
    ({"attended_by": "staff"}, "attended_by", "is not one of patient"),
    ({"weekdays": "Tue,Thu"}, "weekdays", "Write them as Mon Tue"),
    ({"weekdays": "Tue Tue"}, "weekdays", "each once"),
    ({"weekdays": ""}, "weekdays", "are no weekdays"),
    ({"start": "4pm"}, "start", "“4pm” is not a time"),
    ({"end": "24:00"}, "end", "“24:00” is not a time"),
    ({"end": "16:15", "breaks": ""}, "end", "is not after the start"),
    ({"breaks": "5 min"}, "breaks", "is not a break"),
    ({"breaks": "18:40-18:50"}, "breaks", "must lie within 4:15–6:45 PM"),
    ({"week_from": "one"}, "week_from", "is not a whole number"),
    ({"capacity": "0000000129999999999"}, "capacity", "is not a whole number"),
    ({"week_from": "5", "week_to": "4"}, "week_to", "Week 4 is before week 5"),
    ({"min_size": "0"}, "min_size", "from 1 to 500"),
    ({"capacity": "99999999999999999999"}, "capacity", "from 1 to 500"),
    ({"min_size": "9", "capacity": "8"}, "capacity", "less than the smallest size, 9"),
    ({"capacity": "1"}, "capacity", "is given in groups"),
    ({"service": "individual therapy", "capacity": "8"}, "capacity", "is for one patient"),
    ({"leader": "nobody"}, "leader", "Nobody signs in as “nobody”"),
    ({"co_leader": "gone"}, "co_leader", "Nobody signs in as “gone”"),
    ({"leader": "rae", "co_leader": "rae"}, "co_leader", "the leader already"),
    ({"": ["more"]}, "the end", "more cells than columns"),
]


@pytest.mark.parametrize(("change", "column", "words"), BAD, ids=[f"{column}: {words}" for _, column, words in BAD])
def test_a_bad_line_is_named_by_number_column_and_reason(change, column, words):
    make_user("rae")
    make_user("gone", is_active=False)
    extra = dict.fromkeys(("leader", "co_leader"), "")
    row = LINE | extra | change
    header = [name for name in row if name]
    with pytest.raises(TimetableError) as caught:
        import_timetable(header=header, rows=[(7, row)], program_start=START, location="", day=DAY, by=None)
    assert [(bad.line, bad.column, words in bad.reason) for bad in caught.value.lines] == [(7, column, True)]


def test_all_bad_lines_are_named_at_once_and_nothing_is_saved():
    before = contents()
    with pytest.raises(TimetableError) as caught:
        run({"start": "late", "service": "yoga"}, {}, {"population": "adolescent"}, {"capacity": "none"})
    assert [(bad.line, bad.column) for bad in caught.value.lines] == [
        (2, "service"), (2, "start"), (4, "population"), (4, "weekdays"), (5, "capacity"),
    ]  # fmt: skip
    assert contents() == before
    assert not Event.objects.filter(action="programs.timetable_imported").exists()


@pytest.mark.parametrize(
    ("second", "column"),
    [
        ({"weekdays": "Mon", "capacity": "9"}, "capacity"),
        ({"weekdays": "Thu", "start": "18:00", "breaks": ""}, "weekdays"),
        ({"group": "Other", "focus": "mental health"}, "focus"),
    ],
)
def test_lines_that_should_agree_and_do_not_are_bad(second, column):
    with pytest.raises(TimetableError) as caught:
        run({}, second)
    assert [(bad.line, bad.column) for bad in caught.value.lines] == [(3, column)]


def test_individual_lines_of_the_same_weeks_must_have_one_length():
    one = {"service": "individual therapy", "weekdays": "Mon", "breaks": ""}
    with pytest.raises(TimetableError) as caught:
        run(one, one | {"weekdays": "Wed", "end": "17:05"})
    assert [(bad.line, bad.column) for bad in caught.value.lines] == [(3, "end")]


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        (lambda header: header.remove("breaks"), ["breaks"]),
        (lambda header: header.append("co-leader"), ["co-leader"]),
        (lambda header: header.append("group"), ["group"]),
    ],
)
def test_a_wrong_header_is_named_by_column(change, columns):
    header = list(REQUIRED)
    change(header)
    with pytest.raises(TimetableError) as caught:
        read(header, [(2, LINE)], Known(ServiceType.objects.all()))
    assert [(bad.line, bad.column) for bad in caught.value.lines] == [(1, column) for column in columns]


def test_retired_programs_rooms_and_services_are_refused():
    run({"room": "Blue room"})
    Program.objects.update(retired_on=date(2026, 2, 1))
    Room.objects.update(retired_on=date(2026, 2, 1))
    ServiceType.objects.filter(code="skill-building").update(retired_on=date(2026, 2, 1))
    with pytest.raises(TimetableError) as caught:
        run({"room": "blue room"})
    assert [bad.column for bad in caught.value.lines] == ["service", "timetable", "room"]


def test_a_second_import_takes_the_same_queries_however_many_groups(django_assert_max_num_queries):
    names = [{"group": f"Group {number}"} for number in range(12)]
    run(*names)
    with django_assert_max_num_queries(30):
        run(*names)
    run({"timetable": "small"})
    with django_assert_max_num_queries(30):
        run({"timetable": "small"})


def test_the_preview_says_what_a_file_makes_and_its_hours_by_week():
    header, rows = real_rows()
    plans = read(header, rows, Known(ServiceType.objects.all()))
    found = {one.code: one for one in preview(plans, day=DAY, book=policy.book([], DAY))}
    assert found["matrix"].hours == (
        "Weeks 1–4: 370 countable minutes (6.17 h), 170 below the minimum of 540.",
        "Weeks 5–16: 270 countable minutes (4.5 h), 270 below the minimum of 540.",
    )
    assert found["streamwood"].hours == (
        "Every week: 1440 countable minutes (24 h), at partial-hospitalization level.",
    )
    assert found["choc"].hours == ("Weeks 1–8: 780 countable minutes (13 h).",)
    assert (found["ebt"].groups, found["ebt"].doses) == (
        ("Skills Group", "Mindfulness Group"),
        ("Individual therapy: 2 × 60 minutes a week",),
    )


def command(path, *options):
    out = StringIO()
    call_command("import_timetable", str(path), "--program-start", "2026-01-05", *options, stdout=out)
    return out.getvalue()


def test_the_command_prints_what_it_made_and_the_hours():
    text = command(FILE, "--location", "Northside")
    assert "Made: Program Matrix IOP.\n" in text
    assert (
        "Youth IOP, Northside\n  Every week: 1440 countable minutes (24 h), at partial-hospitalization level.\n" in text
    )
    assert command(FILE).startswith("Nothing changed.\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        (b"", "The file is empty"),
        (b"timetable\nmatrix\n", "Line 1, program: This column is missing"),
        (",".join(REQUIRED).encode() + b",colour\n", "Line 1, colour: This column is not known"),
        (b"\xff\xfe\x00", "letters cannot be read"),
        (b'timetable\n"' + b"x" * 200_000 + b'"\n', "A cell is longer than"),
        (b"x" * (5 * 1024 * 1024 + 1), "The file is larger than 5,120 KB"),
        (",".join(REQUIRED).encode(), "The file has no line"),
        (",".join(REQUIRED).encode() + b"\nmatrix\n", "Line 2: There are 1 cells where the header has 16"),
        (",".join(REQUIRED).encode() + b"\nmatrix" + b"," * 15, "Line 2, program: It is empty"),
    ],
    ids=[
        "missing",
        "empty",
        "no columns",
        "unknown column",
        "binary",
        "one long cell",
        "too large",
        "header only",
        "short line",
        "empty cells",
    ],
)
def test_the_command_ends_with_a_sentence_for_a_file_it_cannot_take(tmp_path, content, words):
    path = Path(tmp_path) / "timetable.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        command(path)
    assert not Program.objects.exists()


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8"), ("\t", "utf-16"), (",", "utf-8-sig")])
def test_the_command_reads_what_spreadsheets_write(tmp_path, delimiter, encoding):
    path = Path(tmp_path) / "timetable.csv"
    with FILE.open(newline="") as file, path.open("w", newline="", encoding=encoding) as copy:
        csv.writer(copy, delimiter=delimiter).writerows(csv.reader(file))
    assert "Made: Program Matrix IOP.\n" in command(path)
    assert command(FILE).startswith("Nothing changed.\n")


def test_the_command_says_when_the_location_is_not_clear():
    make_location("Northside")
    make_location("Harbor")
    with pytest.raises(CommandError, match="There are several locations"):
        command(FILE)
