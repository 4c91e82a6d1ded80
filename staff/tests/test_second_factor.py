import pytest
from allauth.mfa.models import Authenticator
from django.urls import get_resolver

from staff.choices import Role
from staff.middleware import FACTOR_PAGES

from .factories import PASSWORD, code_of, events, make_app, make_recovery_codes, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rae():
    return make_user("rae", password=PASSWORD)


@pytest.fixture
def required(settings):
    settings.PORTAL_REQUIRE_MFA = True


@pytest.mark.parametrize(
    "path", ["/account/", "/account/sessions/", "/account/password/change/", "/admin/", "/admin/staff/user/"]
)
def test_without_a_second_factor_every_page_leads_to_its_set_up(client, required, path):
    client.force_login(make_user("dana", Role.DIRECTOR))
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")
    assert "Set up a second factor first" in client.get("/account/2fa/").content.decode()


def test_a_post_is_refused_too_and_changes_nothing(client, rae, required):
    sign_in(client, rae)
    new = "violin-harbor-eleven-moss"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    rae.refresh_from_db()
    assert rae.check_password(PASSWORD)


def test_a_part_of_a_page_is_led_there_as_a_whole(client, rae, required):
    client.force_login(rae)
    answer = client.get("/account/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/account/2fa/"
    assert b"Rae" not in answer.content


def test_the_pages_that_set_one_up_and_sign_out_stay_open(client, rae, required):
    sign_in(client, rae)
    assert client.get("/account/2fa/").status_code == 200
    assert client.get("/account/2fa/totp/activate/")["Location"].startswith("/account/reauthenticate/")
    assert client.post("/account/logout/").status_code == 302


def test_setting_up_the_app_opens_the_portal(client, rae, required):
    sign_in(client, rae)
    assert add_app(client).status_code == 302
    assert client.get("/account/").status_code == 200
    assert [event.content["factor"] for event in events("second_factor_added")] == ["app"]
    assert len(events("recovery_codes_made")) == 1


def add_app(client):
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/2fa/totp/activate/"})
    client.get("/account/2fa/totp/activate/")
    return client.post("/account/2fa/totp/activate/", {"code": code_of(client.session["mfa.totp.secret"])})


def test_a_wrong_first_code_sets_nothing_up(client, rae):
    sign_in(client, rae)
    client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/account/2fa/totp/activate/"})
    client.get("/account/2fa/totp/activate/")
    assert client.post("/account/2fa/totp/activate/", {"code": "000000"}).status_code == 422
    assert not Authenticator.objects.exists()


def test_recovery_codes_alone_are_no_second_factor(client, rae, required):
    make_recovery_codes(rae)
    client.force_login(rae)
    assert client.get("/account/")["Location"] == "/account/2fa/"


def test_a_person_with_an_app_is_let_in(client, rae, required):
    make_app(rae)
    client.force_login(rae)
    assert client.get("/account/").status_code == 200


def test_nothing_is_asked_where_it_is_not_required(client, rae, settings):
    settings.PORTAL_REQUIRE_MFA = False
    client.force_login(rae)
    assert client.get("/account/").status_code == 200


def test_removing_the_app_is_recorded_and_closes_the_portal_again(client, rae, required):
    sign_in(client, rae)
    add_app(client)
    assert client.post("/account/2fa/totp/deactivate/").status_code == 302
    assert [event.content["factor"] for event in events("second_factor_removed")] == ["app"]
    assert client.get("/account/")["Location"] == "/account/2fa/"


def test_removing_a_factor_asks_for_the_password_first(client, rae):
    make_app(rae)
    client.force_login(rae)
    assert client.post("/account/2fa/totp/deactivate/")["Location"].startswith("/account/reauthenticate/")
    assert Authenticator.objects.exists()


def test_new_recovery_codes_replace_the_old_ones_and_are_recorded(client, rae):
    make_app(rae)
    old = make_recovery_codes(rae)
    client.force_login(rae)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.post("/account/2fa/recovery-codes/generate/").status_code == 302
    page = client.get("/account/2fa/recovery-codes/").content.decode()
    assert [code for code in old if code in page] == []
    assert page.count("<code>") == 10
    assert len(events("recovery_codes_made")) == 1


def test_recovery_codes_download_as_text(client, rae):
    make_app(rae)
    codes = make_recovery_codes(rae)
    client.force_login(rae)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.get("/account/2fa/recovery-codes/download/").content.decode().split() == codes


def test_another_persons_passkey_does_not_exist(client, rae):
    kim = make_user("kim")
    key = Authenticator.objects.create(user=kim, type="webauthn", data={"name": "laptop", "credential": {}})
    sign_in(client, rae)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.post(f"/account/2fa/webauthn/keys/{key.pk}/remove/").status_code == 404
    assert client.post(f"/account/2fa/webauthn/keys/{key.pk}/edit/", {"name": "mine"}).status_code == 404
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize(
    "credential", ['{"id": "x"}', "[1]", "7", '"text"', "not json", "", '{"id":"AA","rawId":"AA"}']
)
def test_a_forged_passkey_does_not_sign_in(client, rae, credential):
    client.get("/account/2fa/webauthn/login/", headers={"Accept": "application/json"})
    answer = client.post("/account/2fa/webauthn/login/", {"credential": credential})
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    assert "_auth_user_id" not in client.session
    assert [event.content["factor"] for event in events("sign_in_failed")] == ["passkey"]


def test_every_set_up_page_is_a_route(client):
    assert set(get_resolver("staff.urls").reverse_dict) >= FACTOR_PAGES
