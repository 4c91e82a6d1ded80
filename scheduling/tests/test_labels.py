from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.tests.factories import make_episode
from programs.tests.factories import make_posting, make_program, make_service
from scheduling.actions import join, publish
from scheduling.labels import group_label, session_label
from scheduling.tests.factories import make_attendance, make_membership, make_session, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user
from web import keys

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def today():
    return timezone.localdate()


@pytest.fixture
def program():
    return make_program("Evening IOP")


@pytest.fixture
def ivy(program):
    return somebody(program, "ivy", Role.FRONT_DESK)


@pytest.fixture
def rae(program):
    return somebody(program, "rae", Role.CLINICIAN)


def somebody(program, name, role):
    user = make_user(name, role)
    make_posting(user, program)
    return user


def themed(program, **kw):
    group = make_weekly_group(program, name="Cocaine Relapse", weekday=today().weekday(), **kw)
    publish(first=today(), last=today() + 7 * DAY, by=None, at=timezone.now() - 2 * DAY)
    return group


def page_of(client, user, address, **asked) -> str:
    client.force_login(user)
    answer = client.get(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("public_label", "role", "shown"),
    [
        ("Blue group", Role.FRONT_DESK, "Blue group"),
        ("", Role.FRONT_DESK, "Evening IOP group"),
        *(("Blue group", role, "Cocaine Relapse") for role in Role if role != Role.FRONT_DESK),
    ],
)
def test_a_group_is_called_by_its_theme_for_all_but_the_front_desk(program, public_label, role, shown):
    group = make_weekly_group(program, name="Cocaine Relapse", public_label=public_label)
    user = make_user("sam", role)
    assert group_label(group, user) == session_label(make_session(group), user) == shown


def test_without_a_reader_a_group_has_its_name_and_for_a_stranger_it_has_not(program):
    group = make_weekly_group(program, name="Cocaine Relapse")
    assert group_label(group, None) == "Cocaine Relapse"
    assert group_label(group, AnonymousUser()) == "Evening IOP group"


def test_a_session_without_a_group_is_called_by_its_service(program, ivy):
    session = make_session(program=program, service=make_service("individual-therapy"))
    assert session_label(session, ivy) == "Individual therapy"


def addresses(group, member):
    return [
        ("/groups/", {}),
        (f"/groups/{group.pk}/", {}),
        (f"/groups/{group.pk}/members/add/", {}),
        (f"/groups/{group.pk}/members/add/", {"episode": member.episode_id, "starts_on": "2025-01-06"}),
        (f"/groups/{group.pk}/members/{member.pk}/leave/", {}),
        (f"/sessions/{group.sessions.first().pk}/", {}),
    ]


@pytest.mark.parametrize("place", range(6))
def test_the_pages_of_the_front_desk_show_public_labels(client, program, ivy, rae, place):
    group = themed(program)
    member = make_membership(group, starts_on=today())
    address, asked = addresses(group, member)[place]
    asked |= {"ends_on": "2025-02-01"} if "starts_on" in asked else {}
    assert "Cocaine" in page_of(client, rae, address, **asked)
    text = page_of(client, ivy, address, **asked)
    assert ("Cocaine" in text, "Evening IOP group" in text) == (False, True)


@pytest.mark.parametrize("address", ["/groups/", "/groups/{}/"])
@pytest.mark.parametrize(("name", "reads"), [("ivy", False), ("rae", True)])
def test_the_kind_of_service_is_read_by_who_reads_themes(client, program, request, address, name, reads):  # noqa: PLR0917
    group = make_weekly_group(program, name="Evening", service=make_service("12-step-meeting"))
    text = page_of(client, request.getfixturevalue(name), address.format(group.pk))
    assert ("12-step meeting" in text, "needs no leader" in text, "nobody yet" in text) == (reads, True, False)


def joined(client, user, group, episode) -> str:
    client.force_login(user)
    data = {"episode": episode.pk, "starts_on": today().isoformat(), "key": keys.issue(to=user)}
    answer = client.post(f"/groups/{group.pk}/members/add/", data)
    assert answer.status_code == 422
    return answer.content.decode()


@pytest.mark.parametrize("why", ["already", "full", "full later", "clash"])
def test_a_refusal_says_the_public_label_to_the_front_desk(client, program, ivy, rae, why):
    group, episode = themed(program, capacity=1), make_episode(program=program)
    if why == "already":
        make_membership(group, episode, starts_on=today())
    elif why == "full":
        make_membership(group, starts_on=today())
    elif why == "full later":
        make_membership(group, starts_on=today() + 30 * DAY)
    else:
        join(group=themed(program), episode=episode, starts_on=today(), by=rae, at=timezone.now())
    assert "Cocaine" in joined(client, rae, group, episode)
    text = joined(client, ivy, group, episode)
    assert ("Cocaine" in text, "Evening IOP group" in text) == (False, True)


def test_the_front_desk_reads_here_or_away_and_no_more(client, program, ivy, rae):
    group = themed(program)
    session = group.sessions.first()
    for status in ["L", "NS", "HOSP"]:
        make_attendance(session, make_episode(program=program), status, reason="Overslept after drinking")
    session.logged_at = timezone.now()
    session.save()
    make_attendance(session, make_episode(program=program), None)
    own = page_of(client, rae, f"/sessions/{session.pk}/")
    text = page_of(client, ivy, f"/sessions/{session.pk}/")
    for mark in ["att-L", "att-NS", "att-HOSP", "att-none"]:
        assert (mark in own, mark in text) == (True, False)
    for status in session.attendances.exclude(status=None):
        assert (status.status.name in own, status.status.name in text) == (True, False)
    assert [text.count(f"<td>{word}</td>") for word in ["here", "away", "not recorded"]] == [1, 2, 1]
    assert "Overslept" not in text


def test_the_front_desk_pays_no_query_for_each_label(client, program, ivy):
    def queries() -> int:
        page_of(client, ivy, "/groups/")
        with CaptureQueriesContext(connection) as found:
            page_of(client, ivy, "/groups/")
        return len(found)

    themed(program)
    one = queries()
    for _ in range(5):
        themed(program)
    assert queries() == one
