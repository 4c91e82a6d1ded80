from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from staff.choices import Role
from staff.models import Invitation, User

from .factories import PASSWORD, events, make_user, sign_in

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_inviting_a_new_name_makes_an_account_nobody_can_sign_in_to_yet():
    run("invite_user", "Rae", "--role", "clinician")
    user = User.objects.get()
    assert (user.username, user.roles, user.is_superuser) == ("rae", [Role.CLINICIAN], False)
    assert not user.has_usable_password()
    assert [event.actor_name for event in events("invited")] == ["system"]


def test_the_link_is_printed_and_only_its_hash_is_stored(client):
    link = run("invite_user", "rae")
    token = link.strip("/").split("/")[-1]
    assert link == f"http://localhost:8000/account/invitation/{token}/"
    assert token not in Invitation.objects.get().token_hash
    assert client.get(link).status_code == 200


def test_inviting_an_existing_name_makes_a_new_link_and_ends_the_old_one(client):
    make_user("rae", Role.CLINICIAN)
    first, second = run("invite_user", "rae"), run("invite_user", "rae")
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert User.objects.get().roles == [Role.CLINICIAN]


def test_an_unknown_role_is_refused_with_the_list():
    with pytest.raises(CommandError, match=r"no role “boss”.*director, clinician, intern"):
        run("invite_user", "rae", "--role", "boss")
    assert not User.objects.exists()


def test_a_name_that_cannot_be_typed_at_sign_in_is_refused():
    with pytest.raises(CommandError, match="cannot be a user name"):
        run("invite_user", "rae lindqvist!")
    assert not User.objects.exists()


def test_a_superuser_is_made_by_the_command():
    run("invite_user", "admin", "--superuser")
    assert User.objects.get().is_superuser
    make_user("rae")
    run("invite_user", "rae", "--superuser")
    assert User.objects.get(username="rae").is_superuser
    assert len(events("superuser_made")) == 1


def test_a_deactivated_person_gets_no_link():
    make_user("rae", is_active=False)
    with pytest.raises(CommandError, match="Activate it before"):
        run("invite_user", "rae", "--role", "director")
    assert User.objects.get().roles == [Role.CLINICIAN]


def test_deactivating_ends_open_sessions_at_once_and_activating_does_not_revive_them(client):
    user = make_user("rae", password=PASSWORD)
    sign_in(client, user)
    assert client.get("/account/").status_code == 200
    run("deactivate_user", "rae")
    assert client.get("/account/").status_code == 302
    run("activate_user", "rae")
    assert client.get("/account/").status_code == 302
    assert [event.content["sessions_ended"] for event in events("deactivated")] == [1]
    assert len(events("activated")) == 1


@pytest.mark.parametrize("command", ["deactivate_user", "activate_user"])
def test_an_unknown_name_is_said(command):
    with pytest.raises(CommandError, match="Nobody here"):
        run(command, "nobody")


def test_deactivating_twice_is_recorded_once():
    make_user("rae")
    run("deactivate_user", "rae")
    run("deactivate_user", "rae")
    assert len(events("deactivated")) == 1
