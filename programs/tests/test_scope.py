from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from programs import rules
from programs.models import Closure, Group, Location, PolicyValue, Posting, Program, Room
from programs.tests.factories import (
    OPENED,
    make_closure,
    make_group,
    make_location,
    make_policy_value,
    make_posting,
    make_program,
    make_room,
)  # fmt: skip
from staff.choices import Role
from staff.models import User
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def places():
    """Northside with an evening and a day program, Harbor with a teen program."""
    north, harbor = make_location("Northside"), make_location("Harbor")
    evening, day = make_program("Evening IOP", location=north), make_program("Day IOP", location=north)
    return {
        "north": north,
        "harbor": harbor,
        "evening": evening,
        "day": day,
        "teen": make_program("Teen IOP", location=harbor),
    }


def names(rows):
    return sorted(row.name for row in rows)


def test_a_posting_in_a_program_reaches_that_program_alone(places):
    rae = make_user("rae")
    make_posting(rae, places["evening"])
    assert names(Program.objects.visible_to(rae, DAY)) == ["Evening IOP"]
    assert names(Location.objects.visible_to(rae, DAY)) == ["Northside"]


def test_a_posting_in_a_location_reaches_its_programs(places):
    ivy = make_user("ivy", Role.FRONT_DESK)
    make_posting(ivy, location=places["north"])
    assert names(Program.objects.visible_to(ivy, DAY)) == ["Day IOP", "Evening IOP"]
    assert names(Location.objects.visible_to(ivy, DAY)) == ["Northside"]


def test_a_provider_wide_posting_and_a_superuser_reach_all(places):
    bela, admin = make_user("bela", Role.BILLING), make_user("admin", None, is_superuser=True)
    make_posting(bela)
    for user in (bela, admin):
        assert names(Program.objects.visible_to(user, DAY)) == ["Day IOP", "Evening IOP", "Teen IOP"]
        assert names(Location.objects.visible_to(user, DAY)) == ["Harbor", "Northside"]


@pytest.mark.parametrize(("day", "seen"), [(OPENED - timedelta(1), 0), (OPENED, 1), (DAY, 1), (DAY + timedelta(1), 0)])
def test_a_posting_reaches_from_its_first_to_its_last_day(places, day, seen):
    kim = make_user("kim")
    make_posting(kim, places["evening"], ends_on=DAY)
    assert Program.objects.visible_to(kim, day).count() == seen


def test_nobody_without_a_posting_signed_out_or_deactivated_sees_anything(places):
    gone, superuser_gone = (
        make_user("kim", is_active=False),
        make_user("admin", None, is_active=False, is_superuser=True),
    )
    make_posting(gone)
    for user in (make_user("omar"), gone, superuser_gone, AnonymousUser()):
        for model in (Program, Location, Room, Posting):
            assert not model.objects.visible_to(user, DAY).exists()
            assert not model.objects.directed_by(user, DAY).exists()


def test_what_hangs_on_a_program_or_a_place_is_seen_with_it(places):
    rae = make_user("rae")
    own = make_posting(rae, places["evening"])
    make_posting(make_user("omar"), places["teen"])
    room, group = make_room(places["north"]), make_group(places["evening"])
    make_room(places["harbor"])
    make_group(places["teen"])
    closures = [
        make_closure(DAY),
        make_closure(DAY, program=places["evening"]),
        make_closure(DAY, location=places["north"]),
    ]
    make_closure(DAY, location=places["harbor"])
    values = [make_policy_value("group_min", "3"), make_policy_value("group_min", "3", places["evening"])]
    make_policy_value("group_min", "3", places["teen"])
    assert list(Room.objects.visible_to(rae, DAY)) == [room]
    assert list(Group.objects.visible_to(rae, DAY)) == [group]
    assert list(Posting.objects.visible_to(rae, DAY)) == [own]
    assert set(Closure.objects.visible_to(rae, DAY)) == set(closures)
    assert set(PolicyValue.objects.visible_to(rae, DAY)) == set(values)
    assert set(Closure.objects.touching(places["evening"])) == set(closures)


