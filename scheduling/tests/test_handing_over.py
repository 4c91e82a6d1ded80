import datetime as dt

import pytest

from audit.models import Event
from patients.tests.factories import make_episode, make_patient
from programs.models import GroupLeader
from programs.seeds import seed_lead_rules
from programs.tests.factories import make_leader, make_location, make_posting, make_program, make_service
from scheduling.actions import publish
from scheduling.actions.handing_over import hand_over
from scheduling.choices import StaffRole
from scheduling.models import Booking, Session, SessionStaff
from staff.choices import Role
from staff.tests.factories import make_credential, make_user
from web.refusals import Refusal

from .factories import MONDAY, NOON, make_attendance, make_session, make_weekly_group

pytestmark = pytest.mark.django_db
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


@pytest.fixture
def evening():
    seed_lead_rules()
    return make_program(location=make_location("Northside"), name="Evening IOP")


def someone(name, role, program, license_=None, **kw):
    user = make_user(name, role)
    make_posting(user, program=program)
    if license_:
        make_credential(user, license_, **kw)
    return user


@pytest.fixture
def dana(evening):
    return someone("dana", Role.DIRECTOR, evening)


@pytest.fixture
def kim(evening):
    return someone("kim", Role.CLINICIAN, evening, "LPC")


@pytest.fixture
def rae(evening):
    return someone("rae", Role.CLINICIAN, evening, "LCSW")


@pytest.fixture
def group(evening, kim):
    group = make_weekly_group(evening, leader=kim, name="Relapse Prevention")
    publish(first=MONDAY, last=MONDAY + 3 * WEEK, by=None, at=NOON)
    return group


def single(program, leader, day=MONDAY + DAY, start="10:00", end="10:50"):
    service = make_service("individual-therapy")
    return make_session(program=program, service=service, day=day, start=start, end=end, leader=leader)


def give(kim, to, dana, **kw):
    fields = {"from_day": MONDAY + DAY, "at": NOON, "today": MONDAY}
    return hand_over(leaver=kim, to=to, by=dana, **(fields | kw))


def leaders(group):
    rows = GroupLeader.objects.filter(group=group).order_by("starts_on", "pk")
    return [(row.user.username, row.role, row.starts_on, row.ends_on) for row in rows]


def led(session) -> list[tuple[str, str]]:
    return list(session.staff.order_by("pk").values_list("user__username", "role"))


def why(handed) -> list[tuple[str, str]]:
    return [(str(row), refusal.code) for row, refusal in handed.staying]


def test_a_group_is_led_by_the_successor_from_the_day_on_and_its_sessions_follow(group, kim, rae, dana):
    first = leaders(group)[0][2]
    handed = give(kim, rae, dana, groups=[group])
    assert (handed.groups, handed.sessions, handed.staying) == ([group], [], [])
    assert leaders(group) == [("kim", "lead", first, MONDAY), ("rae", "lead", MONDAY + DAY, None)]
    sessions = Session.objects.filter(group=group, day__lte=MONDAY + WEEK)
    assert [(session.day, led(session)) for session in sessions] == [
        (MONDAY, [("kim", "lead")]),
        (MONDAY + WEEK, [("rae", "lead")]),
    ]
    assert Booking.objects.filter(kind="staff", resource_id=kim.pk, starts_at__gt=NOON + DAY).count() == 0
    [event] = Event.objects.filter(action="sessions.handed_over")
    assert (event.object_id, event.content["groups"], event.content["to"]) == (kim.pk, [group.pk], rae.pk)


def test_a_co_lead_who_takes_over_the_lead_has_one_part(group, kim, rae, dana):
    make_leader(group, rae, role="co-lead")
    first = leaders(group)[0][2]
    give(kim, rae, dana, groups=[group])
    assert leaders(group) == [
        ("kim", "lead", first, MONDAY),
        ("rae", "co-lead", first, MONDAY),
        ("rae", "lead", MONDAY + DAY, None),
    ]
    assert led(Session.objects.get(group=group, day=MONDAY + WEEK)) == [("rae", "lead")]


