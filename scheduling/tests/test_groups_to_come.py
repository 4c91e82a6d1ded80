from datetime import timedelta

import pytest
from django.utils import timezone

from programs.tests.factories import make_group, make_leader, make_posting, make_program, make_slot
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/groups/", "/groups/{group}/"])
def test_a_group_of_a_program_that_opens_later_shows_its_times_and_leaders_from_then(client, address):
    opening = timezone.localdate() + timedelta(weeks=6)
    program = make_program("Day IOP", opens_on=opening)
    rae = make_user()
    make_posting(rae, program)
    group = make_group(program, "Process Group")
    make_slot(group, 0, "09:30", "11:00", starts_on=opening)
    make_leader(group, make_user("ines", last_name="Duarte"), starts_on=opening)
    client.force_login(rae)
    text = client.get(address.format(group=group.pk)).content.decode()
    assert ("9:30–11:00 AM" in text, "Duarte" in text) == (True, True)
    assert text.count(f"from {opening:%b} {opening.day}") == 1


def test_a_group_of_a_program_that_runs_shows_the_times_of_today(client):
    today = timezone.localdate()
    program = make_program("Evening IOP", opens_on=today)
    rae = make_user()
    make_posting(rae, program)
    group = make_group(program, "Relapse Prevention")
    make_slot(group, 0, "18:00", "19:30", ends_on=today)
    make_slot(group, 0, "17:00", "18:30", starts_on=today + timedelta(days=1))
    client.force_login(rae)
    text = client.get("/groups/").content.decode()
    assert ("6:00–7:30 PM" in text, "5:00–6:30 PM" in text, "from " in text) == (True, False, False)
