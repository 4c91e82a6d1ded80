"""The main job, once, as the person would do it: a real browser on the real server over the demo."""

import datetime as dt
import re

import pytest
import time_machine

from iopportal.demo.cast import PASSWORD
from iopportal.demo.fill import fill
from iopportal.tests import browser
from scheduling.models import Attendance, Session

MONDAY = dt.date(2026, 11, 23)
EVENING = dt.datetime(2026, 11, 23, 20, 50, tzinfo=dt.timezone(dt.timedelta(hours=-5)))


@pytest.fixture
def at_northside(own_database):
    """Monday evening, after the Relapse Prevention group has ended."""
    fill(today=MONDAY)
    with time_machine.travel(EVENING, tick=True), browser.served() as address:
        yield address


def sign_in(page, name: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/")


@pytest.mark.parametrize("scripts", [True, False])
def test_rae_logs_tonights_group_and_finds_the_minutes_in_a_chart(chromium, at_northside, scripts):
    session = Session.objects.get(group__name="Relapse Prevention", day=MONDAY)
    with browser.opened(chromium, at_northside, java_script_enabled=scripts) as page:
        sign_in(page, "rae")
        page.get_by_role("link", name=re.compile("Relapse Prevention")).first.click()
        page.get_by_role("link", name="Log attendance").click()
        page.get_by_role("button", name=re.compile("here", re.IGNORECASE)).first.click()
        rows = Attendance.objects.filter(session=session).select_related("status", "episode__patient")
        assert {row.status.code for row in rows} == {"P"}
        late, absent = rows.order_by("episode__patient__family")[:2]
        mark_late(page, late, "7:38 PM")
        mark_absent(page, absent)
        page.get_by_role("button", name=re.compile("Save")).first.click()
        page.wait_for_load_state()
        late.refresh_from_db()
        absent.refresh_from_db()
        assert (late.status.code, late.net_minutes) == ("L", 67)
        assert (absent.status.code, absent.net_minutes) == ("NS", 0)
        page.goto(f"/patients/{late.episode.patient_id}/")
        assert "67" in page.locator("table").first.text_content()


def mark_late(page, row: Attendance, arrival: str) -> None:
    page.locator(f"input[name$='{row.episode_id}-arrival']").fill(arrival)


def mark_absent(page, row: Attendance) -> None:
    page.locator(f"input[name$='{row.episode_id}-answer'][value='NS']").check(force=True)


def test_omar_of_another_program_finds_none_of_it(chromium, at_northside):
    session = Session.objects.get(group__name="Relapse Prevention", day=MONDAY)
    patient = session.group.memberships.first().episode.patient_id
    with browser.opened(chromium, at_northside) as page:
        sign_in(page, "omar")
        for address in [f"/sessions/{session.pk}/", f"/sessions/{session.pk}/attendance/", f"/patients/{patient}/"]:
            response = page.goto(address)
            assert response.status == 404, address
        unknown = page.goto("/patients/987654321/").text()
        assert re.sub(r"Request \w+", "", unknown) == re.sub(
            r"Request \w+", "", page.goto(f"/patients/{patient}/").text()
        )
