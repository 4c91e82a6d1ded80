from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.tests.factories import make_group, make_policy_value, make_posting, make_program
from scheduling.cover import away_without_cover, needs_cover
from scheduling.models import Session, SessionStaff
from scheduling.tests.factories import (
    MONDAY,
    make_license,
    make_session,
)
from staff.choices import Role
from staff.tests.factories import make_supervision, make_time_away, make_user

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def group():
    return make_group(make_program("Evening IOP"), "Relapse Prevention")


@pytest.fixture
def kim():
    return make_user("kim", last_name="Tran")


def sessions():
    return list(Session.objects.for_list().order_by("starts_at", "pk"))


def uncovered(today=MONDAY):
    return [(found.session.day, found.reasons) for found in needs_cover(sessions(), today=today)]


def away(today=MONDAY):
    return [(found.session.day, found.reasons) for found in away_without_cover(sessions(), today=today)]


def co_lead(session, user):
    SessionStaff.objects.create(session=session, user=user, role="co-lead")


def test_a_license_carries_its_last_day_and_no_day_after(group, kim):
    make_license(kim, "LPC", expires_on=MONDAY)
    make_session(group, leader=kim)
    make_session(group, day=MONDAY + DAY, leader=kim)
    assert uncovered() == [(MONDAY + DAY, ("Kim Tran has a license that ends on Mar 2, 2026.",))]


def test_a_posting_carries_its_last_day_and_no_day_after(group, kim):
    make_license(kim)
    make_posting(kim, program=group.program, ends_on=MONDAY)
    make_session(group, leader=kim)
    make_session(group, day=MONDAY + DAY, leader=kim)
    assert uncovered() == [(MONDAY + DAY, ("Kim Tran works there until Mar 2, 2026.",))]
    make_posting(kim, location=group.program.location, starts_on=MONDAY)
    assert uncovered() == []


def test_a_posting_elsewhere_says_nothing_of_the_program(group, kim):
    make_license(kim)
    make_posting(kim, program=make_program("Teen IOP", location=group.program.location), ends_on=MONDAY - DAY)
    make_session(group, leader=kim)
    assert uncovered() == []


def test_a_renewal_clears_every_session_by_itself(group, kim):
    held = make_license(kim, "LPC", expires_on=MONDAY)
    make_session(group, day=MONDAY + WEEK, leader=kim)
    assert len(uncovered()) == 1
    held.expires_on = MONDAY + 52 * WEEK
    held.save()
    assert uncovered() == []


def test_a_filed_renewal_carries_the_license_for_the_days_of_grace(group, kim):
    make_policy_value("renewal_grace_days", "7", group.program)
    make_license(
        kim, "LPC", expires_on=MONDAY, renewal_filed_on=MONDAY, renewal_filed_by=kim, renewal_evidence="Receipt 7"
    )
    make_session(group, day=MONDAY + WEEK, leader=kim)
    make_session(group, day=MONDAY + WEEK + DAY, leader=kim)
    assert [day for day, _ in uncovered()] == [MONDAY + WEEK + DAY]


def test_a_session_that_nobody_leads_needs_cover(group):
    make_session(group)
    assert uncovered() == [(MONDAY, ("Nobody is set to lead it.",))]


def test_a_meeting_that_needs_no_leader_needs_no_cover(group):
    make_session(make_group(group.program, service="12-step-meeting"))
    assert uncovered() == []


def test_past_and_canceled_sessions_never_need_cover(group):
    make_session(group, day=MONDAY - DAY)
    make_session(group, status="cancelled")
    make_session(group, status="held", day=MONDAY)
    assert uncovered() == []


