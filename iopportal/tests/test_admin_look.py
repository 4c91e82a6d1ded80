"""The admin in a real browser: accessible in both schemes, within a small phone, and locked like every other page."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from audit.models import Event
from iopportal.demo.cast import PASSWORD
from iopportal.demo.fill import fill
from iopportal.tests import browser
from iopportal.tests.test_main_job import sign_in
from programs.models import Curriculum, Group, Track

MONDAY = dt.date(2026, 11, 23)
EVENING = dt.datetime(2026, 11, 23, 18, 20, tzinfo=dt.timezone(dt.timedelta(hours=-5)))


@pytest.fixture
def set_up(own_database):
    """The demo, served on a Monday evening."""
    fill(today=MONDAY)
    with time_machine.travel(EVENING, tick=True), browser.served() as address:
        yield address


def group():
    return Group.objects.get(name="Relapse Prevention")


def addresses():
    change = [(group(), "group"), (Curriculum.objects.first(), "curriculum"), (Track.objects.first(), "track")]
    return [
        "/admin/", reverse("admin:programs_group_changelist"), reverse("admin:staff_user_changelist"),
        reverse("admin:programs_track_changelist") + "?q=zzz", reverse("admin:programs_posting_add"),
        reverse("admin:programs_group_add"), reverse("admin:programs_group_history", args=[group().pk]),
        *(reverse(f"admin:programs_{name}_change", args=[row.pk]) for row, name in change),
    ]  # fmt: skip


@pytest.mark.looks
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(chromium, set_up, scheme):
    findings = {}
    with browser.opened(chromium, set_up, color_scheme=scheme) as page:
        sign_in(page, "dana")
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            for path in addresses():
                page.goto(path)
                found = browser.axe_findings(page)
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append("scrolls sideways")
                if found:
                    findings[f"{width} {path}"] = found
        page.goto(reverse("admin:programs_posting_add"))
        page.click("input[name=_save]")
        page.locator(".put-right").wait_for()
        findings |= {"errors": found} if (found := browser.axe_findings(page)) else {}
    assert findings == {}


def test_an_idle_page_locks_and_keeps_what_was_typed(chromium, set_up):
    path = reverse("admin:programs_group_change", args=[group().pk])
    with browser.opened(chromium, set_up) as page:
        sign_in(page, "dana")
        page.clock.install()
        page.goto(path)
        page.get_by_label("Purpose", exact=True).press_sequentially("Staying sober")
        page.clock.fast_forward("16:00")
        page.wait_for_url("**/account/unlock/**")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Unlock").click()
        page.wait_for_url("**/account/kept/**")
        assert Event.objects.filter(action="staff.session_locked").count() == 1
        assert "Staying sober" in page.content()
        assert group().purpose == ""


def test_a_field_looks_for_rows_and_can_be_filled_by_keyboard(chromium, set_up):
    with browser.opened(chromium, set_up) as page:
        sign_in(page, "dana")
        page.goto(reverse("admin:programs_posting_add"))
        page.get_by_role("combobox", name="Program: Find a program").click()
        expect(page.locator(".select2-search__field")).to_be_focused()
        with page.expect_response(lambda answer: "term=even" in answer.url):
            page.keyboard.type("even")
        page.locator(".select2-results__option--highlighted", has_text="Evening IOP").wait_for()
        page.keyboard.press("Enter")
        page.get_by_role("combobox", name="Program: Evening IOP").wait_for()
