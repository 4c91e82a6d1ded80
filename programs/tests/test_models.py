from datetime import date, time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from programs.models import ServiceType
from programs.seeds import SHIPPED, seed_service_types
from programs.tests.factories import (
    OPENED,
    make_closure,
    make_dose,
    make_group,
    make_leader,
    make_location,
    make_phase,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
    make_service,
    make_slot,
)  # fmt: skip
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
BEFORE = date(2025, 12, 31)

REFUSED = {
    "location name in another case": lambda: make_location(make_location("Northside").name.upper()),
    "zone that does not exist": lambda: make_location(zone_name="America/Springfield").full_clean(),
    "room without seats": lambda: make_room(capacity=0),
    "program retired before it opens": lambda: make_program(retired_on=BEFORE),
    "posting that ends before it starts": lambda: make_posting(make_user(), ends_on=BEFORE),
    "deputy without a last day": lambda: make_posting(make_user(), is_deputy=True),
    "posting in a program and a location": lambda: make_posting(make_user(), make_program(), location=make_location()),
    "closure of a program and a location": lambda: make_closure(
        OPENED, program=make_program(), location=make_location()
    ),
    "closure that ends before it starts": lambda: make_closure(OPENED, BEFORE),
    "group without seats": lambda: make_group(capacity=0),
    "smallest size above the capacity": lambda: make_group(min_size=9, capacity=8),
    "slot that ends when it starts": lambda: make_slot(start="18:00", end="18:00"),
    "slot over midnight": lambda: make_slot(start="23:00", end="01:00"),
    "slot on an eighth weekday": lambda: make_slot(weekday=7),
    "slot that ends before it begins": lambda: make_slot(ends_on=BEFORE),
    "leader who ends before beginning": lambda: make_leader(make_group(), make_user(), ends_on=BEFORE),
    "phase in week 0": lambda: make_phase(make_group(), 0),
    "phase that ends before it begins": lambda: make_phase(make_group(), 5, 4),
    "dose of no minutes": lambda: make_dose(make_program(), minutes=0),
    "service that counts only with a purpose and never": lambda: make_service(
        counts_toward_hours=False, counts_only_with_purpose=True
    ),
    "service for one with a group cap": lambda: make_service(is_group=False, cap_class="therapy"),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=list(REFUSED))
def test_what_must_never_be_is_refused(make):
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        make()


def test_doubles_are_refused_by_the_database():
    program, group, rae = make_program(), make_group(), make_user()
    doubles = [
        lambda: make_policy_value("group_min", "2", program),
        lambda: make_policy_value("group_min", "2"),
        lambda: make_slot(group),
        lambda: make_slot(group, 1, starts_on=None),
        lambda: make_leader(group, rae),
        lambda: make_phase(group, 1, 4),
        lambda: make_dose(program),
        lambda: make_dose(program, first_week=3),
        lambda: make_program(location=program.location, code="matrix"),
    ]
    for make in doubles:
        make()
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


@pytest.mark.parametrize(
    ("make", "field", "words"),
    [
        (lambda: make_location(zone_name="EST5"), "zone_name", "such as America/Chicago"),
        (lambda: make_slot(breaks="20:00-20:15"), "breaks", "must lie within 6:00–7:30 PM"),
        (lambda: make_slot(breaks="at eight"), "breaks", "Write it as 7:15–7:30 PM"),
        (lambda: make_group(service="individual-therapy"), "service", "Plan it as a weekly dose"),
        (lambda: make_group(room=make_room()), "room", "is at another location"),
    ],
)
def test_a_wrong_value_is_explained_at_its_field(make, field, words):
    with pytest.raises(ValidationError) as caught:
        make().full_clean()
    assert [words in sentence for sentence in caught.value.message_dict[field]] == [True]


def test_a_row_that_is_right_is_accepted_whole():
    group = make_group(capacity=12, min_size=2)
    for row in [group, make_slot(group, breaks="18:30-18:45 19:00-19:05"), make_phase(group, 1, 4), group.program]:
        row.full_clean()


def test_a_group_follows_its_service_unless_it_says_who_attends():
    assert make_group(service="multi-family-group").audience == "patient and family"
    assert make_group(service="multi-family-group", attended_by="family only").audience == "family only"