def test_a_co_lead_who_may_lead_covers_and_a_peer_does_not(group, kim):
    make_license(kim, "LPC", expires_on=MONDAY - DAY)
    pat, rae = make_user("pat", last_name="Moss"), make_user()
    make_license(pat, "CPRS")
    make_license(rae)
    with_peer, with_rae, peer_alone = (
        make_session(group, leader=kim),
        make_session(group, leader=kim, day=MONDAY + DAY),
        make_session(group, day=MONDAY + 2 * DAY),
    )
    co_lead(with_peer, pat)
    co_lead(with_rae, rae)
    co_lead(peer_alone, pat)
    lapsed, peer = "Kim Tran has a license that ended on Mar 1, 2026.", "Pat Moss may only co-lead Group therapy."
    assert uncovered() == [
        (MONDAY, (lapsed, peer)),
        (MONDAY + 2 * DAY, ("Nobody is set to lead it.", peer)),
    ]


def test_an_intern_covers_while_a_qualified_supervisor_is_in_force(group):
    ines, rae = make_user("ines", Role.INTERN, last_name="Duarte"), make_user()
    make_license(ines, "Intern")
    make_license(rae)
    make_supervision(ines, rae, ends_on=MONDAY)
    make_session(group, leader=ines)
    make_session(group, leader=ines, day=MONDAY + DAY)
    reason = "Ines Duarte has no supervisor in force who may lead Group therapy."
    assert uncovered() == [(MONDAY + DAY, (reason,))]


def test_who_has_no_credential_or_does_not_work_here_any_more_covers_nothing(group, kim):
    gone = make_user("rae", is_active=False)
    make_license(gone)
    make_session(group, leader=kim)
    make_session(group, leader=gone, day=MONDAY + DAY)
    make_session(group, leader=gone)
    assert [reasons for _, reasons in uncovered()] == [
        ("Kim Tran has no credential on file.",),
        ("Rae Lindqvist no longer works here.",),
        ("Rae Lindqvist no longer works here.",),
    ]


def test_observers_and_who_did_not_lead_cover_nothing(group, kim):
    make_license(kim)
    session = make_session(group)
    part = SessionStaff.objects.create(session=session, user=kim, role="observer")
    assert len(uncovered()) == 1
    part.role = "did not lead"
    part.save()
    assert len(uncovered()) == 1


def test_a_leader_away_without_anybody_else_who_may_is_told_with_the_days(group, kim):
    rae = make_user()
    make_license(rae)
    make_license(kim)
    make_time_away(kim, MONDAY, MONDAY + 6 * DAY)
    make_session(group, leader=kim)
    covered = make_session(group, leader=kim, day=MONDAY + 2 * DAY)
    co_lead(covered, rae)
    make_session(group, leader=kim, day=MONDAY + WEEK)
    assert away() == [(MONDAY, ("Kim Tran is away Mar 2–8.",))]
    make_time_away(rae, MONDAY + 2 * DAY)
    assert away()[1] == (MONDAY + 2 * DAY, ("Kim Tran is away Mar 2–8.", "Rae Lindqvist is away Mar 4."))


def test_a_peer_does_not_stand_in_for_a_leader_who_is_away(group, kim):
    pat = make_user("pat")
    make_license(kim)
    make_license(pat, "CPRS")
    make_time_away(kim, date(2026, 2, 28), MONDAY)
    co_lead(make_session(group, leader=kim), pat)
    assert away() == [(MONDAY, ("Kim Tran is away Feb 28–Mar 2.",))]


@pytest.mark.parametrize(("ask", "queries"), [(needs_cover, 6), (away_without_cover, 7)])
@pytest.mark.parametrize("count", [1, 30])
def test_many_sessions_cost_the_same_queries_as_one(group, ask, queries, count):
    for number in range(count):
        leader = make_user(f"clinician{number}")
        make_time_away(leader, MONDAY, MONDAY + 40 * DAY)
        make_session(group, leader=leader, day=MONDAY + number * DAY)
    rows = sessions()
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert len(ask(rows, today=MONDAY)) == count
    assert len(seen) == queries


def test_no_session_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert (needs_cover([], today=MONDAY), away_without_cover([], today=MONDAY)) == ([], [])
