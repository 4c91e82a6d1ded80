import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from web import health


def test_the_process_is_alive_without_a_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_migrated_and_guarded_portal_is_ready(client, own_database):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "problems": []})


def test_waiting_migrations_make_the_portal_unready(client, own_database):
    MigrationRecorder(connection).record_unapplied("web", "0001_initial")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["problems"][0].endswith("migrations are waiting.")) == (503, True)


def test_a_missing_guard_makes_the_portal_unready(own_database):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_event_not_updated")
        else:
            cursor.execute("DROP TRIGGER audit_event_kept ON audit_event")
    assert health.problems() == ["1 database guards are not in place."]


def test_a_missing_throttle_table_makes_the_portal_unready(own_database):
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE web_throttle")
    assert health.problems() == ["The throttle table is missing."]


@pytest.mark.parametrize("address", ["/readyz"])
def test_a_database_that_is_away_makes_the_portal_unready_and_names_nothing(client, database_away, address):
    database_away()
    response = client.get(address)
    assert (response.status_code, response.json()["problems"]) == (503, ["The database does not answer."])
