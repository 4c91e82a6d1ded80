from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from programs.actions import duplicate_program, rehearse_duplicate
from programs.choices import CopyPart
from programs.models import Curriculum, Group, GroupLeader, PolicyValue, Program, ProgramDose, Topic, Track, TrackPhase
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
from staff.choices import Role
from staff.tests.factories import make_user
from web.refusals import Refusal

pytestmark = pytest.mark.django_db
DAY, OPENS = date(2026, 3, 2), date(2026, 9, 7)


@pytest.fixture
def source():
    """A program with something of everything."""
    source = make_program("Evening IOP", code="eve", location=make_location("Northside"), is_part2=False)
    curriculum = Curriculum.objects.create(program=source, name="Skills book")
    for place, title in enumerate(["Urges", "Sleep"], start=1):
        Topic.objects.create(curriculum=curriculum, position=place, title=title, aims="Practice")
    group = make_group(
        source, "Skills", room=make_room(source.location, "Blue"), capacity=9, min_size=3, purpose="Coping",
        public_label="Evening class", curriculum=curriculum,
    )  # fmt: skip
    make_slot(group, 1, "16:00", "19:15", breaks="17:00-17:15")
    make_slot(group, 3, "16:00", "19:15", breaks="17:00-17:15")
    make_slot(group, 4, ends_on=date(2026, 6, 1))
    make_phase(group, 1, 8)
    make_leader(group, make_user("rae"))
    make_dose(source)
    make_policy_value("min_day_minutes", "0", source, starts_on=date(2026, 1, 1))
    make_policy_value("min_day_minutes", "120", source, starts_on=date(2026, 2, 1), is_confirmed=False)
    make_policy_value("min_day_minutes", "60", source, starts_on=date(2027, 1, 1))
    return source


@pytest.fixture
def dana(source):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=source.location)
    return dana


def copy(source, by, take=tuple(CopyPart.values), do=duplicate_program, **kw):
    facts = {"name": "Night IOP", "code": "night", "location": source.location, "opens_on": OPENS} | kw
    return do(source=source, take=take, day=DAY, by=by, **facts)


def test_a_copy_has_the_week_tracks_doses_policy_and_curricula_but_no_leaders(source, dana):
    made = copy(source, dana).program
    assert (made.name, made.code, made.opens_on, made.is_part2, made.focus) == (
        "Night IOP", "night", OPENS, False, source.focus,
    )  # fmt: skip
    group = made.groups.get()
    assert (group.room.name, group.capacity, group.min_size, group.purpose, group.public_label) == (
        "Blue", 9, 3, "Coping", "Evening class",
    )  # fmt: skip
    assert list(group.slots.order_by("weekday").values_list("weekday", "breaks", "starts_on", "ends_on")) == [
        (1, "17:00-17:15", OPENS, None),
        (3, "17:00-17:15", OPENS, None),
    ]
    assert TrackPhase.objects.filter(group=group).values_list("first_week", "last_week").get() == (1, 8)
    assert ProgramDose.objects.filter(program=made).values_list("times_a_week", "minutes").get() == (1, 50)
    assert list(made.policy_values.order_by("starts_on").values_list("value", "starts_on", "is_confirmed")) == [
        ("120", OPENS, False),
        ("60", date(2027, 1, 1), True),
    ]
    assert group.curriculum.program == made
    assert list(group.curriculum.topics.values_list("position", "title", "aims")) == [
        (1, "Urges", "Practice"),
        (2, "Sleep", "Practice"),
    ]
    assert not GroupLeader.objects.filter(group=group).exists()
    assert made.week_minutes(OPENS) == 360 + 50
    event = Event.objects.get(action="programs.program_duplicated")
    assert (event.actor_name, event.object_id, event.content["from"]) == (str(dana), made.pk, source.pk)


