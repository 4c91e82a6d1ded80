import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client

from .factories import PASSWORD, events, make_user, sign_in

pytestmark = pytest.mark.django_db
WRONG = "wrong-wrong-wrong"


@pytest.fixture
def rae():
    return make_user("rae", password=PASSWORD)


def fail(client, times, login="rae", **extra):
    return [client.post("/account/login/", {"login": login, "password": WRONG}, **extra) for _ in range(times)]


def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(client, rae):
    assert [answer.status_code for answer in fail(client, 5)] == [422, 422, 422, 422, 429]
    answer = sign_in(client, rae)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "Wait 15 minutes" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_after_four_the_right_password_still_signs_in_and_the_count_starts_anew(client, rae):
    fail(client, 4)
    assert sign_in(client, rae).status_code == 302
    assert {answer.status_code for answer in fail(Client(), 4)} == {422}


def test_the_lock_ends_after_fifteen_minutes_though_tries_go_on(client, rae):
    start = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
    with time_machine.travel(start, tick=False) as now:
        fail(client, 5)
        now.move_to(start + dt.timedelta(minutes=14, seconds=59))
        assert sign_in(client, rae).status_code == 429
        now.move_to(start + dt.timedelta(minutes=15, seconds=1))
        assert sign_in(client, rae).status_code == 302


def test_capitals_and_browsers_do_not_earn_more_tries(rae):
    for login in ["rae", "Rae", "RAE", " rae", "rAe"]:
        fail(Client(headers={"User-Agent": login}), 1, login=login)
    assert sign_in(Client(), rae).status_code == 429


def test_a_colleague_and_another_address_are_not_locked(client, rae):
    kim = make_user("kim", password=PASSWORD)
    fail(client, 6)
    assert sign_in(Client(), kim).status_code == 302
    assert (
        Client(REMOTE_ADDR="10.1.2.3").post("/account/login/", {"login": "rae", "password": PASSWORD}).status_code
        == 302
    )


def test_a_name_nobody_has_is_locked_alike(rae):
    known, unknown = fail(Client(), 6, login="rae"), fail(Client(), 6, login="nobody")
    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown]
    assert known[-1].content.split(b"<main")[1] == unknown[-1].content.split(b"<main")[1]


def test_the_trail_keeps_each_failure_and_the_lock_once(client, rae):
    fail(client, 7)
    assert [event.content["locked_out"] for event in events("sign_in_failed")] == [False] * 5 + [True] * 2
    assert [(event.object_id, event.content["failures"]) for event in events("locked_out")] == [(rae.pk, 5)]


def test_wrong_passwords_at_the_unlock_page_count_and_lock_too(client, rae):
    sign_in(client, rae)
    client.post("/account/lock/")
    answers = [client.post("/account/unlock/", {"password": WRONG}).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    assert client.post("/account/unlock/", {"password": PASSWORD}).status_code == 429
    assert sign_in(Client(), rae).status_code == 429


def test_wrong_passwords_before_something_that_matters_count_too(client, rae):
    client.force_login(rae)
    answers = [client.post("/account/reauthenticate/", {"password": WRONG}).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]


def test_the_lock_out_table_holds_no_password(client, rae):
    fail(client, 2)
    row = AccessAttempt.objects.get()
    assert WRONG not in row.post_data
    assert row.failures_since_start == 2
