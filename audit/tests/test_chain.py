import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from audit import chain
from audit.models import Event


def make_event(**fields) -> Event:
    given = {
        "sequence": 1, "at": dt.datetime(2026, 3, 8, 7, 0, tzinfo=dt.UTC), "actor_name": "Rae", "action": "x",
        "outcome": "done", "content": {}, "previous": chain.GENESIS,
    }  # fmt: skip
    return Event(**(given | fields))


def test_the_sealed_bytes_are_known():
    event = make_event(
        content={"b": "é", "a": [1, None, True]}, at=dt.datetime(2026, 3, 8, 3, 0, tzinfo=ZoneInfo("America/New_York"))
    )
    assert chain.canonical(event, [9, 2, 9]).decode() == (
        '{"action":"x","actor_id":null,"actor_name":"Rae","address":"","at":"2026-03-08T07:00:00.000000Z",'
        '"content":{"a":[1,null,true],"b":"é"},"object_id":null,"object_type":"","outcome":"done","patient_id":null,'
        '"patients":[2,9],"previous":"' + "0" * 64 + '","reason":"","record_class":"","request_id":"","sequence":1}'
    )


def test_every_field_is_sealed_but_the_seal_and_the_row_number():
    fields = {field.name for field in Event._meta.concrete_fields}
    assert {*chain.SEALED, "at"} == fields - {"seal", "id"}


@pytest.mark.parametrize("name", [*chain.SEALED, "at"])
def test_every_field_changes_the_seal(name):
    changed = {
        "sequence": 2, "actor_id": 5, "object_id": 5, "patient_id": 5, "content": {"a": 1}, "previous": "1" * 64,
        "at": dt.datetime(2026, 3, 8, 7, 0, 0, 1, tzinfo=dt.UTC),
    }.get(name, "other")  # fmt: skip
    assert chain.seal(make_event(**{name: changed}), []) != chain.seal(make_event(), [])


def test_the_patients_and_the_key_change_the_seal(settings):
    plain = chain.seal(make_event(), [1])
    assert chain.seal(make_event(), [1, 2]) != plain
    settings.AUDIT_KEY = "another-key-another-key-another-key"
    assert chain.seal(make_event(), [1]) != plain
