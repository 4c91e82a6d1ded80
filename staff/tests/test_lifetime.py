import datetime as dt

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from web.models import ServerDraft

from .factories import PASSWORD, code_of, events, make_app, make_user, sign_in

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 23, 14, 0, tzinfo=dt.UTC)
TYPED = {"note": "She said the evenings are hardest.\nWe planned two calls.", "minutes": "45", "tags": ["a", "b"]}
FORM = "/sessions/7/notes/?tab=shared"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def rae():
    return make_user("rae", password=PASSWORD)


@pytest.fixture
def desk(client, rae, clock, settings):
    """Rae, signed in at START, at a portal that has a page with a form."""
    settings.ROOT_URLCONF = "staff.tests.urls"
    sign_in(client, rae)
    return client


def later(clock, **delta):
    clock.shift(dt.timedelta(**delta))


def unlock(client, **extra):
    return client.post("/account/unlock/", {"password": PASSWORD, **extra})


def test_a_session_in_use_stays_open(desk, clock):
    for _ in range(8):
        later(clock, minutes=14)
        assert desk.get("/account/").status_code == 200


def test_after_fifteen_idle_minutes_a_page_leads_to_the_unlock_page(desk, clock):
    later(clock, minutes=15)
    answer = desk.get("/account/sessions/?page=2")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/account/unlock/?next=%2Faccount%2Fsessions%2F%3Fpage%3D2",
    )
    assert [event.actor_name for event in events("session_locked")] == ["Rae Lindqvist"]


def test_the_lock_never_comes_late_and_at_most_a_minute_early(desk, clock):
    later(clock, seconds=59)
    desk.get("/account/")
    later(clock, minutes=14)
    assert desk.get("/account/").status_code == 200
    later(clock, seconds=59)
    desk.get("/account/")
    later(clock, minutes=15)
    assert desk.get("/account/").status_code == 302


def test_last_seen_is_written_at_most_once_a_minute(desk, clock):
    def writes():
        with CaptureQueriesContext(connection) as captured:
            desk.get("/account/sessions/")
        return [query["sql"] for query in captured if query["sql"].startswith("UPDATE") and "session" in query["sql"]]

    later(clock, seconds=30)
    assert writes() == []
    later(clock, seconds=31)
    assert len(writes()) == 1


def test_a_part_that_refreshes_itself_keeps_nothing_open(desk, clock):
    for _ in range(15):
        later(clock, minutes=1)
        desk.get("/account/", headers={"HX-Request": "true"})
    assert desk.get("/account/").status_code == 302


def test_typing_keeps_the_session_open(desk, clock):
    for _ in range(20):
        later(clock, minutes=1)
        assert desk.post("/account/alive/").status_code == 204
    assert desk.get("/account/").status_code == 200


def test_a_locked_session_reveals_nothing_of_any_page(desk, clock):
    later(clock, minutes=16)
    for path in ["/account/", "/admin/", "/no-such-page/", "/", "/account/login/", "/account/kept/1/"]:
        answer = desk.get(path)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/account/unlock/")
        assert answer.content == b""
    part = desk.get("/account/", headers={"HX-Request": "true"})
    assert part.status_code == 401
    assert b"Rae" not in part.content
    assert desk.post("/no-such-page/", {"a": "b"}).status_code == 404
    assert desk.post("/account/alive/").status_code == 401
    assert [
        name for name in ("Account", "Sign out everywhere") if name in desk.get("/account/unlock/").content.decode()
    ] == []


def test_the_password_opens_the_same_session_where_the_person_was(desk, clock):
    before = desk.session.session_key
    later(clock, hours=3)
    desk.get("/account/sessions/")
    answer = unlock(desk, next="/account/sessions/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/sessions/")
    assert desk.get("/account/sessions/").status_code == 200
    assert desk.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert [event.content["how"] for event in events("session_unlocked")] == ["password"]


def test_unlocking_asks_for_no_second_factor(client, rae, clock, settings):
    settings.PORTAL_REQUIRE_MFA = True
    secret = make_app(rae)
    sign_in(client, rae)
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    later(clock, hours=1)
    assert client.get("/account/").status_code == 302
    assert unlock(client).status_code == 302
    assert client.get("/account/").status_code == 200


def test_an_unlocked_session_still_stands_in_the_list_and_can_be_ended(desk, rae, clock):
    later(clock, hours=1)
    desk.get("/account/")
    unlock(desk)
    other = Client()
    sign_in(other, rae)
    assert other.get("/account/sessions/").content.count(b'<th scope="row">') == 2
    other.post("/account/sessions/")
    assert desk.get("/account/").status_code == 302


def test_a_wrong_password_leaves_it_locked(desk, clock):
    later(clock, hours=1)
    assert desk.post("/account/unlock/", {"password": "wrong-wrong-wrong"}).status_code == 422
    assert desk.get("/account/").status_code == 302


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_unlocking_never_leads_off_the_portal(desk, clock, target):
    later(clock, hours=1)
    assert unlock(desk, next=target)["Location"] == "/"


def test_another_persons_password_does_not_open_it(desk, clock):
    make_user("kim", password="violin-harbor-eleven-moss")
    later(clock, hours=1)
    assert desk.post("/account/unlock/", {"password": "violin-harbor-eleven-moss"}).status_code == 422