def test_who_leads_already_goes_on_when_the_co_lead_leaves(group, kim, rae, dana):
    make_leader(group, rae, role="co-lead")
    give(rae, kim, dana, groups=[group])
    assert [row[:2] + row[3:] for row in leaders(group)] == [("kim", "lead", None), ("rae", "co-lead", MONDAY)]


def test_a_part_that_begins_later_or_ends_keeps_its_days(group, kim, rae, dana):
    GroupLeader.objects.filter(group=group).update(starts_on=MONDAY + WEEK, ends_on=MONDAY + 2 * WEEK)
    give(kim, rae, dana, groups=[group])
    assert leaders(group) == [("rae", "lead", MONDAY + WEEK, MONDAY + 2 * WEEK)]


@pytest.mark.parametrize(
    ("license_", "ends", "code"),
    [
        ("LCSW", MONDAY + WEEK, None),  # a series goes past the end of a license; what comes after needs cover
        ("LCSW", MONDAY, "expired"),
        ("CPRS", None, "co_lead_only"),
        (None, None, "no_credential"),
    ],
)
def test_a_group_goes_to_who_may_lead_it_on_the_first_day(group, dana, license_, ends, code):
    kim = group.leaders.get().user
    ines = someone("ines", Role.CLINICIAN, group.program, license_, expires_on=ends)
    before = leaders(group)
    handed = give(kim, ines, dana, groups=[group])
    assert why(handed) == ([(str(group), code)] if code else [])
    assert (leaders(group) == before) == bool(code)


def test_nobody_takes_over_where_they_do_not_work_or_the_director_does_not_direct(group, evening, kim, dana):
    teen = make_program(location=make_location("Harbor"), name="Teen IOP")
    omar = someone("omar", Role.CLINICIAN, teen, "LPC")
    assert why(give(kim, omar, dana, groups=[group])) == [("Relapse Prevention", "not_posted")]
    far = make_weekly_group(teen, leader=kim, name="Teen Skills")
    assert why(give(kim, omar, dana, groups=[far])) == [("Teen Skills", "not_director")]


def test_a_clash_of_a_series_stands_and_does_not_stop_it(group, evening, kim, rae, dana):
    make_session(make_weekly_group(evening, name="Skills"), day=MONDAY + WEEK, leader=rae)
    assert why(give(kim, rae, dana, groups=[group])) == []
    waiting = Session.objects.get(group=group, day=MONDAY + WEEK)
    assert Booking.objects.get(session=waiting, kind="staff", resource_id=rae.pk).blocks is False


def test_a_single_session_is_handed_over_with_its_booking(evening, kim, rae, dana):
    session = single(evening, kim)
    maya = make_episode(make_patient("Maya", "Ellison"), evening)
    make_attendance(session, maya, None)
    handed = give(kim, rae, dana, sessions=[session])
    assert ([row.pk for row in handed.sessions], handed.staying, led(session)) == ([session.pk], [], [("rae", "lead")])
    assert list(Booking.objects.filter(session=session, kind="staff").values_list("resource_id", "blocks")) == [
        (rae.pk, True)
    ]
    [event] = Event.objects.filter(action="sessions.handed_over")
    assert (event.patient_id, event.content["sessions"]) == (maya.patient_id, [session.pk])


def test_single_sessions_that_clash_stay_and_the_others_go(evening, kim, rae, dana):
    free, taken = single(evening, kim), single(evening, kim, start="14:00", end="14:50")
    own = single(evening, rae, start="14:30", end="15:20")
    handed = give(kim, rae, dana, sessions=[free, taken])
    assert ([row.pk for row in handed.sessions], why(handed)) == ([free.pk], [(str(taken), "booking_overlap")])
    assert handed.staying[0][1].sentence == (
        "Rae Lindqvist leads Individual therapy 2:30–3:20 PM. Choose another person."
    )
    assert (led(free), led(taken), led(own)) == ([("rae", "lead")], [("kim", "lead")], [("rae", "lead")])


