import time
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from iopportal.tests import browser
from scheduling.models import Attendance
from scheduling.tests.rolls import Evening, make_evening
from staff.models import User
from staff.tests.factories import PASSWORD


def today():
    return timezone.now().astimezone(ZoneInfo("America/New_York")).date()


def sign_in(page: Page, address: str, user: User) -> None:
    """As if `user` had signed in."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


def sign_in_by_the_form(page: Page) -> None:
    page.goto("/account/login/")
    page.fill("[name=login]", "rae")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


@contextmanager
def roll(chromium: Browser, portal: str, evening: Evening, **options: object) -> Iterator[Page]:
    with browser.opened(chromium, portal, **options) as page:
        sign_in(page, portal, evening.rae)
        page.goto(f"/sessions/{evening.session.pk}/attendance/")
        yield page


def row(page: Page, given: str):
    return page.locator("fieldset", has=page.locator("legend", has_text=given))


def saved() -> dict[str, tuple[str, int]]:
    rows = Attendance.objects.filter(status__isnull=False).select_related("status", "episode__patient")
    return {row.episode.patient.given: (row.status.code, row.net_minutes) for row in rows}


def expected(evening: Evening) -> dict[str, tuple[str, int]]:
    exceptions = {"Lena": ("EX", 0), "Dominic": ("NS", 0), "Theo": ("L", 67)}
    return dict.fromkeys(evening.people, ("P", 90)) | exceptions


@pytest.mark.parametrize("scripts", [True, False])
def test_a_group_of_twelve_is_logged_by_one_press_and_its_exceptions(chromium, portal, scripts):
    evening = make_evening(today(), password=PASSWORD)
    with browser.opened(chromium, portal, java_script_enabled=scripts) as page:
        sign_in_by_the_form(page)
        page.goto(f"/sessions/{evening.session.pk}/attendance/")
        began = time.monotonic()
        page.get_by_role("button", name="Everyone here").click()
        expect(page.locator(".dock")).to_contain_text("12 here")
        row(page, "Lena").get_by_text("Excused", exact=True).click()
        row(page, "Lena").get_by_label("Reason").fill("Illness")
        row(page, "Dominic").get_by_text("No-show", exact=True).click()
        row(page, "Theo").get_by_label("Theo Brandt, arrived").fill("623p")
        page.get_by_role("button", name="Save attendance").click()
        expect(page.locator(".dock")).to_contain_text("10 here")
        assert time.monotonic() - began < 20
    assert saved() == expected(evening)


def test_a_group_of_twelve_is_logged_without_a_mouse(chromium, portal):
    evening = make_evening(today())
    with roll(chromium, portal, evening) as page:
        press = page.keyboard.press
        page.locator(".roll [type=radio]").first.focus()
        press("a")
        expect(page.locator(".dock")).to_contain_text("12 here")
        page.locator(".roll [type=radio]:checked").first.focus()
        press("x")
        expect(page.locator("#said")).to_have_text("Lena Abara: Excused")
        for _ in range(2):
            press("ArrowDown")
        press("t")
        page.keyboard.type("6:23p")
        press("ArrowDown")
        row(page, "Dominic").locator("[type=radio]:checked").focus()
        press("n")
        press("ArrowUp")
        press("c")
        expect(page.locator(".saved-wait")).to_have_text("4 not saved yet")
        press("u")
        expect(page.locator(".saved-wait")).to_have_text("3 not saved yet")
        row(page, "Theo").get_by_label("Theo Brandt, arrived").press("Enter")
        expect(page.locator(".dock")).to_contain_text("10 here")
    assert saved() == expected(evening)


def test_enter_in_a_time_saves_and_never_marks_everyone(chromium, portal):
    evening = make_evening(today())
    with roll(chromium, portal, evening) as page:
        row(page, "Theo").get_by_text("Here", exact=True).click()
        row(page, "Theo").get_by_label("Theo Brandt, arrived").press("Enter")
        expect(page.locator(".dock")).to_contain_text("11 open")
    assert saved() == {"Theo": ("P", 90)}


def test_letters_act_only_inside_the_roll(chromium, portal):
    evening = make_evening(today())
    with roll(chromium, portal, evening) as page:
        page.locator("h1").click()
        page.keyboard.type("anhx")
        row(page, "Theo").get_by_text("Excused", exact=True).click()
        row(page, "Theo").get_by_label("Reason").fill("ahnxcu")
        assert page.locator(".roll [type=radio]:checked").count() == 1
    assert saved() == {}


@pytest.mark.parametrize("width", [1440, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_roll_is_accessible_and_fits_before_and_after_it_is_saved(chromium, portal, scheme, width):
    evening = make_evening(today(), history=True)
    with roll(chromium, portal, evening, color_scheme=scheme, viewport={"width": width, "height": 900}) as page:
        assert browser.axe_findings(page) == []
        page.get_by_role("button", name="Everyone here").click()
        expect(page.locator(".dock")).to_contain_text("12 here")
        row(page, "Lena").get_by_text("Other", exact=True).click()
        row(page, "Theo").get_by_text("Here", exact=True).click()
        row(page, "Theo").get_by_label("Theo Brandt, arrived").fill("11:50 PM")
        page.get_by_role("button", name="Save attendance").click()
        expect(page.locator(".errors li")).to_have_count(2)
        assert browser.axe_findings(page) == []
        page.get_by_role("button", name="Add a person").click()
        assert browser.axe_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