def test_scopes_do_not_join_so_that_rows_can_be_locked(places):
    rae = make_user("rae")
    make_posting(rae, places["evening"])
    for model in (Program, Location, Room, Posting, Group, Closure, PolicyValue):
        rows = model.objects.visible_to(rae, DAY).order_by("pk")
        outer = str(rows.query).split(" WHERE ")[0]
        assert " JOIN " not in outer
        list(rows.select_for_update(of=("self",), no_key=True))


def test_a_director_directs_where_posted_and_a_clinician_nowhere(places):
    dana, rae = make_user("dana", Role.DIRECTOR), make_user("rae")
    for user in (dana, rae):
        make_posting(user, places["evening"])
    assert rules.directs(dana, places["evening"], DAY) is None
    assert rules.directs(dana, places["day"], DAY).code == "not_director"
    assert rules.directs(rae, places["evening"], DAY).code == "not_director"
    assert names(Program.objects.directed_by(dana, DAY)) == ["Evening IOP"]


@pytest.mark.parametrize(("day", "allowed"), [(DAY - timedelta(1), False), (DAY, True), (DAY + timedelta(8), False)])
def test_a_deputy_directs_while_the_posting_is_in_force(places, day, allowed):
    rae = make_user("rae")
    make_posting(rae, places["day"])
    make_posting(rae, places["evening"], is_deputy=True, starts_on=DAY, ends_on=DAY + timedelta(7))
    assert (rules.directs(rae, places["evening"], day) is None) == allowed
    assert rules.directs(rae, places["day"], day).code == "not_director"


def test_nobody_posts_further_than_they_direct(places):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=places["north"])

    def code(**scope):
        refusal = rules.may_reach(dana, **({"program": None, "location": None, "day": DAY} | scope))
        return refusal and refusal.code

    assert code(program=places["day"]) is None
    assert code(location=places["north"]) is None
    assert code(program=places["teen"]) == "not_director"
    assert code(location=places["harbor"]) == "outside_postings"
    assert code() == "outside_postings"


def test_only_who_directs_every_program_sets_what_holds_for_all(places):
    dana, admin = make_user("dana", Role.DIRECTOR), make_user("admin", None, is_superuser=True)
    make_posting(dana, location=places["north"])
    assert rules.may_set_for_all(dana, DAY).code == "not_everybodys_director"
    assert rules.may_set_for_all(admin, DAY) is None
    make_posting(dana, location=places["harbor"])
    assert rules.may_set_for_all(dana, DAY) is None


def test_a_director_without_a_posting_sets_nothing_even_where_there_is_no_program():
    assert rules.may_set_for_all(make_user("dana", Role.DIRECTOR), DAY).code == "not_everybodys_director"


def fresh(user):
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("day", "has"), [("2026-03-01", False), ("2026-03-02", True), ("2026-03-09", True), ("2026-03-10", False)]
)
def test_a_deputy_has_the_directors_permissions_while_in_force(places, time_machine, day, has):
    rae = make_user("rae")
    make_posting(rae, places["evening"], is_deputy=True, starts_on=DAY, ends_on=date(2026, 3, 9))
    time_machine.move_to(f"{day} 12:00-05:00", tick=False)
    director = fresh(make_user("dana", Role.DIRECTOR)).get_all_permissions()
    assert fresh(rae).has_perm("programs.add_posting") == has
    assert (director <= fresh(rae).get_all_permissions()) == has


def test_the_deputy_backend_gives_nothing_to_others(places, time_machine):
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)
    kim, gone = make_user("kim"), make_user("omar", is_active=False)
    make_posting(kim, places["evening"])
    make_posting(gone, places["evening"], is_deputy=True, ends_on=DAY)
    assert [fresh(user).has_perm("programs.add_posting") for user in (kim, gone)] == [False, False]
    assert not AnonymousUser().has_perm("programs.add_posting")


def test_the_deputy_backend_asks_once_for_a_request(places, django_assert_num_queries):
    kim = fresh(make_user("kim"))
    kim.has_perm("programs.add_posting")
    with django_assert_num_queries(0):
        assert not kim.has_perm("programs.change_posting")
