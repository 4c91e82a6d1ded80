from datetime import date

import pytest

from audit.models import Event
from programs.actions import duplicate_program, rehearse_duplicate
from programs.choices import CopyPart
from programs.models import Curriculum, Group, GroupLeader, PolicyValue, Program, ProgramDose, Topic, TrackPhase
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
        "Individual therapy, 1 × 50 min a week, set per patient.",
        "Curriculum Skills book, with its topics.",
        "Policy value min_day_minutes = 120.",
        "Policy value min_day_minutes = 60.",
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
    assert len(result.made) == 6
    assert (Program.objects.count(), Curriculum.objects.count()) == (1, 1)
    assert not Event.objects.filter(action="programs.program_duplicated").exists()


def test_a_code_is_once_at_a_location(source, dana):
    with pytest.raises(Refusal) as caught:
        copy(source, dana, code="EVE")
    assert (caught.value.code, caught.value.field) == ("code_taken", "code")


def test_groups_that_only_their_weeks_tell_apart_need_the_tracks(source, dana):
    late = make_group(source, "Skills", capacity=5)
    make_slot(late, 1)
    make_phase(late, 9, 12)
    with pytest.raises(Refusal) as caught:
        copy(source, dana, take=["week"])
    assert caught.value.sentence.startswith("The week cannot be copied as it is. Skills, min_size: It differs")
    assert caught.value.sentence.endswith("Or take the tracks over too.")
    assert copy(source, dana).program.groups.count() == 2


def test_who_does_not_direct_both_ends_makes_no_copy(source, dana):
    rae = make_user("kim", Role.DIRECTOR)
    make_posting(rae, source)
    with pytest.raises(Refusal) as caught:
        copy(source, rae)
    assert caught.value.code == "outside_postings"
    with pytest.raises(Refusal) as caught:
        copy(make_program(), dana)
    assert caught.value.code == "not_director"