def test_wellness_counts_only_with_a_purpose_and_twelve_step_never():
    purposes = [
        ("wellness", ""),
        ("wellness", "Sleep and stress"),
        ("12-step-meeting", "Fellowship"),
        ("group-therapy", ""),
    ]
    groups = [make_group(service=service, purpose=purpose) for service, purpose in purposes]
    assert [group.is_countable for group in groups] == [False, True, False, True]


def test_the_zone_of_a_location_is_its_wall_clock():
    location = make_location(zone_name="America/Chicago")
    assert location.zone.key == "America/Chicago"


@pytest.mark.parametrize(("day", "active"), [(date(2026, 3, 31), True), (date(2026, 4, 1), False)])
def test_a_retired_row_is_gone_from_its_first_day_on(day, active):
    room = make_room(retired_on=date(2026, 4, 1))
    assert (room.is_active_on(day), type(room).objects.active_on(day).exists()) == (active, active)


@pytest.mark.parametrize(("day", "count"), [(BEFORE, 0), (OPENED, 1), (date(2026, 2, 1), 1), (date(2026, 2, 2), 0)])
def test_a_dated_row_is_in_force_on_its_first_and_last_day(day, count):
    slot = make_slot(ends_on=date(2026, 2, 1))
    assert type(slot).objects.active_on(day).count() == count


def test_the_weekly_pattern_has_breaks_weeks_doses_and_ends_with_retirement():
    group = make_group(retired_on=date(2026, 4, 1))
    make_slot(group, breaks="18:30-18:45")
    make_phase(group, 1, 4)
    make_dose(group.program, times_a_week=2, minutes=60)
    [slot, dose] = group.program.weekly_pattern()
    assert (slot.breaks, slot.first_week, slot.last_week, slot.to) == (
        ((time(18, 30), time(18, 45)),),
        1,
        4,
        date(2026, 3, 31),
    )
    assert dose.times * dose.minutes == 120
    assert group.program.week_minutes(date(2026, 3, 2), week=4) == 195
    assert group.program.week_minutes(date(2026, 3, 2), week=5) == 120
    assert group.program.week_minutes(date(2026, 4, 1), week=4) == 120


@pytest.mark.parametrize("programs", [1, 6])
def test_timetables_of_any_number_of_programs_take_the_same_queries(programs, django_assert_num_queries):
    for _ in range(programs):
        group = make_group()
        make_slot(group)
        make_phase(group)
        make_dose(group.program)
    model = type(group.program)
    with django_assert_num_queries(7):
        assert [program.week_minutes(OPENED) for program in model.objects.with_timetable()] == [140] * programs


def test_shipped_services_have_the_flags_of_the_rules():
    seed_service_types()
    services = {service.code: service for service in ServiceType.objects.all()}
    assert {code for code, one in services.items() if one.is_group} == {
        "group-therapy", "skill-building", "psychoeducation", "multi-family-group", "12-step-meeting", "wellness",
    }  # fmt: skip
    counts = {code for code, one in services.items() if one.counts_toward_hours}
    assert counts == set(services) - {"12-step-meeting", "assessment", "medication-management", "nursing"}
    assert {code for code, one in services.items() if one.starts_treatment} == counts - {"wellness"}
    assert {code for code, one in services.items() if one.counts_for_idle_days} == counts - {"wellness"}
    assert {code for code, one in services.items() if one.expected == "optional"} == {"12-step-meeting", "wellness"}
    assert {code for code, one in services.items() if not one.needs_leader} == {"12-step-meeting"}
    assert {code: one.needs_note for code, one in services.items() if one.needs_note != "individual"} == {
        "12-step-meeting": "none",
        "wellness": "shared",
    }
    assert {code for code, one in services.items() if one.needs_group_min} == {"group-therapy", "multi-family-group"}
    assert {code: one.cap_class for code, one in services.items() if one.cap_class != "none"} == {
        "group-therapy": "therapy",
        "skill-building": "education",
        "psychoeducation": "education",
        "multi-family-group": "multifamily",
    }
    assert len(services) == len(SHIPPED)


def test_seeding_again_leaves_what_staff_have_changed():
    seed_service_types()
    ServiceType.objects.filter(code="wellness").update(name="Recreation", needs_leader=False)
    ServiceType.objects.filter(code="nursing").update(code="rn")
    ServiceType.objects.filter(code="family-session").update(name="Family visit")
    seed_service_types()
    assert ServiceType.objects.count() == len(SHIPPED)
    assert ServiceType.objects.values_list("name", "needs_leader").get(code="wellness") == ("Recreation", False)
