import json
import logging

import pytest
from django.test import Client

from audit.models import Event

from .conftest import signed_in
from .factories import make_person

ADDRESSES = ["/plain/", "/set-up/", "/missing/1/", "/inner/table/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_signed_out_page_leads_to_the_sign_in_and_back(client, db, address):
    assert client.get(f"{address}?day=2026-11-23").headers["Location"] == (
        f"/account/login/?next={address}%3Fday%3D2026-11-23"
    )


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_a_signed_out_change_leads_to_the_sign_in_alone(client, db, method):
    assert getattr(client, method)("/plain/").headers["Location"] == "/account/login/"


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Accept": "application/json"}])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_signed_out_fragment_or_program_gets_401(client, db, headers, method):
    response = getattr(client, method)("/plain/", headers=headers)
    assert (response.status_code, "<html" in response.text) == (401, False)


def test_a_public_page_asks_the_database_nothing(client):
    assert client.get("/public/").status_code == 200


def test_a_page_without_a_mark_is_refused_even_to_a_superuser_and_logged(db, caplog):
    client = signed_in(make_person("admin", is_superuser=True))
    with caplog.at_level(logging.ERROR, "web.middleware"):
        assert client.get("/unmarked/").status_code == 403
    assert [record.getMessage() for record in caplog.records if record.name == "web.middleware"] == [
        "The view of route unmarked has no mark and is refused."
    ]


def test_a_page_opens_by_permission_and_the_try_without_it_is_kept(db):
    director, clinician = make_person("dana", "staff.use_admin"), make_person("rae")
    assert signed_in(director).get("/set-up/").status_code == 200
    assert signed_in(clinician).get("/set-up/").status_code == 403
    event = Event.objects.get()
    assert (event.actor_id, event.outcome, event.content) == (
        clinician.pk,
        "refused",
        {"code": "closed_door", "route": "set_up"},
    )


@pytest.mark.parametrize(
    ("method", "status"),
    [("head", 200), ("options", 204), ("put", 405), ("patch", 405), ("delete", 405), ("trace", 405)],
)
def test_only_get_head_and_post_reach_a_view(inside, method, status):
    response = getattr(inside, method)("/plain/")
    assert (response.status_code, response.content) == (status, b"")
    assert status == 200 or response.headers["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_every_answer_carries_a_number_of_its_own_and_is_kept_by_nobody(inside):
    first, second = inside.get("/plain/"), inside.get("/nowhere/")
    numbers = {response.headers["X-Request-Id"] for response in (first, second)}
    assert [len(number) for number in numbers] == [12, 12]
    for response in (first, second):
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "camera=()" in response.headers["Permissions-Policy"]
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_events_carry_the_number_and_the_client_of_their_request(inside, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    response = inside.get("/set-up/", headers={"X-Forwarded-For": "203.0.113.9"})
    event = Event.objects.get()
    assert (event.request_id, event.address) == (response.headers["X-Request-Id"], "203.0.113.9")


@pytest.mark.parametrize(("proxies", "status"), [([], 301), (["127.0.0.0/8"], 200)])
def test_only_a_trusted_proxy_says_that_the_request_was_secure(client, settings, proxies, status):
    settings.TRUSTED_PROXIES = proxies
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client.get("/public/", headers={"X-Forwarded-Proto": "https"}).status_code == status


def test_a_refusal_is_a_page_with_its_rule_and_its_next_step_and_an_event(inside, rae):
    response = inside.post("/refused/")
    assert response.status_code == 422
    for words in ["Put Nadia on the waiting list.", "R-26", '<a class="btn btn-plain" href="/plain/">Waiting list</a>']:
        assert words in response.text
    event = Event.objects.get()
    assert (event.actor_id, event.outcome, event.patient_id, event.content) == (
        rae.pk,
        "refused",
        41,
        {"code": "full", "rule": "R-26"},
    )
    assert "Nadia" not in f"{event.reason}{json.dumps(event.content)}"


def test_a_refusal_is_a_part_of_a_page_to_htmx(inside):
    response = inside.post("/refused/", headers={"HX-Request": "true"})
    assert (response.status_code, "<html" in response.text, "R-26" in response.text) == (422, False, True)


def test_a_refusal_stands_where_it_cannot_be_recorded(own_database, database_read_only):
    client = signed_in(make_person())
    client.get("/plain/")
    database_read_only()
    assert client.get("/refused/").status_code == 422
    assert Event.objects.count() == 0


def test_a_second_submit_leads_to_what_the_first_made(inside):
    response = inside.post("/done/")
    assert (response.status_code, response.headers["Location"]) == (303, "/plain/")


@pytest.mark.parametrize("address", ["/huge/", "/nul/"])
def test_impossible_input_is_400(inside, address):
    assert inside.get(address).status_code == 400


def test_a_nul_character_is_no_defect(inside):
    assert inside.post("/lookup/", {"name": "a\x00b"}).status_code in {200, 400}


def test_more_fields_or_bytes_than_the_portal_takes_are_413(inside, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 3, 1000
    assert inside.post("/lookup/", {str(n): n for n in range(9)}).status_code == 413
    assert (
        inside.post("/lookup/", "name=" + "x" * 2000, content_type="application/x-www-form-urlencoded").status_code
        == 413
    )


def test_a_locked_database_is_503_and_says_that_nothing_was_saved(inside):
    response = inside.post("/locked/")
    assert (response.status_code, "Nothing was saved." in response.text) == (503, True)


def test_a_read_only_database_is_503_for_what_writes_and_answers_what_reads(own_database, database_read_only):
    client = signed_in(make_person())
    client.get("/plain/")
    database_read_only()
    assert client.get("/count/").status_code == 200
    response = client.post("/rename/", {"last_name": "Hart", "kind": "a", "version": "1"})
    assert (response.status_code, "Nothing was saved." in response.text) == (503, True)


def test_a_session_that_cannot_be_saved_is_503_too(own_database, database_read_only):
    client = signed_in(make_person())
    database_read_only()
    assert client.get("/plain/").status_code == 503


def test_a_database_that_is_away_is_503_even_before_any_view(own_database, database_away):
    client = signed_in(make_person())
    database_away()
    response = client.get("/plain/")
    assert (response.status_code, "Nothing was saved." in response.text) == (503, True)
    assert Client().get("/healthz").status_code == 200
    assert Client().get("/public/").status_code == 200


def test_a_defect_is_500_with_the_number_to_tell(inside):
    response = inside.get("/defect/")
    assert (response.status_code, response.headers["X-Request-Id"] in response.text) == (500, True)
    assert "division" not in response.text
