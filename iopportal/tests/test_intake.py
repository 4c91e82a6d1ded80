"""From the referral to the plan in a real browser: nothing for axe to find, light and dark, wide and narrow."""

import pytest
from django.test import Client

from patients.choices import EpisodeStatus
from patients.tests.conftest import people_of_two_programs
from patients.tests.factories import make_episode, make_patient

from .browser import axe_findings, opened

SIZES = [
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
]


def sign_in(page, address, user):
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": address}])


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone", "dark"])
def test_the_way_from_a_referral_to_the_acceptance_is_accessible(portal, chromium, size):
    here = people_of_two_programs()
    make_episode(make_patient("Theo", "Brandt"), here.evening, primary=here.kim)
    make_episode(make_patient("Nadia", "Farouk"), here.evening, status=EpisodeStatus.INTAKE, primary=here.rae)
    make_episode(make_patient("Maya", "Elison"), here.evening, status=EpisodeStatus.WAITLISTED)
    with opened(chromium, portal, **size) as page:
        sign_in(page, portal, here.rae)
        page.goto("/patients/")
        assert axe_findings(page) == []
        page.get_by_role("link", name="New patient").click()
        page.get_by_label("Given name", exact=True).fill("Maya")
        page.get_by_label("Family name").fill("Ellison")
        page.get_by_label("Date of birth").fill("1990-03-14")
        page.get_by_label("Program").select_option("Evening IOP")
        page.get_by_role("button", name="Save the referral").click()
        assert axe_findings(page) == []
        page.get_by_label("Somebody else").check()
        page.get_by_role("button", name="Save the referral").click()
        page.get_by_role("link", name="Accept Maya Ellison").click()
        page.get_by_role("button", name="Accept").click()
        assert axe_findings(page) == []
        page.get_by_label("Primary clinician").select_option("Kim Duarte")
        page.get_by_role("button", name="Accept").click()
        page.get_by_text("Accepted. Treatment begins").wait_for()
        page.goto("/patients/search/")
        page.locator("main").get_by_label("Name, number or date of birth").fill("elison")
        page.get_by_role("button", name="Find").click()
        assert page.get_by_text("2 found, the closest first.").is_visible()
        assert axe_findings(page) == []


@pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone", "dark"])
def test_a_plan_is_written_mended_and_read(portal, chromium, size):
    here = people_of_two_programs()
    episode = make_episode(program=here.evening, primary=here.rae)
    with opened(chromium, portal, **size) as page:
        sign_in(page, portal, here.rae)
        page.goto(f"/plans/new/?episode={episode.pk}")
        page.get_by_label("Problem").fill("Alcohol use, four evenings a week")
        page.get_by_label("Goal, in the patient’s own words").fill("Be well")
        page.get_by_label("Objective").fill("Says no to an offer using a rehearsed sentence")
        page.get_by_label("Service").first.select_option("Group therapy")
        page.get_by_label("Times a week").first.fill("3")
        page.get_by_label("Minutes").first.fill("150")
        assert axe_findings(page) == []
        page.get_by_role("button", name="Save the draft").click()
        assert page.get_by_role("heading", name="2 things to put right").is_visible()
        assert axe_findings(page) == []
        page.get_by_label("Goal, in the patient’s own words").fill("I want to get through a weekend without using.")
        page.get_by_label("Who").first.select_option("Clinician")
        page.get_by_role("button", name="Save the draft").click()
        assert page.get_by_text("90 below 540").is_visible()
        assert axe_findings(page) == []
        page.get_by_role("link", name="Edit the draft").click()
        assert page.get_by_label("Times a week").first.input_value() == "3"
        assert axe_findings(page) == []
