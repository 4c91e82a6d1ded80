import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from staff import actions
from staff.models import Invitation, User
from web.refusals import Refusal

from .factories import PASSWORD, events, make_user, sign_in

NEW = {"password1": "violin-harbor-eleven-moss", "password2": "violin-harbor-eleven-moss"}


def link(user, **fields):
    return reverse("invitation", args=[actions.invite(user=user, by=None, **fields)])


@pytest.mark.django_db
def test_opening_the_link_changes_nothing_and_sending_it_sets_the_password(client):
    user = make_user("rae")
    address = link(user)
    assert client.get(address).status_code == 200
    assert client.get(address).status_code == 200
    answer = client.post(address, NEW)
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    assert "_auth_user_id" not in client.session
    assert sign_in(client, user, NEW["password1"]).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert [event.actor_id for event in events("invitation_used")] == [user.pk]


@pytest.mark.django_db
def test_a_used_an_ended_and_a_forged_link_look_alike(client):
    user = make_user("rae")
    used, forged = link(user), reverse("invitation", args=["x" * 43])
    client.post(used, NEW)
    ended = link(user, at=timezone.now() - dt.timedelta(hours=73))
    answers = [client.get(address) for address in (used, ended, forged)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert len({strip(answer) for answer in answers}) == 1
    assert [client.post(address, NEW).status_code for address in (used, ended, forged)] == [404, 404, 404]


def strip(answer):
    return answer.content.split(b"<main")[1]


@pytest.mark.django_db
def test_the_link_of_a_deactivated_person_opens_nothing(client):
    user = make_user("rae")
    address = link(user)
    User.objects.update(is_active=False)
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_the_name_is_asked_where_it_is_missing(client):
    user = actions.add_user(username="new", by=None)
    address = link(user)
    assert client.post(address, NEW).status_code == 422
    assert client.post(address, NEW | {"first_name": "Nia", "last_name": "Berg"}).status_code == 302
    user.refresh_from_db()
    assert user.get_full_name() == "Nia Berg"


@pytest.mark.django_db
def test_a_name_that_is_known_is_not_asked_and_cannot_be_forged(client):
    user = make_user("rae")
    client.post(link(user), NEW | {"first_name": "Someone"})
    user.refresh_from_db()
    assert user.first_name == "Rae"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("password1", "password2", "said"),
    [
        ("too-short", "too-short", "at least 15 characters"),
        ("violin-harbor-eleven-moss", "violin-harbor-eleven-mess", "differ"),
        ("rae-violin-harbor-moss", "rae-violin-harbor-moss", "user name out"),
    ],
)
def test_a_weak_or_mistyped_password_is_refused_and_the_link_stays(client, password1, password2, said):
    address = link(make_user("rae"))
    answer = client.post(address, {"password1": password1, "password2": password2})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert client.get(address).status_code == 200


@pytest.mark.django_db
def test_a_new_password_by_link_ends_the_old_sessions(client):
    user = make_user("rae", password=PASSWORD)
    sign_in(client, user)
    actions.accept_invitation(token=actions.invite(user=user, by=None), password=NEW["password1"])
    assert client.get("/account/").status_code == 302


@pytest.mark.django_db
def test_only_one_link_is_open_for_each_person():
    user = make_user("rae")
    actions.invite(user=user, by=None)
    actions.invite(user=user, by=None)
    assert Invitation.objects.live(timezone.now()).count() == 1


def test_of_two_who_use_one_link_at_once_one_wins(own_database):
    token = actions.invite(user=make_user("rae"), by=None)

    def accept(number):
        try:
            actions.accept_invitation(token=token, password=f"violin-harbor-eleven-{number}")
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return number

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(accept, [1, 2]))
    winner = next(result for result in results if result != "gone")
    assert sorted(map(str, results)) == sorted([str(winner), "gone"])
    assert User.objects.get().check_password(f"violin-harbor-eleven-{winner}")
    assert len(events("invitation_used")) == 1
