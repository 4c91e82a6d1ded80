"""A director makes a new program in an afternoon: from an empty list to “fit to open”, in a real browser."""

import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import Page, expect

from iopportal.tests import browser
from programs.models import Group, Program
from programs.tests.factories import make_posting
from scheduling.models import Session
from staff.choices import Role
from staff.models import User
from staff.tests.factories import make_user

MORNING = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=-5)))
TODAY, OPENS = dt.date(2026, 11, 23), dt.date(2026, 11, 30)
LICENSE_ENDS = dt.date(2027, 1, 18)
TIMETABLES = Path(__file__).parents[1] / "demo" / "real_timetables.csv"


@pytest.fixture
def empty_portal(own_database):
    """A portal as it is shipped, with nobody but its director, who is posted everywhere."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, starts_on=TODAY)
    with time_machine.travel(MORNING, tick=True), browser.served() as address:
        yield address


def sign_in(page: Page, address: str, name: str) -> None:
    client = Client()
    client.force_login(User.objects.get(username=name))
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": address}])


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=isinstance(button, str)).click()


def add(page: Page, model: str, fields: dict[str, str]) -> None:
    """Fill in and save the admin's page that adds one row."""
    page.goto(f"/admin/{model}/add/")
    fill(page, fields)
    press(page, "Save")


def fill(page: Page, fields: dict[str, str]) -> None:
    for label, value in fields.items():
        field = page.get_by_label(label, exact=True)
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def said(page: Page) -> str:
    return page.locator("main").inner_text()


def test_dana_makes_a_program_from_an_empty_list_until_it_is_fit_to_open(chromium, empty_portal):
    with browser.opened(chromium, empty_portal) as page:
        sign_in(page, empty_portal, "dana")
        make_the_place(page)
        make_the_program(page)
        set_the_week(page)
        add_staff(page)
        import_a_timetable(page)
        set_leaders_and_rooms(page)
        close_a_holiday(page)
        become_fit_to_open(page)


def make_the_place(page: Page) -> None:
    add(page, "programs/location", {"Name": "Northside", "Time zone": "Eastern: New York"})
    add(page, "programs/room", {"Location": "Northside", "Name": "Room 1"})
    add(page, "programs/room", {"Location": "Northside", "Name": "Room 2"})


def make_the_program(page: Page) -> None:
    page.goto("/admin/programs/program/")
    assert "No program yet. Add one, or import a timetable" in said(page)
    add(page, "programs/program", {
        "Location": "Northside", "Name": "Morning IOP", "Timetable code": "morning", "Focus": "Co-occurring",
        "Population": "Adults", "Opening date": f"{OPENS}",
    })  # fmt: skip


def set_the_week(page: Page) -> None:
    """Three mornings of three hours with a break of a quarter are told short, and made longer."""
    assert "Morning IOP is added. Next" in said(page)
    page.get_by_role("link", name="Weekly template", exact=True).click()
    fill(page, {"Group": "Morning Group", "Service": "Group therapy", "Start": "09:00", "End": "12:00"})
    for day in ["Mon", "Wed", "Fri"]:
        page.get_by_label(day, exact=True).check()
    page.get_by_label(re.compile("^Breaks")).fill("10:30-10:45")
    preview = page.get_by_role("complementary")
    expect(preview).to_contain_text("8.25 countable hours a week, 45 minutes below the minimum of 9 h.")
    page.get_by_label("End", exact=True).fill("12:15")
    expect(preview).to_contain_text("9 countable hours a week; the minimum is 9 h.")
    press(page, "Save the week and publish its sessions")
    assert "9 countable hours a week; the minimum is 9 h." in said(page)
    assert Session.objects.filter(program__code="morning").count() == 34


def add_staff(page: Page) -> None:
    """A clinician who works here, with a license that ends in eight weeks, and the link for the first sign-in."""
    page.goto("/admin/staff/user/add/")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_be_focused()
    assert "User name: Enter the user name." in said(page)
    fill(page, {"User name": "rae", "First name": "Rae", "Last name": "Whitfield"})
    page.get_by_label("Clinician", exact=True).check()
    press(page, "Save")
    add_row(page, "Posting", "postings", {"location": "Northside", "starts_on": f"{TODAY}"})
    license_ = {"type": "LCSW", "state": "New Jersey", "number": "44SC05", "issued_on": "2025-01-18"}
    add_row(page, "Credential", "credentials", license_ | {"expires_on": f"{LICENSE_ENDS}"})
    page.get_by_role("checkbox", name="I looked it up at the board today").check()
    press(page, "Save and continue editing")
    assert "LCSW of New Jersey ends on Jan 18, 2027, in 56 days." in said(page)
    press(page, "Make an invitation link")
    assert "/account/invitation/" in said(page)


