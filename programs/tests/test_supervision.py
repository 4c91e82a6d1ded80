from datetime import date, timedelta

import pytest

from audit.models import Event
from programs.actions.supervision import hand_over_supervision
from programs.seeds import seed_lead_rules
from staff.choices import Role
from staff.models import Supervision
from staff.tests.factories import make_credential, make_supervision, make_user

from .factories import make_location, make_posting, make_program

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
BEGAN = date(2025, 1, 1)
ONE = timedelta(days=1)


@pytest.fixture
def people():
    seed_lead_rules()
    evening = make_program("Evening IOP", location=make_location("Northside"))
    found = {name: make_user(name) for name in ("kim", "rae")} | {
        "ines": make_user("ines", Role.INTERN),
        "dana": make_user("dana", Role.DIRECTOR),
    }
    for user in found.values():
        make_posting(user, evening)
    make_credential(found["ines"], "Intern")
    make_credential(found["kim"])
    make_credential(found["rae"])
    return found


def hand_over(people, *rows, to="rae", day=MONDAY, by="dana"):
    return hand_over_supervision(rows=rows, to=people[to], from_day=day, by=people[by], today=MONDAY)


def supervision():
    rows = Supervision.objects.order_by("starts_on", "pk")
    return [(row.supervisee.username, row.supervisor.username, row.starts_on, row.ends_on) for row in rows]


def test_the_next_supervision_begins_where_the_earlier_ends(people):
    row = make_supervision(people["ines"], people["kim"], ends_on=MONDAY + 30 * ONE)
    assert hand_over(people, row).done == [row]
    assert supervision() == [
        ("ines", "kim", BEGAN, MONDAY - ONE),
        ("ines", "rae", MONDAY, MONDAY + 30 * ONE),
    ]
    [event] = Event.objects.filter(action="staff.supervision_handed_over")
    assert (event.object_id, event.content) == (
        people["ines"].pk,
        {"from": "2026-03-02", "before": people["kim"].pk, "supervisor": people["rae"].pk},
    )
    assert hand_over(people, row).done == []


def test_one_that_has_not_begun_changes_its_person(people):
    row = make_supervision(people["ines"], people["kim"], starts_on=MONDAY + ONE)
    hand_over(people, row)
    assert supervision() == [("ines", "rae", MONDAY + ONE, None)]


def test_who_supervises_already_goes_on(people):
    row = make_supervision(people["ines"], people["kim"])
    make_supervision(people["ines"], people["rae"])
    hand_over(people, row)
    assert supervision() == [("ines", "kim", BEGAN, MONDAY - ONE), ("ines", "rae", BEGAN, None)]


@pytest.mark.parametrize(
    ("dates", "stretches"),
    [
        ({"starts_on": MONDAY + 30 * ONE}, [(MONDAY, MONDAY + 29 * ONE), (MONDAY + 30 * ONE, None)]),
        ({"ends_on": MONDAY + 9 * ONE}, [(BEGAN, MONDAY + 9 * ONE), (MONDAY + 10 * ONE, None)]),
    ],
)
def test_who_supervises_at_other_times_does_so_without_a_gap(people, dates, stretches):
    row = make_supervision(people["ines"], people["kim"])
    make_supervision(people["ines"], people["rae"], **dates)
    hand_over(people, row)
    assert [one for one in supervision() if one[1] == "rae"] == [("ines", "rae", *stretch) for stretch in stretches]


def test_a_supervisor_without_a_credential_for_it_is_refused_and_the_supervision_stays(people):
    row = make_supervision(people["ines"], people["kim"])
    people["rae"].credentials.update(expires_on=MONDAY - ONE)
    [(stays, refusal)] = hand_over(people, row).staying
    assert (stays, refusal.code, refusal.rule) == (row, "not_qualified", "R-23")
    assert supervision() == [("ines", "kim", BEGAN, None)]


def test_who_works_elsewhere_too_is_for_others_to_hand_over(people):
    row = make_supervision(people["ines"], people["kim"])
    make_posting(people["ines"], make_program(location=make_location("Harbor")))
    [(_, refusal)] = hand_over(people, row).staying
    assert refusal.code == "works_elsewhere"


def test_supervision_is_handed_over_by_who_directs_where_both_work(people):
    """Not by a clinician, and neither to nor of somebody who works nowhere, or only elsewhere."""
    row = make_supervision(people["ines"], people["kim"])
    people["omar"] = make_user("omar")
    make_posting(people["omar"], make_program(location=make_location("Harbor")))
    make_credential(people["omar"])
    people["leo"] = make_user("leo", Role.DIRECTOR)
    stranger = make_supervision(make_user("nia", Role.INTERN), people["kim"])
    outcomes = [
        hand_over(people, row, by="kim"),
        hand_over(people, row, by="leo"),
        hand_over(people, row, to="omar"),
        hand_over(people, stranger),
    ]
    codes = [refusal.code for outcome in outcomes for _, refusal in outcome.staying]
    assert codes == ["works_elsewhere", "works_elsewhere", "not_posted", "not_posted"]
    assert set(supervision()) == {("ines", "kim", BEGAN, None), ("nia", "kim", BEGAN, None)}
    assert Event.objects.count() == 0
