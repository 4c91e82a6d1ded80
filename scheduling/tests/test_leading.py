"""R-30 on the pages of a session: who leads it may, or it is said; what happened is logged all the same."""

from datetime import timedelta

import pytest
from django.utils import timezone

from patients.tests.factories import make_episode
from programs.tests.factories import make_posting, make_program, make_service
from scheduling.models import Session, SessionStaff
from scheduling.tests.factories import make_clinician, make_license, make_session
from scheduling.tests.rolls import make_evening
from staff.choices import Role
from staff.tests.factories import make_supervision, make_user
from web import keys

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = timedelta(days=1)
LED = "Led without cover."
NEEDS = '<span class="chip chip-due">needs cover</span>'
BILLING = "It stays logged; its billing is held, and its notes need a qualified co-signature."


def text_of(client, user, session, page=""):
    client.force_login(user)
    answer = client.get(f"/sessions/{session.pk}/{page}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def evening():
    return make_evening(TODAY(), size=1)


def tomorrows(evening):
    return make_session(evening.session.group, day=TODAY() + DAY, leader=evening.rae)


def mark_here(client, session):
    """What the page sends when everybody was here."""
    return client.post(f"/sessions/{session.pk}/attendance/", {"act": "everyone", "version": 0})


def test_a_session_to_come_says_that_it_needs_cover_and_why(client, evening):
    text = text_of(client, evening.rae, tomorrows(evening))
    assert NEEDS in text
    assert "Rae Lindqvist has no credential on file." in text
    assert LED not in text
    make_license(evening.rae)
    assert NEEDS not in text_of(client, evening.rae, tomorrows(evening))


def test_the_director_finds_the_way_to_where_it_is_settled(client, evening):
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, evening.program)
    link = f'<a href="/programs/{evening.program.pk}/staffing/?day={TODAY() + DAY}">'
    assert link in text_of(client, dana, tomorrows(evening))
    assert link not in text_of(client, evening.rae, tomorrows(evening))


def test_a_session_led_uncovered_is_logged_and_flagged(client, evening):
    client.force_login(evening.rae)
    assert mark_here(client, evening.session).status_code == 302
    Session.objects.filter(pk=evening.session.pk).update(day=TODAY() - DAY)
    evening.session.refresh_from_db()
    assert evening.session.status == "held"
    for page in ["", "attendance/"]:
        text = text_of(client, evening.rae, evening.session, page)
        assert (LED in text, BILLING in text, NEEDS in text) == (True, True, False)
        assert "Rae Lindqvist has no credential on file." in text
        assert '<span class="rule">R-30</span>' in text


def test_a_license_that_ends_later_leaves_what_was_led_before_untouched(client, evening):
    make_license(evening.rae, expires_on=TODAY())
    mark_here_today = text_of(client, evening.rae, evening.session, "attendance/")
    assert (LED in mark_here_today, NEEDS in mark_here_today) == (False, False)
    assert NEEDS in text_of(client, evening.rae, tomorrows(evening))


def test_who_left_later_led_what_they_led(client, evening):
    make_license(evening.rae)
    Session.objects.update(day=TODAY() - DAY, status="held")
    type(evening.rae).objects.filter(pk=evening.rae.pk).update(is_active=False)
    kim = make_clinician("kim")
    make_posting(kim, evening.program)
    assert LED not in text_of(client, kim, evening.session)
    Session.objects.update(day=TODAY())
    assert LED not in text_of(client, kim, evening.session)
    Session.objects.update(status="scheduled")
    assert "Rae Lindqvist no longer works here." in text_of(client, kim, evening.session)


def test_who_takes_over_without_the_license_leads_and_is_flagged(client, evening):
    make_license(evening.rae)
    ines = make_user("ines", Role.INTERN)
    make_posting(ines, evening.program)
    client.force_login(ines)
    assert client.post(f"/sessions/{evening.session.pk}/lead/").status_code == 302
    assert mark_here(client, evening.session).status_code == 302
    parts = {part.user.username: part.role for part in SessionStaff.objects.filter(session=evening.session)}
    assert parts == {"rae": "did not lead", "ines": "lead"}
    text = text_of(client, ines, evening.session, "attendance/")
    assert (LED in text, "Ines Moreau has no credential on file." in text) == (True, True)


def test_an_intern_under_supervision_needs_a_named_co_signature(client, evening):
    make_license(evening.rae)
    ines = make_clinician("ines", Role.INTERN, "Intern")
    make_posting(ines, evening.program)
    make_supervision(ines, evening.rae)
    session = make_session(evening.session.group, day=TODAY() + DAY, leader=ines)
    text = text_of(client, ines, session)
    assert ("Ines Moreau needs Rae Lindqvist’s co-signature." in text, NEEDS in text) == (True, False)
    SessionStaff.objects.create(session=session, user=evening.rae, role="co-lead")
    assert "co-signature" not in text_of(client, ines, session)


def test_a_canceled_session_needs_nobody(client, evening):
    Session.objects.update(status="cancelled")
    assert "Rae Lindqvist has no credential" not in text_of(client, evening.rae, evening.session)


def test_the_choice_of_leaders_says_who_may_not_and_refuses_at_the_field(client):
    program = make_program()
    ivy = make_user("ivy", Role.FRONT_DESK)
    rae, kim = make_clinician("rae"), make_user("kim")
    for user in (ivy, rae, kim):
        make_posting(user, program)
    client.force_login(ivy)
    address = f"/sessions/new/?episode={make_episode(program=program).pk}"
    text = client.get(address).content.decode()
    assert "Kim Duarte (has no credential on file)</option>" in text
    assert "Rae Lindqvist</option>" in text
    data = {"service": make_service("individual-therapy").pk, "day": (TODAY() + DAY).isoformat()}
    data |= {"start": "12:00", "end": "13:00", "leader": kim.pk, "key": keys.issue(to=ivy)}
    answer = client.post(address, data)
    assert answer.status_code == 422
    assert answer.context["form"].errors["leader"] == [
        "Kim Duarte has no credential on file. Choose another leader, or record the credential first."
    ]
    assert client.post(address, data | {"leader": rae.pk}).status_code == 302
