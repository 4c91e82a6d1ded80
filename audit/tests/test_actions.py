import datetime as dt
import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction

from audit import chain
from audit.actions import Entry, record, record_many, record_read
from audit.context import entered
from audit.models import Event, EventPatient
from audit.verification import verify


@pytest.fixture
def rae(db):
    return get_user_model().objects.create_user("rae", first_name="Rae", last_name="Whitfield")


def test_an_event_says_who_did_what_to_whom_and_from_where(rae):
    at = dt.datetime(2026, 3, 8, 6, 59, 59, 123456, tzinfo=dt.UTC)
    with entered("r-1", "192.0.2.7"):
        event = record_read(action="chart.read", by=rae, about=rae, patients=[41], record_class="chart", at=at)
    event.refresh_from_db()
    assert (event.sequence, event.previous, event.at) == (1, chain.GENESIS, at)
    assert (event.actor_id, event.actor_name, event.action) == (rae.pk, "Rae Whitfield", "chart.read")
    assert (event.object_type, event.object_id, event.patient_id) == ("staff.user", rae.pk, 41)
    assert (event.record_class, event.outcome, event.request_id, event.address) == ("chart", "done", "r-1", "192.0.2.7")


def test_a_list_of_patients_is_one_event_that_each_of_them_finds(rae):
    record_read(action="list", by=rae, patients=[7, 3, 7])
    record_read(action="chart.read", by=rae, patients=[3])
    assert list(EventPatient.objects.order_by("pk").values_list("event__sequence", "patient_id")) == [
        (1, 3),
        (1, 7),
        (2, 3),
    ]
    assert [event.sequence for event in Event.objects.about_patient(3)] == [2, 1]
    assert [event.sequence for event in Event.objects.about_patient(7)] == [1]
    assert Event.objects.get(sequence=1).patient_id is None


def test_the_system_records_under_its_own_name(db):
    event = record_read(action="demo.loaded", by=None)
    assert (event.actor_id, event.actor_name) == (None, "system")


def test_an_event_outside_a_transaction_is_refused(own_database):
    with pytest.raises(RuntimeError, match="inside the transaction"):
        record(action="x", by=None)
    assert Event.objects.count() == 0


def test_a_verb_that_is_rolled_back_leaves_no_event_and_no_gap(rae):
    with transaction.atomic():
        assert record(action="lost", by=rae).sequence == 1
        transaction.set_rollback(True)
    assert record_read(action="kept", by=rae).sequence == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"at": dt.datetime(2026, 3, 8, 12, 0)}, ValueError),  # noqa: DTZ001  naive on purpose
        ({"content": {"minutes": 1.5}}, TypeError),
        ({"content": {"day": dt.date(2026, 3, 8)}}, TypeError),
        ({"content": {"x": float("nan")}}, TypeError),
        ({"content": {"rows": [{1: "a"}]}}, TypeError),
        ({"content": {"text": "a\0b"}}, ValueError),
        ({"content": {"a\0b": "text"}}, ValueError),
        ({"content": {"text": "\ud800"}}, ValueError),
        ({"reason": "a\0b"}, ValueError),
        ({"by": get_user_model()(username="unsaved")}, ValueError),
        ({"about": Group(name="deleted")}, ValueError),
    ],
)
def test_what_cannot_be_sealed_the_same_way_twice_is_refused(db, fields, error):
    with pytest.raises(error):
        record_read(**({"action": "x", "by": None} | fields))
    assert Event.objects.count() == 0


def test_any_plain_content_comes_back_and_is_verified(db):
    content = {"é": "\u2028 😀", "big": 10**40, "nested": {"b": [1, {"z": None, "a": True}], "a": ""}, "pair": (1, 2)}
    event = record_read(action="x", by=None, content=content, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    event.refresh_from_db()
    assert event.content == content | {"pair": [1, 2]}
    assert verify().problems == []


def test_a_look_is_not_recorded_inside_a_transaction_that_could_take_it_back(own_database):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        record_read(action="x", by=None)


@pytest.mark.parametrize("number", [1, 30])
def test_recording_takes_the_same_queries_for_one_and_for_thirty(rae, django_assert_num_queries, number):
    locks = 1 if connection.vendor == "postgresql" else 0
    with django_assert_num_queries(3 + locks):
        record_many([Entry(action="x", by=rae, patients=[1, 2]) for _ in range(number)])
    assert verify().problems == []


def test_recording_nothing_asks_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert record_many([]) == []


def test_fifty_writers_at_once_leave_one_unbroken_chain(own_database):
    def write(number):
        for _ in range(4):
            with transaction.atomic():
                record(action=f"writer-{number}", by=None, patients=[number])
        connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    report = verify()
    assert (report.checked, report.last[0], report.problems) == (200, 200, [])