def test_a_copy_says_what_was_made_and_its_hours(source, dana):
    result = copy(source, dana)
    assert result.hours.sentences == (
        "Weeks 1–8: 6.83 countable hours a week, 2 h 10 min below the minimum of 9 h.",
        "From week 9: 0.83 countable hours a week, 8 h 10 min below the minimum of 9 h.",
    )
    assert result.made == [
        "Program Night IOP.",
        "Group Skills.",
        "Track Night IOP.",
        "Individual therapy, 1 × 50 min a week, set per patient.",
        "Curriculum Skills book, with its topics.",
        "Policy value Least time for a billable day: 120.",
        "Policy value Least time for a billable day: 60.",
    ]


@pytest.mark.parametrize(
    ("take", "counts"),
    [
        ([], (0, 0, 0, 0, 0)),
        (["week"], (1, 0, 0, 0, 0)),
        (["week", "tracks"], (1, 1, 0, 0, 0)),
        (["doses"], (0, 0, 1, 0, 0)),
        (["policy"], (0, 0, 0, 2, 0)),
        (["curricula"], (0, 0, 0, 0, 1)),
    ],
)
def test_only_what_is_chosen_is_taken(source, dana, take, counts):
    made = copy(source, dana, take).program
    of_program = (Group, ProgramDose, PolicyValue, Curriculum)
    groups, doses, values, curricula = (model.objects.filter(program=made).count() for model in of_program)
    phases = TrackPhase.objects.filter(group__program=made).count()
    assert (groups, phases, doses, values, curricula) == counts


def test_rooms_are_left_behind_at_another_location(source, dana):
    harbor = make_location("Harbor")
    make_posting(dana, location=harbor)
    made = copy(source, dana, location=harbor).program
    assert (made.location, made.groups.get().room, harbor.rooms.count()) == (harbor, None, 0)


def test_a_rehearsed_copy_leaves_nothing(source, dana):
    result = copy(source, dana, do=rehearse_duplicate)
    assert len(result.made) == 7
    assert (Program.objects.count(), Curriculum.objects.count()) == (1, 1)
    assert not Event.objects.filter(action="programs.program_duplicated").exists()


def test_a_code_is_once_at_a_location(source, dana):
    with pytest.raises(Refusal) as caught:
        copy(source, dana, code="EVE")
    assert (caught.value.code, caught.value.field) == ("code_taken", "code")


@pytest.fixture
def tracks(source):
    """Two tracks, in which groups of one name meet at other hours, and a group of no track that is called like them."""
    tracks = {name: Track.objects.get_or_create(program=source, name=name)[0] for name in ("Day", "Evening IOP")}
    for track, start, first, last in [
        ("Day", "09:00", 1, 4),
        ("Evening IOP", "19:00", 1, 4),
        ("Day", "10:00", 5, None),
    ]:
        group = make_group(source, "Process", capacity=10 if track == "Day" else 8)
        make_slot(group, 0, start, "21:00")
        tracks[track].phases.create(group=group, first_week=first, last_week=last)
        if (track, first) == ("Day", 1):
            tracks["Evening IOP"].phases.create(group=group, first_week=9, last_week=12)
    make_slot(make_group(source, "Process"), 0, "20:00", "21:00")
    Track.objects.create(program=source, name="Later")
    return tracks


def week_of(program):
    """Every group with its slots, and by track its weeks."""
    return sorted(
        (
            group.name,
            group.capacity or 0,
            sorted((slot.weekday, str(slot.start), str(slot.end)) for slot in group.slots.filter(ends_on=None)),
            sorted((phase.track.name, phase.first_week, phase.last_week or 0) for phase in group.phases.all()),
        )
        for group in program.groups.all()
    )


