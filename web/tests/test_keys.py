import datetime as dt
import uuid
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from web import keys
from web.models import OneTimeKey
from web.refusals import AlreadyDone, Refusal

from .factories import make_person


def make_once(key, by, url="/patients/7/"):
    with keys.once(key, by=by) as used:
        make_person(f"made-{uuid.uuid4().hex[:6]}")
        used.url = url


def people():
    return type(make_person(f"counter-{uuid.uuid4().hex[:6]}")).objects.filter(username__startswith="made-").count()


def test_the_second_submit_leads_to_what_the_first_made(rae):
    key = uuid.uuid4()
    make_once(key, rae)
    with pytest.raises(AlreadyDone) as caught:
        make_once(key, rae, "/patients/8/")
    assert (caught.value.url, people()) == ("/patients/7/", 1)


def test_of_two_submits_at_once_one_creates(own_database):
    rae, key, barrier, outcomes = make_person(), uuid.uuid4(), Barrier(2), []

    def submit():
        barrier.wait()
        try:
            make_once(key, rae)
            outcomes.append("made")
        except AlreadyDone as done:
            outcomes.append(done.url)
        finally:
            connection.close()

    threads = [Thread(target=submit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(outcomes), people()) == (["/patients/7/", "made"], 1)


def test_a_key_whose_verb_was_refused_can_be_used_again(rae):
    key = uuid.uuid4()
    with pytest.raises(Refusal), keys.once(key, by=rae):
        raise Refusal("No.", code="no")
    make_once(key, rae)
    assert people() == 1


def test_a_key_belongs_to_who_used_it_first(rae):
    key = uuid.uuid4()
    make_once(key, rae)
    with pytest.raises(Refusal, match="belongs to somebody else"):
        make_once(key, make_person("ines"))
    assert people() == 1


def test_a_key_is_never_settled_with_nowhere(rae):
    with pytest.raises(ValueError, match="address of what it made"), keys.once(uuid.uuid4(), by=rae):
        pass
    assert OneTimeKey.objects.count() == 0


def test_an_issued_key_names_its_person_and_gets_old(rae):
    issued = keys.issue(to=rae)
    assert keys.read(issued)[1] == rae.pk
    with time_machine.travel(timezone.now() + keys.GOOD_FOR + dt.timedelta(minutes=1)), pytest.raises(keys.BadKey):
        keys.read(issued)


@pytest.mark.parametrize("text", ["", "x", "414fda98-1023-4bbd-899a-30d982c4794d", "a:b:c"])
def test_what_was_not_issued_is_no_key(text):
    with pytest.raises(keys.BadKey):
        keys.read(text)


def test_keys_are_forgotten_only_when_their_pages_are_no_longer_good(rae):
    now = timezone.now()
    for days in (1, 8, 13, 15):
        OneTimeKey.objects.create(key=uuid.uuid4(), user_id=rae.pk, url="/x/", used_at=now - dt.timedelta(days=days))
    assert keys.forget_old(at=now) == 1
    assert OneTimeKey.objects.count() == 3
