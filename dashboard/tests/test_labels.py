from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.tests.factories import make_episode
from programs.tests.factories import make_posting, make_program
from scheduling.actions import publish
from scheduling.tests.factories import make_membership, make_weekly_group
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def program():
    return make_program("Evening IOP")


@pytest.fixture
def dana(program):
    return somebody(program, "dana", Role.DIRECTOR)


@pytest.fixture
def ivy(program):
    return somebody(program, "ivy", Role.FRONT_DESK)


def somebody(program, name, role):
    user = make_user(name, role)
    make_posting(user, program)
    return user


def themed(program, episode=None):
    """A group that meets in every place of the pages: two weeks back, today and next week."""
    today = timezone.localdate()
    group = make_weekly_group(program, name="Cocaine Relapse", weekday=today.weekday(), start="00:01", end="23:58")
    publish(first=today - 7 * DAY, last=today + 7 * DAY, by=None, at=timezone.now() - 30 * DAY)
    return make_membership(group, episode or make_episode(program=program), today - 7 * DAY)


def page_of(client, user, address) -> str:
    client.force_login(user)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("page", ["today", "chart"])
def test_the_front_desk_reads_public_labels_where_the_director_reads_themes(client, program, dana, ivy, page):
    patient = themed(program).episode.patient
    address = "/" if page == "today" else patient.get_absolute_url()
    shown = page_of(client, dana, address).count("Cocaine Relapse")
    text = page_of(client, ivy, address)
    assert shown > 1
    assert (text.count("Cocaine"), text.count("Evening IOP group")) == (0, shown)


def test_the_front_desk_pays_no_query_for_each_label(client, program, ivy):
    def queries() -> int:
        page_of(client, ivy, "/")
        with CaptureQueriesContext(connection) as found:
            page_of(client, ivy, "/")
        return len(found)

    themed(program)
    one = queries()
    for _ in range(3):
        themed(program)
    assert queries() == one
