"""The look: locked copies, a strict CSP, light first visits, and every part in a real browser."""

import gzip
import hashlib
import json
import re
from contextlib import contextmanager
from types import ModuleType

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import override_settings
from django.urls import path, reverse
from django.views import View

from iopportal.navigation import NAVIGATION
from scripts import vendor

from . import browser, house, look

VENDOR = house.BASE / "static/vendor"
LOCK = json.loads((VENDOR / "lock.json").read_text())
TEMPLATES = [name for name in house.files(".html") if "templates" in name.parts]
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (VENDOR / "icons.svg").read_text()))
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son\w+\s*=|\shx-on|javascript:|\bjs:|<script(?![^>]*\s(?:src=|type=.application/json))",
    re.IGNORECASE,
)
WITHOUT_DRAWING = """[...document.querySelectorAll('use')].filter(
  use => use.parentElement.checkVisibility() && !use.getBBox().width).map(use => use.getAttribute('href'))"""
CUT_OFF = """[...document.querySelectorAll('body *')].filter(
  part => part.checkVisibility() && part.getBoundingClientRect().right > innerWidth + 1
    && !part.parentElement.closest('.scroll, .tabs')).map(part => part.outerHTML.slice(0, 80))"""
FIRST_VISIT_BYTES, FIRST_VISIT_REQUESTS = 90 * 1024, 6
SESSION = ["session_alive", "session_lock", "session_unlock"]


def text_of(template) -> str:
    return (house.BASE / template).read_text()


def urls(*names: str) -> ModuleType:
    """A URL table of its own for a test: one route for each name, and those every signed-in page asks for."""
    table = ModuleType("urls_of_a_test")
    table.urlpatterns = [path(f"{name}/", View.as_view(), name=name) for name in [*SESSION, *names]]
    return table


# Locked copies and icons


def test_every_vendored_file_is_the_one_that_was_locked():
    kept = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in VENDOR.iterdir()}
    del kept["lock.json"]
    assert kept == LOCK["sha256"]


def test_every_vendored_package_brings_its_license():
    names = [package.rpartition("@")[0] for package in LOCK["from"]]
    assert [
        name for name in names if "Permission is hereby granted" not in (VENDOR / f"{name}.LICENSE").read_text()
    ] == []


def test_the_passkey_scripts_are_those_of_the_installed_sign_in_library():
    """Else run scripts/vendor.py: the library was upgraded."""
    assert (VENDOR / "passkeys.js").read_text() == vendor.passkeys()


def test_no_style_sheet_or_script_of_ours_points_to_a_source_map():
    ours = [file for file in house.files(".css", ".js") if file.parts[0] == "static"]
    assert [file for file in ours if "sourceMappingURL" in text_of(file)] == []


def test_the_sprite_holds_the_icons_of_the_list():
    assert sorted(SPRITE) == text_of("scripts/icons.txt").split()


def test_every_icon_that_is_named_is_in_the_sprite():
    named = {
        (str(template), name)
        for template in TEMPLATES
        for name in re.findall(r'_icon\.html"\s+with\s+name="([^"]+)"', text_of(template))
    } | {("navigation", item.icon) for item in NAVIGATION}
    assert {(where, name) for where, name in named if name not in SPRITE} == set()


# Templates


def test_no_template_carries_inline_style_or_script():
    assert {str(name): found for name in TEMPLATES if (found := INLINE.findall(text_of(name)))} == {}


def test_every_partial_says_first_what_it_needs():
    partials = [template for template in TEMPLATES if template.name.startswith("_")]
    assert [name for name in partials if not text_of(name).startswith("{# needs: ")] == []


# The frame


@override_settings(ROOT_URLCONF=urls("account_logout"))
def test_the_frame_lists_the_pages_and_marks_the_current_one():
    html = render_to_string("base.html", look.context())
    links = re.findall(r'<a href="(/\w+/)"( aria-current="page")?>', html)
    assert links == [("/today/", ' aria-current="page"'), ("/patients/", "")] * 2  # in the rail and in the menu


@override_settings(ROOT_URLCONF=urls("account_logout"))
def test_sign_out_is_a_posted_form():
    html = render_to_string("base.html", look.context())
    assert '<form class="line" method="post" action="/account_logout/">' in html


@override_settings(ROOT_URLCONF=urls("account_logout"))
def test_a_frame_without_anybody_signed_in_has_no_sign_out():
    assert "account_logout" not in render_to_string("base.html", {})


@pytest.mark.parametrize(("names", "boxes"), [(["account_logout"], 0), (["account_logout", "patient_search"], 2)])
def test_the_find_box_shows_only_where_there_is_a_search(names, boxes):
    with override_settings(ROOT_URLCONF=urls(*names)):
        assert render_to_string("base.html", look.context()).count('role="search"') == boxes


