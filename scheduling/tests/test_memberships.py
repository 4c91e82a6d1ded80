from datetime import date, timedelta
from uuid import uuid4

import pytest

from audit.models import Event
from patients.choices import EpisodeStatus
from patients.tests.factories import make_episode, make_patient
from programs.models import Track
from programs.policy import book
from programs.tests.factories import make_phase, make_policy_value, make_program
from scheduling.actions import join, join_track, leave, publish
from scheduling.models import Booking, Membership
from scheduling.previews import Outcome, membership_preview
from scheduling.seats import Caps
from scheduling.tests.factories import (
    MONDAY,
    NOON,
    make_attendance,
    make_membership,
    make_session,
    make_weekly_group,
)
from staff.tests.factories import make_user
from web.refusals import AlreadyDone, Refusal

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)


@pytest.fixture
def rae():
    return make_user()


@pytest.fixture
def group():
    group = make_weekly_group(capacity=2)
    publish(first=MONDAY, last=MONDAY + 4 * WEEK - DAY, by=None, at=NOON)
    return group


def member(group, episode, by, starts_on=MONDAY, **kw):
    return join(group=group, episode=episode, starts_on=starts_on, by=by, at=NOON, **kw)


def preview(group, episode, starts_on=MONDAY, **kw):
    return membership_preview(group=group, episode=episode, starts_on=starts_on, at=NOON, **kw)


def days(memberships) -> list[tuple[date, date | None]]:
    return [(m.starts_on, m.ends_on) for m in memberships]


def test_joining_books_the_member_into_every_session_from_the_first_day_on(group, rae):
    episode = make_episode(program=group.program)
    assert days(member(group, episode, rae, MONDAY + WEEK)) == [(MONDAY + WEEK, None)]
    booked = Booking.objects.filter(kind="patient", resource_id=episode.patient_id).order_by("starts_at")
    assert [b.session.day for b in booked] == [MONDAY + WEEK, MONDAY + 2 * WEEK, MONDAY + 3 * WEEK]
    event = Event.objects.get(action="membership.joined")
    assert (event.patient_id, event.actor_name) == (episode.patient_id, str(rae))
    assert event.object_id == Membership.objects.get().pk


def test_a_group_full_on_one_later_day_refuses_and_names_that_day(group, rae):
    make_membership(group, starts_on=MONDAY)
    make_membership(group, starts_on=MONDAY + 2 * WEEK, ends_on=MONDAY + 3 * WEEK - DAY)
    with pytest.raises(Refusal) as refused:
        member(group, make_episode(program=group.program), rae)
    assert refused.value.sentence == f"{group} is full on Mon Mar 16 (2 of 2). Leave that day out."
    assert (refused.value.rule, refused.value.code) == ("R-26", "group_full")
    assert Membership.objects.count() == 2


def test_a_group_full_after_what_is_published_refuses_as_well(group, rae):
    make_membership(group, starts_on=MONDAY)
    make_membership(group, starts_on=MONDAY + 10 * WEEK)
    with pytest.raises(Refusal, match=r"is full from Mon May 11 on"):
        member(group, make_episode(program=group.program), rae)
    until = MONDAY + 10 * WEEK - DAY
    assert days(member(group, make_episode(program=group.program), rae, ends_on=until)) == [(MONDAY, until)]


def test_a_day_left_out_ends_one_membership_and_begins_the_next(group, rae):
    make_membership(group, starts_on=MONDAY)
    make_membership(group, starts_on=MONDAY + WEEK, ends_on=MONDAY + 3 * WEEK - DAY)
    episode = make_episode(program=group.program)
    shown = preview(group, episode)
    assert str(shown) == "adds 2 sessions, 2 are full"
    made = member(group, episode, rae, leave_out=shown.refused_days)
    assert days(made) == [(MONDAY, MONDAY + WEEK - DAY), (MONDAY + 2 * WEEK + DAY, None)]
    booked = Booking.objects.filter(kind="patient", resource_id=episode.patient_id).order_by("starts_at")
    assert [b.session.day for b in booked] == [MONDAY, MONDAY + 3 * WEEK]


def test_leaving_every_session_out_is_refused(group, rae):
    last = MONDAY + 2 * WEEK - DAY
    with pytest.raises(Refusal) as refused:
        member(group, make_episode(program=group.program), rae, ends_on=last, leave_out=[MONDAY, MONDAY + WEEK])
    assert refused.value.code == "nothing_left"