def test_groups_of_one_name_and_several_tracks_are_copied_one_to_one(source, dana, tracks):
    made = copy(source, dana, name="Evening IOP").program
    assert week_of(made) == week_of(source)
    assert [group[0] for group in week_of(made)].count("Process") == 4
    assert sorted(made.tracks.values_list("name", flat=True)) == ["Day", "Evening IOP", "Later"]
    for name, expected in (("Night IOP", ["Day", "Later", "Night IOP"]), ("Later", ["Day", "Evening IOP", "Later"])):
        renamed = copy(source, dana, code=name.casefold().replace(" ", ""), name=name).program
        assert sorted(renamed.tracks.values_list("name", flat=True)) == expected


def test_without_the_tracks_each_group_is_still_copied_once(source, dana, tracks):
    made = copy(source, dana, take=["week"]).program
    assert [group[:3] for group in week_of(made)] == [group[:3] for group in week_of(source)]
    assert (made.tracks.count(), TrackPhase.objects.filter(group__program=made).count()) == (0, 0)


def test_what_no_longer_meets_or_is_retired_by_the_opening_is_left_behind(source, dana):
    over = make_group(source, "Over")
    make_slot(over, ends_on=date(2026, 9, 6))
    make_slot(make_group(source, "Retired", retired_on=OPENS))
    later = make_group(source, "Later")
    make_slot(later, starts_on=date(2026, 10, 1))
    make_group(source, "Not planned yet")
    made = copy(source, dana).program
    assert sorted(made.groups.values_list("name", flat=True)) == ["Later", "Not planned yet", "Skills"]
    assert made.groups.get(name="Later").slots.get().starts_on == date(2026, 10, 1)


def test_the_room_of_one_weekly_time_is_taken_at_the_same_location_only(source, dana):
    attic = make_room(source.location, "Attic")
    source.groups.get().slots.filter(weekday=1).update(room=attic)
    harbor = make_location("Harbor")
    make_posting(dana, location=harbor)
    for place, room in ((source.location, attic), (harbor, None)):
        slots = copy(source, dana, location=place).program.groups.get().slots
        assert (slots.get(weekday=1).room, slots.get(weekday=3).room) == (room, None)


def test_a_week_of_a_retired_service_is_not_copied(source, dana):
    service = source.groups.get().service
    service.retired_on = DAY
    service.save()
    with pytest.raises(Refusal) as caught:
        copy(source, dana)
    assert caught.value.sentence == (
        f"The week cannot be copied as it is: {service} is retired. Give Skills another service first."
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda source: source.groups.get().slots.filter(weekday=1).update(breaks=""),
        lambda source: source.groups.update(public_label="Other"),
        lambda source: source.doses.update(minutes=60),
        lambda source: PolicyValue.objects.filter(value="60").update(value="90"),
        lambda source: Topic.objects.filter(title="Sleep").update(aims="More practice"),
        lambda source: TrackPhase.objects.update(last_week=9),
        lambda source: Track.objects.create(program=source, name="Other"),
        lambda source: Program.objects.update(is_part2=True),
    ],
)
def test_the_seal_is_another_once_the_copy_would_be_another(source, dana, change):
    before, again = (copy(source, dana, do=rehearse_duplicate).seal for _ in range(2))
    change(source)
    source.refresh_from_db()
    assert before == again
    assert copy(source, dana, do=rehearse_duplicate).seal != before


def test_a_copy_costs_the_same_for_1_and_30_groups(source, dana):
    costs = []
    for rows in (1, 30):
        for number in range(rows):
            group = make_group(source, f"Group {number}")
            make_slot(group)
            make_phase(group, 2)
        with CaptureQueriesContext(connection) as found:
            copy(source, dana, do=rehearse_duplicate)
        costs.append(len(found))
    assert costs[0] == costs[1]


def test_who_does_not_direct_both_ends_makes_no_copy(source, dana):
    rae = make_user("kim", Role.DIRECTOR)
    make_posting(rae, source)
    with pytest.raises(Refusal) as caught:
        copy(source, rae)
    assert caught.value.code == "outside_postings"
    with pytest.raises(Refusal) as caught:
        copy(make_program(), dana)
    assert caught.value.code == "not_director"