@pytest.mark.parametrize("template", ["base.html", "entry.html"])
@override_settings(ROOT_URLCONF=urls("account_logout"))
def test_the_theme_is_named_only_when_somebody_chose_one(template):
    named = [re.search("<html[^>]*>", render_to_string(template, {"theme": theme}))[0] for theme in ("", "dark")]
    assert named == ['<html lang="en">', '<html lang="en" data-bs-theme="dark">']


# Weight


@pytest.fixture(scope="module")
def deployment(tmp_path_factory):
    """Settings of a deployment whose static files are collected: hashed names, compressed."""
    storages = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
    deployed = override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static"), STORAGES=storages)
    with deployed:
        call_command("collectstatic", interactive=False, verbosity=0)
    return deployed


@pytest.fixture
def collected(deployment):
    """The folder of the collected files, which pages name while the test runs."""
    with deployment:
        yield deployment.options["STATIC_ROOT"]


def weight_of_first_visit(html: str, folder) -> tuple[int, int]:
    """Bytes and requests of a page nobody has cached yet; what `html` names comes from the collected `folder`."""
    names = set(re.findall(r'(?:href|src)="/static/([^"#]+)', html))
    files = [folder / f"{name}.gz" if (folder / f"{name}.gz").exists() else folder / name for name in names]
    return len(gzip.compress(html.encode())) + sum(file.stat().st_size for file in files), 1 + len(files)


@override_settings(ROOT_URLCONF=urls("account_logout", "patient_search"))
def test_a_first_visit_inside_is_light(collected, rf):
    weight, requests = weight_of_first_visit(look.parts(rf.get("/")), collected)
    assert (weight <= FIRST_VISIT_BYTES, requests) == (True, FIRST_VISIT_REQUESTS)


@pytest.mark.django_db
def test_a_first_visit_to_the_sign_in_page_is_light(collected, client):
    html = client.get(reverse("account_login")).content.decode()
    weight, requests = weight_of_first_visit(html, collected)
    assert weight <= FIRST_VISIT_BYTES
    assert requests <= FIRST_VISIT_REQUESTS


# In the browser


@pytest.fixture
def every_part(chromium, rf):
    """Open the page with every part: `with every_part(color_scheme="dark") as page`."""

    @contextmanager
    def opened(more=None, **options):
        with browser.opened(chromium, look.ADDRESS, **options) as page:
            look.answer(page, look.parts(rf.get("/"), **(more or {})))
            page.goto("/parts/")
            yield page

    with override_settings(ROOT_URLCONF=urls("account_logout", "patient_search")):
        yield opened


@pytest.mark.looks
@pytest.mark.parametrize("width", [1440, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_part_is_accessible_and_fits(every_part, scheme, width):
    with every_part(color_scheme=scheme, viewport={"width": width, "height": 800}) as page:
        assert browser.axe_findings(page) == []
        assert page.evaluate(CUT_OFF) == []


def test_every_icon_and_style_sheet_arrives(every_part):
    with every_part() as page:
        assert page.evaluate(WITHOUT_DRAWING) == []
        assert page.evaluate("getComputedStyle(document.querySelector('.banner')).position") == "sticky"


def test_the_focus_goes_to_the_error_summary_which_leads_to_the_field(every_part):
    with every_part() as page:
        assert focused(page) == "errors"
        page.click(".errors a")
        assert page.evaluate("document.activeElement.id") == "id_day"


def test_slash_goes_to_the_search_and_letters_typed_there_stay_letters(every_part):
    with every_part(viewport={"width": 1440, "height": 800}) as page:
        page.keyboard.press("/")
        page.keyboard.type("gt?/")
        assert (page.input_value("#find"), page.url) == ("gt?/", f"{look.ADDRESS}/parts/")


def test_g_then_t_goes_to_today(every_part):
    with every_part() as page:
        page.keyboard.press("g")
        page.keyboard.press("t")
        page.wait_for_url(f"{look.ADDRESS}/")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_question_mark_shows_the_keys_and_escape_closes_the_menu(every_part, width):
    with every_part(viewport={"width": width, "height": 800}) as page:
        page.keyboard.press("?")
        assert page.locator(".keys dl >> visible=true").count() == 1
        page.keyboard.press("Escape")
        assert page.locator(".menu[open]").count() == 0


def test_shortcuts_can_be_switched_off(every_part):
    with every_part({"shortcuts": "off"}) as page:
        page.keyboard.press("/")
        page.keyboard.press("?")
        assert focused(page) == "errors"
        assert page.locator("details[open]").count() == 0


def test_a_fragment_asked_for_after_signing_out_loads_the_page_again(every_part):
    with every_part() as page, page.expect_navigation(url=f"{look.ADDRESS}/parts/"):
        page.click("text=Load")


def focused(page):
    return page.evaluate("document.activeElement.className")


@pytest.mark.looks
@pytest.mark.parametrize("width", [1440, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_is_accessible_and_fits(chromium, portal, scheme, width):
    with browser.opened(chromium, portal, color_scheme=scheme, viewport={"width": width, "height": 800}) as page:
        page.goto(reverse("account_login"))
        assert browser.axe_findings(page) == []
        assert page.evaluate(CUT_OFF) == []