def test_what_was_sent_too_late_comes_back_after_unlocking_and_is_sent_with_one_press(desk, rae, clock):
    later(clock, minutes=20)
    answer = desk.post(FORM, TYPED | {"csrfmiddlewaretoken": "x", "old_password": "secret-secret"})
    assert answer["Location"].startswith("/account/unlock/")
    draft = ServerDraft.objects.get()
    assert draft.fields == {"note": [TYPED["note"]], "minutes": ["45"], "tags": ["a", "b"]}
    kept = unlock(desk)["Location"]
    assert kept == f"/account/kept/{draft.pk}/"
    page = desk.get(kept).content.decode()
    assert f'action="{FORM}"' in page
    assert "She said the evenings are hardest." in page
    assert page.count("btn-primary") == 1
    sent = desk.post(FORM, TYPED | {"kept_draft": draft.pk})
    assert sent.status_code == 302
    assert not ServerDraft.objects.exists()


def test_kept_text_stays_when_its_page_refuses_it(desk, clock):
    later(clock, minutes=20)
    desk.post(FORM, {"minutes": "45", "note": "x"})
    unlock(desk)
    assert desk.post(FORM, {"note": "", "kept_draft": ServerDraft.objects.get().pk}).status_code == 422
    assert ServerDraft.objects.count() == 1


def test_kept_text_is_encrypted_and_its_own_persons_alone(desk, rae, clock):
    later(clock, minutes=20)
    desk.post(FORM, TYPED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM web_serverdraft")
        assert "evenings" not in cursor.fetchone()[0]
    kim = make_user("kim", password=PASSWORD)
    other = Client()
    sign_in(other, kim)
    draft = ServerDraft.objects.get()
    assert other.get(f"/account/kept/{draft.pk}/").status_code == 404
    assert other.post(f"/account/kept/{draft.pk}/discard/").status_code == 404
    other.post(FORM, TYPED | {"kept_draft": draft.pk})
    assert ServerDraft.objects.count() == 1


def test_kept_text_can_be_discarded_but_not_by_get(desk, clock):
    later(clock, minutes=20)
    desk.post(FORM, TYPED)
    address = unlock(desk)["Location"]
    assert desk.get(f"{address}discard/").status_code == 405
    assert desk.post(f"{address}discard/").status_code == 302
    assert desk.get(address).status_code == 404


def test_a_locked_post_without_the_token_keeps_nothing(rae, clock, settings):
    settings.ROOT_URLCONF = "staff.tests.urls"
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rae)
    strict.get("/account/")
    later(clock, minutes=20)
    assert strict.post(FORM, TYPED).status_code == 403
    assert not ServerDraft.objects.exists()


def test_passwords_typed_too_late_are_not_kept(desk, clock):
    later(clock, minutes=20)
    desk.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": "new", "password2": "new"})
    desk.post("/account/2fa/totp/activate/", {"code": "123456"})
    assert not ServerDraft.objects.exists()


def test_the_page_locks_itself_and_keeps_what_stands_in_its_form(desk, clock):
    answer = desk.post("/account/lock/", TYPED | {"lock_address": FORM})
    assert answer.status_code == 204
    assert ServerDraft.objects.get().address == FORM
    assert desk.get("/account/").status_code == 302
    assert unlock(desk)["Location"].startswith("/account/kept/")
    assert len(events("session_locked")) == 1


def test_kept_text_is_never_meant_for_another_site(desk, clock):
    desk.post("/account/lock/", TYPED | {"lock_address": "https://elsewhere.example/steal"})
    assert ServerDraft.objects.get().address == "/"


def test_twelve_hours_after_sign_in_the_person_is_signed_out(desk, clock):
    for _ in range(60):
        later(clock, minutes=12)
        answer = desk.get("/account/sessions/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=%2Faccount%2Fsessions%2F")
    assert "a session ends twelve hours after sign-in" in desk.get("/account/login/").content.decode()
    assert "_auth_user_id" not in desk.session
    assert len(events("session_ended")) == 1


def test_unlocking_does_not_move_the_absolute_end(desk, clock):
    later(clock, hours=11, minutes=55)
    desk.get("/account/")
    unlock(desk)
    later(clock, minutes=6)
    assert desk.get("/account/")["Location"].startswith("/account/login/")


def test_a_locked_session_cannot_be_unlocked_after_its_end(desk, clock):
    later(clock, hours=12)
    assert unlock(desk)["Location"].startswith("/account/login/")
    assert desk.get("/account/").status_code == 302


def test_text_sent_after_the_end_is_offered_at_the_next_sign_in(desk, rae, clock):
    later(clock, hours=13)
    assert desk.post(FORM, TYPED)["Location"].startswith("/account/login/")
    assert sign_in(desk, rae)["Location"] == f"/account/kept/{ServerDraft.objects.get().pk}/"


def test_from_the_unlock_page_one_can_sign_out(desk, rae, clock):
    later(clock, hours=1)
    desk.get("/account/")
    assert desk.post("/account/logout/", {"next": "/account/login/"})["Location"] == "/account/login/"
    assert desk.get("/account/")["Location"].startswith("/account/login/")
    assert [event.actor_id for event in events("signed_out")] == [rae.pk]


def test_signed_out_the_session_pages_do_nothing(client):
    assert client.get("/account/unlock/")["Location"] == "/"
    assert client.post("/account/lock/", TYPED).status_code == 401
    assert client.post("/account/alive/").status_code == 401
    assert client.get("/account/alive/").status_code == 405


def test_a_forged_passkey_does_not_unlock(desk, clock):
    later(clock, hours=1)
    options = desk.get("/account/unlock/", headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["userVerification"] == "required"
    assert desk.post("/account/unlock/", {"credential": '{"id": "x"}'}).status_code == 422
    assert desk.get("/account/").status_code == 302