def add_row(page: Page, what: str, prefix: str, values: dict[str, str]) -> None:
    """One more row of an inline of the admin's page."""
    page.get_by_role("button", name=f"Add another {what}", exact=True).click()
    for name, value in values.items():
        field = page.locator(f"[name={prefix}-0-{name}]")
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)


def import_a_timetable(page: Page) -> None:
    """A published timetable makes a second program; what meets at the same hours is asked about."""
    page.goto("/admin/programs/program/")
    page.get_by_role("link", name="Import a timetable").click()
    page.get_by_label("Timetable file").set_input_files(
        {"name": "matrix.csv", "mimeType": "text/csv", "buffer": matrix()}
    )
    fill(page, {"Location": "Northside", "Program start": f"{OPENS}"})
    press(page, "Look at the preview")
    assert "Weeks 1–4: 6.17 countable hours a week, 2 h 50 min below the minimum of 9 h." in said(page)
    press(page, re.compile("^Import 1 program"))
    assert Program.objects.get(code="matrix").groups.count() == 5


def close_a_holiday(page: Page) -> None:
    page.goto("/admin/programs/closure/")
    page.get_by_role("link", name="Holidays of a year").click()
    fill(page, {"Year": "2026"})
    press(page, "Show its holidays")
    press(page, "Preview")
    expect(page.get_by_role("heading", name="What closing 2 days does. Nothing is saved yet.")).to_be_focused()
    assert "Week of Sun Dec 20: 360 of 540 countable minutes" in said(page)
    press(page, "Save: close 2 days")
    closed = Session.objects.filter(closed_by__reason="Christmas Day").values_list("program__code", "group__name")
    assert sorted(closed) == [
        ("matrix", "Early Recovery Skills"), ("matrix", "Relapse Prevention"), ("morning", "Morning Group"),
    ]  # fmt: skip


def set_leaders_and_rooms(page: Page) -> None:
    """The page of the imported program is empty yet; the own one gets its leader, whose license is seen to end."""
    page.goto(f"/programs/{Program.objects.get(code='morning').pk}/opening/")
    page.get_by_role("link", name="Set leaders and rooms").first.click()
    fill(page, {"Lead of Morning Group": "Rae Whitfield", "Room of Morning Group": "Room 1"})
    press(page, "Check")
    assert "May lead until Jan 18, 2027; later sessions need cover." in said(page)
    assert "Nothing is saved yet." in said(page)
    press(page, "Save leaders and rooms")
    group = Group.objects.get(program__code="morning")
    assert (str(group.room), [str(row) for row in group.leaders.all()]) == ("Room 1", ["Rae Whitfield, lead"])
    page.goto("/worklists/needs-cover/")
    assert "Rae Whitfield has a license that ends on Jan 18, 2027." in said(page)


def become_fit_to_open(page: Page) -> None:
    """What is left: the accreditation, and the renewal that carries the license on."""
    opening = f"/programs/{Program.objects.get(code='morning').pk}/opening/"
    page.goto(opening)
    assert "Not yet: 2 things" in said(page)
    add(page, "programs/accreditation", {"Given by": "The Joint Commission", "From": f"{TODAY}"})
    page.goto("/admin/staff/user/")
    page.get_by_role("link", name="Rae Whitfield", exact=True).click()
    page.get_by_text("Renewal", exact=True).first.click()
    page.get_by_role("checkbox", name="The renewal was filed today").first.check()
    page.get_by_role("textbox", name="what shows it").first.fill("Receipt 2026-118")
    press(page, "Save")
    page.goto(opening)
    assert page.get_by_role("heading", name="Fit to open", exact=True).is_visible()
    assert not page.get_by_role("heading", name="To do first").is_visible()


def matrix() -> bytes:
    """The published timetable of the Matrix program, as a file of its own."""
    lines = TIMETABLES.read_text().splitlines(keepends=True)
    return "".join([lines[0], *(line for line in lines if line.startswith("matrix,"))]).encode()
