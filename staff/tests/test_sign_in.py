import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from staff import actions
from staff.choices import Role

from .factories import PASSWORD, code_of, events, make_app, make_recovery_codes, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rae():
    return make_user("rae", password=PASSWORD)


def test_name_and_password_sign_in_and_leave_one_event(client, rae):
    answer = sign_in(client, rae)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(rae.pk)
    assert [(event.actor_id, event.content["steps"]) for event in events("signed_in")] == [(rae.pk, ["password"])]


def test_capitals_in_the_name_do_not_matter(client, rae):
    assert client.post("/account/login/", {"login": " Rae ", "password": PASSWORD}).status_code == 302


def test_sign_in_leads_where_the_person_was_going_but_never_off_the_portal(client, rae):
    going = client.get("/account/sessions/")
    assert going["Location"] == "/account/login/?next=/account/sessions/"
    form = {"login": "rae", "password": PASSWORD}
    assert client.post("/account/login/", form | {"next": "/account/sessions/"})["Location"] == "/account/sessions/"
    other = Client().post("/account/login/", form | {"next": "https://elsewhere.example/"})
    assert other["Location"] == "/"


def test_the_session_key_changes_at_sign_in(client, rae):
    client.get("/account/login/?next=/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["session"] = session.session_key
    sign_in(client, rae)
    assert client.session.session_key != session.session_key


def test_unknown_name_wrong_password_and_deactivated_account_are_answered_alike(rae):
    make_user("kim", password=PASSWORD, is_active=False)
    make_user("omar")
    answers = [
        Client().post("/account/login/", {"login": login, "password": password})
        for login, password in [
            ("nobody", PASSWORD),
            ("rae", "wrong-wrong-wrong"),
            ("kim", PASSWORD),
            ("omar", PASSWORD),
        ]
    ]
    assert [answer.status_code for answer in answers] == [422] * 4
    pages = {seen(answer) for answer in answers}
    assert len(pages) == 1
    assert "The user name and the password do not match" in pages.pop()


def seen(answer):
    """The page less what the person typed and the token."""
    text = answer.content.decode().split("<main")[1]
    typed = [f'value="{name}"' for name in ("nobody", "rae", "kim", "omar")]
    for part in typed:
        text = text.replace(part, "")
    lines = text.splitlines()
    return "\n".join(line.split("csrfmiddlewaretoken")[0] for line in lines)


def test_a_failure_names_a_known_person_and_never_an_unknown_name(client, rae):
    client.post("/account/login/", {"login": "rae", "password": "wrong-wrong-wrong"})
    client.post("/account/login/", {"login": "my-secret-password-typed-here", "password": "x"})
    known, unknown = events("sign_in_failed")
    assert (known.object_id, known.actor_id, known.outcome) == (rae.pk, None, "refused")
    assert (unknown.object_id, unknown.actor_id) == (None, None)
    assert "secret" not in str(unknown.content)


def test_signing_out_needs_a_post_and_is_recorded(client, rae):
    sign_in(client, rae)
    key = client.session.session_key
    assert client.get("/account/logout/").status_code == 405
    assert client.get("/account/").status_code == 200
    assert client.post("/account/logout/").status_code == 302
    assert client.get("/account/").status_code == 302
    assert [event.actor_id for event in events("signed_out")] == [rae.pk]
    assert not Session.objects.filter(session_key=key).exists()


@pytest.mark.parametrize(
    "path",
    [
        "signup/", "password/reset/", "password/reset/done/", "password/set/", "email/", "confirm-email/", "inactive/",
        "login/code/", "2fa/trust/", "2fa/webauthn/signup/", "signup/passkey/", "phone/verify/", "no-such-page/",
    ],
)  # fmt: skip
def test_what_the_library_offers_beyond_our_list_does_not_exist(client, rae, path):
    assert client.get(f"/account/{path}").status_code == 404
    assert client.post(f"/account/{path}", {"email": "a@example.org"}).status_code == 404
    sign_in(client, rae)
    assert client.get(f"/account/{path}").status_code == 404


def test_a_deactivated_persons_open_session_is_dead_at_the_next_request(client, rae):
    sign_in(client, rae)
    actions.deactivate(user=rae, by=None)
    assert client.get("/account/")["Location"] == "/account/login/?next=/account/"


def test_the_app_is_asked_after_the_password(client, rae):
    secret = make_app(rae)
    answer = sign_in(client, rae)
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert client.get("/account/")["Location"].startswith("/account/login/")
    assert client.get("/account/2fa/authenticate/").status_code == 200
    assert client.post("/account/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert [event.content["steps"] for event in events("signed_in")] == [["password", "totp"]]


def test_a_code_works_once(client, rae):
    secret = make_app(rae)
    code = code_of(secret)
    sign_in(client, rae)
    client.post("/account/2fa/authenticate/", {"code": code})
    other = Client()
    sign_in(other, rae)
    assert other.post("/account/2fa/authenticate/", {"code": code}).status_code == 422


def test_five_wrong_codes_close_the_second_step_even_for_the_right_one(client, rae):
    secret = make_app(rae)
    sign_in(client, rae)
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert client.post("/account/2fa/authenticate/", {"code": wrong}).status_code == 422
    answer = client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.status_code == 422
    assert "Too many tries" in answer.content.decode()
    assert [event.object_id for event in events("second_factor_failed")] == [rae.pk] * 6


def test_a_recovery_code_signs_in_once_and_is_recorded(client, rae):
    make_app(rae)
    code = make_recovery_codes(rae)[0]
    sign_in(client, rae)
    assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert [event.actor_id for event in events("recovery_code_used")] == [rae.pk]
    other = Client()
    sign_in(other, rae)
    assert other.post("/account/2fa/authenticate/", {"code": code}).status_code == 422


def test_the_secret_of_the_app_is_encrypted_in_the_database(rae):
    secret = make_app(rae)
    assert secret not in str(Authenticator.objects.get().data)


def test_signing_out_everywhere_else_keeps_this_session(client, rae):
    other = Client()
    sign_in(client, rae)
    sign_in(other, rae)
    assert client.get("/account/sessions/").content.count(b'<th scope="row">') == 2
    assert client.post("/account/sessions/").status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


def test_changing_the_password_is_recorded_and_ends_the_other_sessions(client, rae):
    other = Client()
    sign_in(client, rae)
    sign_in(other, rae)
    new = "violin-harbor-eleven-moss"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/change/", form | {"oldpassword": "wrong"}).status_code == 422
    assert client.post("/account/password/change/", form).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert [event.actor_id for event in events("password_changed")] == [rae.pk]


def test_the_account_page_shows_roles_and_factors(client, rae):
    make_app(rae)
    client.force_login(rae)
    text = client.get("/account/").content.decode()
    assert Role.CLINICIAN.label in text
    assert "set up" in text


@pytest.mark.parametrize("path", ["", "sessions/", "password/change/", "2fa/", "2fa/webauthn/", "reauthenticate/"])
def test_account_pages_name_nobody_in_their_titles(client, rae, path):
    client.force_login(rae)
    title = client.get(f"/account/{path}").content.decode().split("<title>")[1].split("</title>")[0]
    assert "Rae" not in title
    assert title.endswith("· IOP Portal")


def test_who_has_no_password_yet_is_told_how_to_get_one(client, db):
    client.force_login(make_user("kim"))
    response = client.get(reverse("account_change_password"))
    assert response.status_code == 422
    assert "Ask a director for a one-time link" in response.text