def test_two_single_sessions_at_once_do_not_go_to_one_person(evening, kim, rae, dana):
    first = single(evening, kim)
    second = single(evening, kim, start="10:30", end="11:20")
    handed = give(kim, rae, dana, sessions=[first, second])
    assert ([row.pk for row in handed.sessions], why(handed)) == ([first.pk], [(str(second), "booking_overlap")])


def test_a_license_that_does_not_carry_the_day_leaves_that_session(evening, kim, dana):
    ines = someone("ines", Role.CLINICIAN, evening, "LCSW", expires_on=MONDAY + DAY)
    first, second = single(evening, kim), single(evening, kim, day=MONDAY + 2 * DAY)
    handed = give(kim, ines, dana, sessions=[first, second])
    assert ([row.pk for row in handed.sessions], why(handed)) == ([first.pk], [(str(second), "expired")])


def test_who_is_in_the_session_already_takes_the_part(evening, kim, rae, dana):
    session = single(evening, kim)
    SessionStaff.objects.create(session=session, user=rae, role=StaffRole.OBSERVER)
    give(kim, rae, dana, sessions=[session])
    assert led(session) == [("rae", "lead")]


def test_an_observers_place_needs_neither_time_nor_license(evening, kim, dana):
    ines = someone("ines", Role.INTERN, evening)
    session = single(evening, dana)
    single(evening, ines)
    SessionStaff.objects.create(session=session, user=kim, role=StaffRole.OBSERVER)
    assert why(give(kim, ines, dana, sessions=[session])) == []
    assert led(session) == [("dana", "lead"), ("ines", "observer")]


def test_what_has_begun_or_was_handed_over_meanwhile_stays(group, evening, kim, rae, dana):
    begun = single(evening, kim, day=MONDAY, start="09:00", end="09:50")
    session = single(evening, kim)
    make_credential(dana)
    assert why(give(kim, dana, dana, groups=[group], sessions=[session])) == []
    handed = give(kim, rae, dana, groups=[group], sessions=[session, begun])
    assert [refusal.code for _, refusal in handed.staying] == ["handed_over", "not_ahead", "handed_over"]
    assert Event.objects.filter(action="sessions.handed_over").count() == 1


def test_nobody_hands_over_to_themselves(group, kim, dana):
    with pytest.raises(Refusal) as caught:
        give(kim, kim, dana, groups=[group])
    assert caught.value.code == "same_person"


@pytest.mark.parametrize("who", ["kim", "leo", "late", "gone"])
def test_only_who_directs_the_program_that_day_hands_over_what_meets_there(group, evening, kim, rae, who):
    """Not its clinician, the director of another, a deputy past the last day or a director whose account is closed."""
    session = single(evening, kim)
    elsewhere = make_program(location=make_location("Harbor"))
    people = {
        "kim": lambda: kim,
        "leo": lambda: someone("leo", Role.DIRECTOR, elsewhere),
        "late": lambda: make_user("mina"),
        "gone": lambda: someone("nia", Role.DIRECTOR, evening),
    }
    by = people[who]()
    if who == "late":
        make_posting(by, evening, is_deputy=True, ends_on=MONDAY - DAY)
    by.is_active = who != "gone"
    handed = give(kim, rae, by, groups=[group], sessions=[session])
    assert why(handed) == [("Relapse Prevention", "not_director"), (str(session), "not_director")]
    assert ([row[0] for row in leaders(group)], led(session)) == (["kim"], [("kim", "lead")])
    assert Event.objects.filter(action="sessions.handed_over").count() == 0


def test_days_gone_by_keep_who_led(group, kim, rae, dana):
    give(kim, rae, dana, groups=[group], from_day=MONDAY - 4 * WEEK)
    assert [row[0] for row in leaders(group) if row[2] < MONDAY] == ["kim"]
