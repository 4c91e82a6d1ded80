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
        press(page, "Everyone here")
        rows = Attendance.objects.filter(session=session).select_related("status", "episode__patient")
        assert {row.status.code for row in rows} == {"P"}
        late, absent = rows.order_by("episode__patient__family")[:2]
        mark_late(page, late, "7:38 PM")
        mark_absent(page, absent)
        press(page, "Save attendance")
        late.refresh_from_db()
        absent.refresh_from_db()
        assert (late.status.code, late.net_minutes) == ("L", 67)
        assert (absent.status.code, absent.net_minutes) == ("NS", 0)
        page.goto(f"/patients/{late.episode.patient_id}/")
        page.get_by_text("Show this week as a table").click()
        monday = page.get_by_role("row", name=re.compile("^Mon Nov 23"))
        assert monday.get_by_role("cell").all_text_contents() == counted_and_open(late)


def counted_and_open(row: Attendance) -> list[str]:
    """Monday's cells: attended and counted; nothing planned; the early group is over and not logged."""
    early = row.episode.memberships.active_on(MONDAY).filter(group__name="Early Recovery Skills").exists()
    return ["67", "67", "0", "50" if early else "0"]


def press(page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button).first.click()


def row_of(page, row: Attendance):
    return page.get_by_role("group", name=row.episode.patient.preferred_name, exact=True)


def mark_late(page, row: Attendance, arrival: str) -> None:
    row_of(page, row).get_by_label(f"{row.episode.patient.preferred_name}, arrived").fill(arrival)


def mark_absent(page, row: Attendance) -> None:
    row_of(page, row).get_by_text("No-show", exact=True).click()


def test_omar_of_another_program_finds_none_of_it(chromium, at_northside):
    session = Session.objects.get(group__name="Relapse Prevention", day=MONDAY)
    patient = session.group.memberships.first().episode.patient_id
    with browser.opened(chromium, at_northside) as page:
        sign_in(page, "omar")
        for address in [f"/sessions/{session.pk}/", f"/sessions/{session.pk}/attendance/", f"/patients/{patient}/"]:
            response = page.goto(address)
            assert response.status == 404, address
        outside = page.goto(f"/patients/{patient}/").text()
        assert outside == page.goto("/patients/987654321/").text()
