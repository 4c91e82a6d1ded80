import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection, models, transaction

from audit import guards
from audit.actions import record_read
from audit.models import Anchor, Event, EventPatient


@pytest.fixture
def event(db):
    return record_read(action="x", by=None, patients=[1, 2])


TRUNCATE_OR_DELETE = (
    "audit_event_not_truncated ON audit_event" if connection.vendor == "postgresql" else "audit_event_not_deleted"
)


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def refused(sql: str) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(caught.value)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET reason = 'other'",
        "UPDATE audit_event SET id = 99",
        "DELETE FROM audit_event",
        "UPDATE audit_eventpatient SET patient_id = 3",
        "DELETE FROM audit_eventpatient",
    ],
)
def test_the_database_refuses_to_change_the_trail(event, sql):
    assert "append-only" in refused(sql)


def test_the_orm_is_refused_as_well(event):
    event.reason = "other"
    for change in [event.save, lambda: Event.objects.update(reason="other"), EventPatient.objects.all().delete]:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    Anchor.objects.create(at=event.at, sequence=1, seal=event.seal)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Anchor.objects.update(sequence=2)


def test_rows_are_not_replaced_or_truncated(event):
    if connection.vendor == "postgresql":
        connection.check_constraints()
        assert "append-only" in refused("TRUNCATE audit_event CASCADE")
        assert "append-only" in refused("TRUNCATE audit_eventpatient")
        return
    columns = [f'"{field.column}"' for field in Event._meta.concrete_fields]
    for same_key, identity in [("id", '"id"'), ("sequence", '"id" + 1')]:
        values = ", ".join([identity, *columns[1:]])
        message = refused(f"INSERT OR REPLACE INTO audit_event ({', '.join(columns)}) SELECT {values} FROM audit_event")
        assert "append-only" in message, same_key


@pytest.mark.parametrize("columns", ["event_id, patient_id", "id, event_id, patient_id"])
def test_the_index_of_patients_is_not_replaced(event, columns):
    if connection.vendor == "sqlite":
        sql = f"INSERT OR REPLACE INTO audit_eventpatient ({columns}) SELECT {columns} FROM audit_eventpatient"
        assert "append-only" in refused(sql)


def test_a_session_that_calls_itself_a_replica_is_refused_as_well(event):
    if connection.vendor == "postgresql":
        run("SET LOCAL session_replication_role = replica")
        assert "append-only" in refused("DELETE FROM audit_eventpatient")


def test_a_table_of_the_same_name_in_another_schema_changes_nothing(db):
    if connection.vendor == "postgresql":
        run("CREATE SCHEMA another")
        run("CREATE TABLE another.audit_event (id bigint)")
        run(
            "CREATE TRIGGER audit_event_kept BEFORE DELETE ON another.audit_event"
            " FOR EACH ROW EXECUTE FUNCTION audit_event_kept()"
        )
        assert guards.problems() == []


def test_the_guards_stand_again_after_a_migration_that_rebuilds_the_table(own_database):
    record_read(action="x", by=None)
    field = models.CharField(max_length=9, default="new")
    field.set_attributes_from_name("later")
    with connection.schema_editor() as editor:
        editor.add_field(Event, field)
    call_command("migrate", verbosity=0)
    assert guards.problems() == []
    assert "append-only" in refused("UPDATE audit_event SET reason = 'other'")
    assert "append-only" in refused("DELETE FROM audit_event")


def test_a_guard_that_is_gone_is_named_and_put_back(db):
    name = "audit_event_kept" if connection.vendor == "postgresql" else "audit_event_not_updated"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (" ON audit_event" if connection.vendor == "postgresql" else ""))
    assert guards.problems() == [f"The guard {name} on audit_event is missing."]
    with pytest.raises(SystemCheckError, match=name):
        call_command("check", databases=["default"], fail_level="WARNING")
    guards.install()
    assert guards.problems() == []


def test_a_missing_guard_does_not_stop_the_migrate_that_puts_it_back(own_database):
    run(f"DROP TRIGGER {TRUNCATE_OR_DELETE}")
    call_command("migrate", verbosity=0, skip_checks=False)
    assert guards.problems() == []


def test_a_table_that_is_not_made_yet_misses_no_guard(own_database):
    with connection.schema_editor() as editor:
        editor.delete_model(Anchor)
    assert guards.problems() == []


def test_a_trigger_nobody_declared_is_named_and_taken_away(db):
    run(
        "CREATE TRIGGER stray BEFORE DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_kept()"
        if connection.vendor == "postgresql"
        else "CREATE TRIGGER stray BEFORE INSERT ON audit_event BEGIN SELECT RAISE(IGNORE); END"
    )
    assert guards.problems() == ["stray on audit_event is not declared."]
    guards.install()
    assert guards.problems() == []


def test_a_guard_that_was_weakened_is_named(db):
    if connection.vendor == "postgresql":
        weaken = [
            "CREATE OR REPLACE FUNCTION audit_event_kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "ALTER TABLE audit_event DISABLE TRIGGER audit_event_not_truncated",
        ]
        expected = ["audit_event_kept", "audit_event_not_truncated"]
    else:
        weaken = [
            "DROP TRIGGER audit_event_not_deleted",
            "CREATE TRIGGER audit_event_not_deleted BEFORE DELETE ON audit_event WHEN 0 BEGIN SELECT 1; END",
        ]
        expected = ["audit_event_not_deleted"]
    with connection.cursor() as cursor:
        for sql in weaken:
            cursor.execute(sql)
    assert guards.problems() == [f"The guard {name} on audit_event is not as declared." for name in expected]