@pytest.mark.parametrize(
    ("service", "key", "seats"),
    [
        ("group-therapy", "group_cap_therapy", 12),
        ("psychoeducation", "group_cap_education", 20),
        ("multi-family-group", "group_cap_multifamily", None),
        ("12-step-meeting", "", None),
    ],
)
def test_without_a_capacity_the_cap_of_the_service_holds(service, key, seats):
    group = make_weekly_group(service=service)
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    shown = preview(group, make_episode(program=group.program))
    assert [(line.taken, line.cap) for line in shown.lines] == [(1, seats)]
    if key:
        make_policy_value(key, "1", group.program, starts_on=MONDAY)
        make_membership(group)
        assert preview(group, make_episode(program=group.program)).lines[0].outcome == Outcome.FULL


@pytest.mark.parametrize(
    ("capacity", "policy", "seats"),
    [(None, "10", 10), (8, "10", 8), (15, "10", 10), (15, "none", 15), (None, "none", None), (15, None, 12)],
)
def test_the_smaller_of_capacity_and_policy_holds(capacity, policy, seats):
    group = make_weekly_group(capacity=capacity)
    if policy:
        make_policy_value("group_cap_therapy", policy, group.program, starts_on=MONDAY)
    caps = Caps(group)
    assert caps.on(MONDAY) == group.cap(book(group.program, MONDAY)) == seats
    assert caps.on(MONDAY - DAY) == min(capacity or 12, 12)


def test_a_cap_holds_from_the_day_it_is_in_force(rae):
    group = make_weekly_group()
    publish(first=MONDAY, last=MONDAY + 2 * WEEK - DAY, by=None, at=NOON)
    make_membership(group)
    make_policy_value("group_cap_therapy", "1", group.program, starts_on=MONDAY + WEEK)
    shown = preview(group, make_episode(program=group.program))
    assert [line.outcome for line in shown.lines] == [Outcome.ADDED, Outcome.FULL]


def test_a_guest_holds_a_seat_of_that_session(group):
    make_membership(group)
    session = group.sessions.order_by("day")[0]
    make_attendance(session, make_episode(program=group.program), status=None)
    shown = preview(group, make_episode(program=group.program))
    assert [line.outcome for line in shown.lines] == [Outcome.FULL] + [Outcome.ADDED] * 3


def test_a_clash_of_the_patient_refuses_and_says_with_what(group, rae):
    episode = make_episode(make_patient("Nadia", "Farouk"), group.program)
    other = make_weekly_group(group.program, name="Skills", start="19:00", end="20:00")
    publish(first=MONDAY + WEEK, last=MONDAY + WEEK, by=None, at=NOON)
    member(other, episode, rae)
    shown = preview(group, episode, by=rae)
    assert [line.outcome for line in shown.lines] == [Outcome.ADDED, Outcome.CLASH, Outcome.ADDED, Outcome.ADDED]
    assert str(shown) == "adds 3 sessions, 1 clashes"
    with pytest.raises(Refusal) as refused:
        member(group, episode, rae)
    named = "Nadia Farouk is in a session of another program 7:00–8:00 PM."  # rae is posted nowhere
    assert refused.value.sentence == f"On Mon Mar 9: {named} Leave that day out."
    assert (refused.value.rule, refused.value.code) == ("R-29", "booking_overlap")
    assert len(member(group, episode, rae, leave_out=shown.refused_days)) == 2


def test_a_family_only_group_clashes_with_nothing(group, rae):
    episode = make_episode(program=group.program)
    member(group, episode, rae)
    parents = make_weekly_group(group.program, attended_by="family only")
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    assert str(preview(parents, episode)) == "adds 1 session"
    member(parents, episode, rae)
    assert Booking.objects.filter(session__group=parents, kind="patient").count() == 0


def test_an_optional_session_books_its_members(rae):
    group = make_weekly_group(service="12-step-meeting")
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    member(group, make_episode(program=group.program), rae)
    assert Booking.objects.filter(kind="patient").count() == 1


def test_a_session_with_saved_attendance_is_left_as_it_is(group, rae):
    session = group.sessions.order_by("day")[0]
    session.logged_at = NOON
    session.save()
    episode = make_episode(program=group.program)
    assert [line.outcome for line in preview(group, episode).lines][:2] == [Outcome.LOGGED, Outcome.ADDED]
    member(group, episode, rae)
    assert session.bookings.count() == 0


def test_past_clashes_are_facts_and_refuse_nothing(group, rae):
    episode = make_episode(program=group.program)
    other = make_weekly_group(group.program)
    publish(first=MONDAY, last=MONDAY, by=None, at=NOON)
    member(other, episode, rae)
    later = NOON + WEEK
    made = join(group=group, episode=episode, starts_on=MONDAY, by=rae, at=later)
    assert days(made) == [(MONDAY, None)]
    assert Booking.objects.get(session__group=group, session__day=MONDAY, kind="patient").blocks is False


