"""What a group teaches, on its page."""

from datetime import date

import pytest

from programs.models import Topic
from programs.tests.factories import make_curriculum, make_group, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    program = make_program()
    return make_group(program, curriculum=make_curriculum(program, name="Matrix", topics=["Triggers", "Old", "Trust"]))


def page(client, group, role):
    user = make_user(role.value.replace(" ", ""), role)
    make_posting(user, group.program)
    client.force_login(user)
    return client.get(f"/groups/{group.pk}/").content.decode()


def test_a_group_shows_its_topics_in_order_and_none_that_is_retired(client, group):
    Topic.objects.filter(title="Old").update(retired_on=date(2026, 1, 5))
    text = page(client, group, Role.CLINICIAN)
    assert '<h2 id="h-topics">Matrix</h2>' in text
    assert "<ol><li>Triggers</li><li>Trust</li></ol>" in text


def test_the_front_desk_does_not_see_what_a_group_is_about(client, group):
    text = page(client, group, Role.FRONT_DESK)
    assert ("Matrix" in text, "Triggers" in text) == (False, False)
