from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from patients.tests.factories import make_episode, make_patient
from programs.tests.factories import make_posting, make_program
from scheduling.actions import leave, publish
from scheduling.models import Booking, Membership
from scheduling.previews import leaving
from scheduling.tests.factories import make_membership, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user
from web.refusals import Refusal

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def today():
    return timezone.localdate()


@pytest.fixture
def rae():
    return make_user()


@pytest.fixture
def group(rae):
    group = make_weekly_group(make_program("Evening IOP"), name="Relapse Prevention", weekday=(today() + DAY).weekday())
    make_posting(rae, group.program)
    publish(first=today(), last=today() + 9 * WEEK, by=None, at=timezone.now())
    return group


@pytest.fixture
def member(group):
    return make_membership(group, make_episode(make_patient("Nadia", "Farouk"), group.program), today() - WEEK)


def address(member, group=None):
    return f"/groups/{(group or member.group).pk}/members/{member.pk}/leave/"


def post(client, user, member, **changes):
    client.force_login(user)
    data = {"ends_on": today().isoformat(), "reason": "Moved to mornings", "version": member.version} | changes
    return client.post(address(member), data)


def test_the_page_says_what_ending_today_would_do_and_saves_nothing(client, rae, member):
    client.force_login(rae)
    text = client.get(address(member)).content.decode()
    assert "Nadia Farouk leaves 9 sessions." in " ".join(text.split())
    assert f'value="{today().isoformat()}"' in text
    member.refresh_from_db()
    assert member.ends_on is None
    assert Event.objects.get(action="membership.previewed").patient_id == member.episode.patient_id


def test_another_day_is_looked_at_before_it_is_saved(client, rae, member):
    answer = post(client, rae, member, act="look", ends_on=(today() + 7 * WEEK).isoformat(), reason="")
    assert answer.status_code == 200
    assert "Nadia Farouk leaves 2 sessions." in " ".join(answer.content.decode().split())
    assert Membership.objects.get().ends_on is None


def test_a_member_leaves_after_the_last_day(client, rae, member):
    answer = post(client, rae, member)
    assert (answer.status_code, answer.url) == (302, f"/groups/{member.group_id}/")
    member.refresh_from_db()
    assert (member.ends_on, member.reason, member.version) == (today(), "Moved to mornings", 2)
    assert Booking.objects.filter(kind="patient").count() == 0
    assert Event.objects.get(action="membership.ended").reason == "Moved to mornings"


def test_a_membership_that_had_not_begun_is_taken_back(client, rae, group):
    member = make_membership(group, make_episode(program=group.program), today() + WEEK)
    client.force_login(rae)
    text = " ".join(client.get(address(member)).content.decode().split())
    assert "so it is taken back" in text
    assert "leaves 8 sessions" in text
    assert post(client, rae, member).status_code == 302
    assert Membership.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": " "}, "Enter the reason."),
        ({"ends_on": "soon"}, "Enter a valid date."),
        ({"reason": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_is_missing_is_said_with_what_was_typed(client, rae, member, change, said):
    typed = {"ends_on": (today() + WEEK).isoformat(), "reason": "Moved to mornings"} | change
    answer = post(client, rae, member, **typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    for shown in [said, f'value="{typed["ends_on"]}"']:
        assert shown in text
    assert Membership.objects.get().ends_on is None


@pytest.mark.parametrize("act", ["", "look"])
def test_a_membership_that_ends_before_is_not_made_longer(client, rae, group, act):
    member = make_membership(group, make_episode(program=group.program), today() - WEEK, ends_on=today())
    answer = post(client, rae, member, ends_on=(today() + DAY).isoformat(), act=act)
    assert answer.status_code == 422
    assert "ends on" in answer.content.decode()
    assert Membership.objects.get().ends_on == today()


def test_the_second_of_two_people_sees_what_the_first_saved(client, rae, member):
    kim = make_user("kim")
    make_posting(kim, member.group.program)
    assert post(client, kim, member, ends_on=(today() + WEEK).isoformat()).status_code == 302
    answer = post(client, rae, member)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert f"{kim} saved this while you were writing" in text
    member.refresh_from_db()
    assert member.ends_on == today() + WEEK
    assert post(client, rae, member).status_code == 302


def test_the_second_of_two_who_take_it_back_is_told_so(client, rae, group):
    member = make_membership(group, make_episode(program=group.program), today() + WEEK)
    assert post(client, rae, member).status_code == 302
    answer = post(client, rae, member)
    assert answer.status_code == 422
    assert "This membership was taken back" in answer.content.decode()
    with pytest.raises(Refusal, match="taken back"):
        leave(membership=member, ends_on=today(), reason="x", version=1, by=rae, at=timezone.now())


def test_a_membership_is_found_through_its_own_group_only(client, rae, member):
    other = make_weekly_group(member.group.program)
    client.force_login(rae)
    for sent in [client.get, client.post]:
        assert sent(address(member, other)).status_code == 404
    assert client.get(f"/groups/{other.pk}/members/987654/leave/").status_code == 404


def test_out_of_scope_it_is_not_found(client, member):
    omar = make_user("omar")
    make_posting(omar, make_program("Teen IOP"))
    assert post(client, omar, member).status_code == 404
    assert Membership.objects.get().ends_on is None


@pytest.mark.parametrize(("role", "may"), [(Role.CLINICIAN, True), (Role.FRONT_DESK, True), (Role.INTERN, False)])
def test_only_those_who_add_members_end_memberships(client, member, role, may):
    user = make_user("ivy", role)
    make_posting(user, member.group.program)
    client.force_login(user)
    text = client.get(f"/groups/{member.group_id}/").content.decode()
    assert (address(member) in text) == may
    assert client.get(address(member)).status_code == (200 if may else 403)


def test_what_is_recorded_or_canceled_is_not_left(member):
    first, second, *_ = member.group.sessions.order_by("day")
    first.logged_at = timezone.now()
    first.save()
    second.status = "cancelled"
    second.save()
    assert str(leaving(member, today())) == "leaves 7 sessions"
    assert str(leaving(member, today() + 8 * WEEK)) == "leaves 1 session"


@pytest.mark.parametrize("ends_on", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_year_that_nobody_lives_in_is_a_mistype(client, rae, member, ends_on):
    response = post(client, rae, member, ends_on=ends_on)
    assert response.status_code == 422
    assert "Check the year." in response.text
    assert Membership.objects.filter(pk=member.pk, ends_on=None).exists()


def test_a_membership_that_has_begun_is_not_taken_back(client, rae, member):
    response = post(client, rae, member, ends_on=(member.starts_on - DAY).isoformat())
    assert response.status_code == 422
    assert "so it cannot end before" in response.text
    assert Membership.objects.filter(pk=member.pk, ends_on=None).exists()
