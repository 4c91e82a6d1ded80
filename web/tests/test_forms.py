import re

import pytest
from django.contrib.auth import get_user_model

from audit.models import Event
from web import keys

from .conftest import signed_in
from .factories import make_person

GOOD = {"last_name": "Hart", "kind": "a", "version": "1"}


def key_in(html):
    return re.search(r'name="key" value="([^"]+)"', html)[1]


def test_a_valid_form_is_saved_and_leads_on(inside, rae):
    assert inside.post("/rename/", GOOD).status_code == 302
    rae.refresh_from_db()
    assert rae.last_name == "Hart"


def test_label_hint_error_and_field_stand_in_that_order_and_know_each_other(inside):
    response = inside.post("/rename/", GOOD | {"last_name": "x" * 30})
    assert response.status_code == 422
    part = re.search(r'<div id="div_id_last_name".*?<input[^>]*>', response.text, re.DOTALL)[0]
    places = [part.index(words) for words in ("<label", "As on the license.", "at most 20 characters", "<input")]
    assert places == sorted(places)
    assert 'class="field field-bad"' in part
    assert 'aria-describedby="id_last_name_helptext id_last_name_error"' in part
    assert 'aria-invalid="true"' in part
    assert f'value="{"x" * 30}"' in part
    for name in ("id_last_name_helptext", "id_last_name_error"):
        assert part.count(f'id="{name}"') == 1


def test_the_summary_at_the_top_links_to_each_field(inside):
    html = inside.post("/rename/", {"last_name": "", "version": "1"}).text
    assert "2 things to put right" in html
    linked = re.findall(r'<li><a href="#(\w+)">', html)
    assert linked == ["id_last_name", "id_kind"]
    assert all(f'id="{name}"' in html for name in linked)


def test_what_may_stay_empty_says_so(inside):
    html = inside.get("/rename/").text
    assert re.findall(r"(\w+) <span class=\"faint\">\(optional\)", html) == ["Reason"]
    assert "asteriskField" not in html


def test_radios_are_a_group_with_a_legend(inside):
    html = inside.get("/rename/").text
    assert re.search(r'<fieldset id="id_kind" tabindex="-1">\s*<legend class="form-label">\s*Kind', html)
    assert html.count('type="radio" class="form-check-input"') == 2


def test_a_refusal_stands_at_its_field_with_what_was_typed_and_in_the_trail(inside, rae):
    response = inside.post("/rename/", GOOD | {"last_name": "Nobody"})
    assert response.status_code == 422
    assert response.context["form"].errors == {"last_name": ["Nobody is called that. Choose another name."]}
    assert 'value="Nobody"' in response.text
    event = Event.objects.get()
    assert (event.action, event.outcome, event.actor_id, event.content["rule"]) == ("refused", "refused", rae.pk, "R-1")


def test_a_refusal_of_no_field_stands_at_the_top(inside):
    response = inside.post("/rename/", GOOD | {"last_name": "Everybody"})
    assert response.context["form"].non_field_errors() == ["There are too many of them."]


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_damaged_version_is_none(inside, version, rae):
    response = inside.post("/rename/", GOOD | {"last_name": "Nobody", "version": version})
    assert response.context["form"].cleaned_data["version"] is None


def test_each_opened_page_has_a_key_of_its_own(inside):
    assert key_in(inside.get("/make/").text) != key_in(inside.get("/make/").text)


def test_a_form_sent_twice_makes_one_thing(inside):
    sent = {"key": key_in(inside.get("/make/").text), "username": "theo"}
    first, second = inside.post("/make/", sent), inside.post("/make/", sent | {"username": "theo-2"})
    assert (first.status_code, second.status_code) == (302, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert get_user_model().objects.filter(username__startswith="theo").count() == 1


@pytest.mark.parametrize("key", ["", "forged", "5c1d7d9e-6f7c-4e51-9a39-0d6ab3a5d7c1"])
def test_a_form_without_a_good_key_makes_nothing_and_gets_a_fresh_one(inside, key):
    response = inside.post("/make/", {"key": key, "username": "theo"})
    assert response.status_code == 422
    lost = "This page has lost its key. Check what you typed and send it again."
    assert response.context["form"].non_field_errors() == [lost]  # and not at a field that nobody sees
    again = inside.post("/make/", {"key": key_in(response.text), "username": "theo"})
    assert again.status_code == 302


def test_the_key_of_another_person_makes_nothing(inside):
    stolen = keys.issue(to=make_person("ines"))
    response = inside.post("/make/", {"key": stolen, "username": "theo"})
    assert (response.status_code, "belongs to somebody else" in response.text) == (422, True)
    assert get_user_model().objects.filter(username="theo").count() == 0
    assert key_in(response.text) != stolen


def test_a_good_key_stays_when_the_form_must_be_sent_again(inside):
    key = key_in(inside.get("/make/").text)
    assert key_in(inside.post("/make/", {"key": key, "username": ""}).text) == key


def test_a_signed_out_form_gets_nobodys_key(db):
    from django.contrib.auth.models import AnonymousUser

    assert keys.read(keys.issue(to=AnonymousUser()))[1] == 0
    assert signed_in(make_person("kim")).get("/make/").status_code == 200
