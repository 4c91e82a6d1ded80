import re

import pytest
from django.test import Client

from web import errors

from .conftest import signed_in
from .factories import make_person


@pytest.mark.parametrize("status", sorted(errors.PAGES))
def test_every_error_page_says_what_happened_and_what_to_do_without_a_database(rf, status):
    response = errors.show(rf.get("/"), status)
    words = errors.PAGES[status]
    assert response.status_code == status
    for text in (words.title, words.happened, words.next):
        assert text.replace("'", "&#x27;") in response.text


def test_every_status_that_means_something_has_its_page():
    assert sorted(errors.PAGES) == [400, 401, 403, 404, 409, 413, 422, 429, 500, 503]


def test_nobody_can_tell_out_of_scope_from_not_existing(inside, rae):
    there, nowhere = inside.get(f"/missing/{rae.pk}/"), inside.get("/missing/999999/")
    assert (there.status_code, there.content) == (404, nowhere.content)


def test_who_is_signed_in_keeps_the_portal_around_a_missing_page_without_dead_forms(inside):
    html = inside.get("/missing/1/").text
    assert 'class="rail"' in html
    assert "<form" not in html  # none that would need a token


def test_who_is_signed_out_gets_the_outer_frame(client, db):
    response = client.get("/nowhere/")
    assert (response.status_code, 'class="rail"' in response.text) == (404, False)


def test_a_fragment_gets_a_part_and_a_program_gets_json(inside):
    part = inside.get("/missing/1/", headers={"HX-Request": "true"})
    assert (part.status_code, "<html" in part.text, "We cannot show you this page" in part.text) == (404, False, True)
    answer = inside.get("/locked/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (503, "The portal cannot save or read just now")


def test_a_form_without_its_token_is_refused_calmly(rae):
    client = signed_in(rae, enforce_csrf_checks=True)
    response = client.post("/plain/")
    assert (response.status_code, errors.FORM_TOO_OLD.next in response.text) == (403, True)
    assert not re.search("CSRF|cookie not set|Referer", response.text)


def test_an_unknown_host_is_400_without_a_database(settings):
    assert Client(headers={"host": "elsewhere.example.org"}).get("/public/").status_code == 400


def test_a_forbidden_page_says_whom_to_ask(inside):
    response = inside.get("/forbidden/")
    assert (response.status_code, "ask your clinical director" in response.text) == (403, True)


def test_too_many_requests_is_a_page_of_its_own(rf, db):
    from web import views

    request = rf.get("/")
    request.user = make_person()
    assert views.too_many_requests(request).status_code == 429