def test_joining_again_is_a_new_row_and_joining_twice_is_refused(group, rae):
    episode = make_episode(program=group.program)
    member(group, episode, rae, ends_on=MONDAY + WEEK - DAY)
    with pytest.raises(Refusal) as refused:
        member(group, episode, rae)
    assert refused.value.code == "already_member"
    member(group, episode, rae, MONDAY + WEEK)
    assert days(Membership.objects.order_by("starts_on")) == [(MONDAY, MONDAY + WEEK - DAY), (MONDAY + WEEK, None)]


@pytest.mark.parametrize("status", [EpisodeStatus.REFERRED, EpisodeStatus.DISCHARGED])
def test_only_an_open_accepted_episode_joins(group, rae, status):
    with pytest.raises(Refusal):
        member(group, make_episode(program=group.program, status=status), rae)
    with pytest.raises(Refusal, match="belongs to"):
        member(group, make_episode(program=make_program()), rae)


def test_a_key_used_twice_leads_to_the_group(group, rae):
    episode, key = make_episode(program=group.program), uuid4()
    member(group, episode, rae, key=key)
    with pytest.raises(AlreadyDone) as done:
        member(group, episode, rae, key=key)
    assert done.value.url == f"/groups/{group.pk}/"
    assert Membership.objects.count() == 1


def test_a_track_gives_each_group_the_patients_own_weeks(rae):
    program = make_program()
    weeks = {"Early Recovery": (1, 4), "Relapse Prevention": (1, 16), "Family": (1, 12), "Support": (13, 16)}
    for weekday, (name, (first, last)) in enumerate(weeks.items()):
        make_phase(make_weekly_group(program, name=name, weekday=weekday), first, last)
    start = date(2026, 3, 5)  # a Thursday: weeks count from the patient's own first day
    episode = make_episode(program=program)
    made = join_track(track=Track.objects.get(), episode=episode, track_start=start, by=rae, at=NOON)
    assert {m.group.name: (m.starts_on, m.ends_on) for m in made} == {
        "Early Recovery": (start, date(2026, 4, 1)),
        "Relapse Prevention": (start, date(2026, 6, 24)),
        "Family": (start, date(2026, 5, 27)),
        "Support": (date(2026, 5, 28), date(2026, 6, 24)),
    }
    assert {m.track_start for m in made} == {start}


def test_a_track_is_joined_whole_or_not_at_all(rae):
    program = make_program()
    make_phase(make_weekly_group(program, weekday=1), 1, 4)
    full = make_weekly_group(program, weekday=2, capacity=1)
    make_phase(full, 2, 4)
    make_membership(full)
    episode = make_episode(program=program)
    with pytest.raises(Refusal, match="is full from Mon Mar 9 on"):
        join_track(track=Track.objects.get(), episode=episode, track_start=MONDAY, by=rae, at=NOON)
    assert Membership.objects.count() == 1


def test_leaving_frees_the_days_after_the_last_one(group, rae):
    episode = make_episode(program=group.program)
    (membership,) = member(group, episode, rae)
    leave(membership=membership, ends_on=MONDAY + WEEK, reason="Moved to mornings", version=1, by=rae, at=NOON)
    booked = Booking.objects.filter(kind="patient").order_by("starts_at")
    assert [b.session.day for b in booked] == [MONDAY, MONDAY + WEEK]
    membership.refresh_from_db()
    assert (membership.ends_on, membership.reason) == (MONDAY + WEEK, "Moved to mornings")
    assert Event.objects.get(action="membership.ended").reason == "Moved to mornings"


def test_leaving_before_the_first_day_takes_the_membership_back(group, rae):
    (membership,) = member(group, make_episode(program=group.program), rae, MONDAY + WEEK)
    assert leave(membership=membership, ends_on=MONDAY, reason="Changed plans", version=1, by=rae, at=NOON) is None
    assert (Membership.objects.count(), Booking.objects.filter(kind="patient").count()) == (0, 0)
    assert Event.objects.filter(action="membership.taken_back").count() == 1


@pytest.mark.parametrize("members", [0, 8])
def test_a_preview_takes_the_same_queries_for_any_number_of_members(members, django_assert_num_queries):
    group = make_weekly_group()
    for _ in range(members):
        make_membership(group)
    publish(first=MONDAY, last=MONDAY + (1 + members) * WEEK, by=None, at=NOON)
    episode = make_episode(program=group.program)
    make_session(program=group.program, service=group.service)
    group.refresh_from_db()
    with django_assert_num_queries(8):
        preview(group, episode)
