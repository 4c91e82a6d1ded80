import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import guards
from audit.actions import Entry, record_many
from audit.models import Event
from audit.verification import verify


@pytest.fixture
def trail(own_database):
    with transaction.atomic():
        record_many([Entry(action=f"event-{n}", by=None, patients=[n]) for n in range(1, 6)])


def behind_the_guards(sql: str) -> None:
    """What somebody with the database's password can do: take the guards away, change rows, put the guards back."""
    tables = ["audit_event", "audit_eventpatient", "audit_anchor"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for change in ("DISABLE", "ENABLE"):
                for table in tables:
                    cursor.execute(f"ALTER TABLE {table} {change} TRIGGER ALL")
                if change == "DISABLE":
                    cursor.execute(sql)
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute(sql)
            cursor.execute("PRAGMA foreign_keys = ON")
    guards.install()


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_an_untouched_trail_is_verified_and_counted(trail):
    assert (
        run("verify_audit")
        == "5 events checked, the last is number 5.\nThe chain is unbroken and the guards are in place.\n"
    )


def test_an_empty_trail_proves_nothing(own_database):
    assert "The trail is empty: nothing was proved." in run("verify_audit")


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("UPDATE audit_event SET reason = 'other' WHERE sequence = 3", "Event 3 was changed after it was sealed."),
        (
            "UPDATE audit_event SET content = '{\"a\": 1}' WHERE sequence = 3",
            "Event 3 was changed after it was sealed.",
        ),
        (
            "UPDATE audit_eventpatient SET patient_id = 99 WHERE patient_id = 3",
            "Event 3 was changed after it was sealed.",
        ),
        ("DELETE FROM audit_event WHERE sequence = 3", "Event 3 is missing: after 2 comes 4."),
    ],
)
def test_a_change_behind_the_guards_is_found(trail, sql, sentence):
    behind_the_guards(sql)
    assert verify().problems == [sentence]
    with pytest.raises(CommandError, match=sentence.split(":")[0]):
        run("verify_audit")


def test_an_end_that_was_cut_off_is_found_by_the_anchor_outside(trail, settings, tmp_path):
    settings.ANCHOR_PATH = str(tmp_path / "anchors.jsonl")
    run("anchor_audit")
    behind_the_guards("DELETE FROM audit_eventpatient WHERE patient_id > 3")
    behind_the_guards("DELETE FROM audit_event WHERE sequence > 3")
    behind_the_guards("DELETE FROM audit_anchor")
    assert verify().problems == ["The trail ends at 3, but 5 was anchored: the end was cut off."]
    settings.ANCHOR_PATH = ""
    assert verify().problems == []


def test_a_rewritten_event_does_not_match_its_anchor(trail, settings, tmp_path):
    settings.ANCHOR_PATH = str(tmp_path / "anchors.jsonl")
    run("anchor_audit")
    line = json.loads((tmp_path / "anchors.jsonl").read_text())
    (tmp_path / "anchors.jsonl").write_text(json.dumps(line | {"seal": "f" * 64}) + "\n")
    assert verify().problems == ["Event 5 is not the one that was anchored."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "The file at ANCHOR_PATH is gone, though anchors were written."),
        ('{"at": "2026', "Line 1 of the file at ANCHOR_PATH is not an anchor."),
        ('["5"]\n', "Line 1 of the file at ANCHOR_PATH is not an anchor."),
    ],
)
def test_an_anchor_file_that_is_gone_or_torn_is_named(trail, settings, tmp_path, text, sentence):
    settings.ANCHOR_PATH = str(tmp_path / "anchors.jsonl")
    run("anchor_audit")
    (tmp_path / "anchors.jsonl").unlink()
    if text:
        (tmp_path / "anchors.jsonl").write_text(text)
    assert verify().problems == [sentence]


def test_every_anchor_of_an_event_counts(trail, settings, tmp_path):
    settings.ANCHOR_PATH = str(tmp_path / "anchors.jsonl")
    run("anchor_audit")
    line = (tmp_path / "anchors.jsonl").read_text()
    (tmp_path / "anchors.jsonl").write_text(json.dumps(json.loads(line) | {"seal": "f" * 64}) + "\n" + line)
    assert verify().problems == ["Event 5 is not the one that was anchored."]


def test_there_is_nothing_to_anchor_in_an_empty_trail(own_database):
    with pytest.raises(CommandError, match="empty"):
        run("anchor_audit")


def test_the_export_begins_with_the_notice_and_is_an_event_itself(trail):
    first, *rows = [json.loads(line) for line in run("export_audit", "--format", "jsonl", "--since", "4").splitlines()]
    assert first == {"notice": "42 CFR part 2 prohibits unauthorized use or disclosure of these records."}
    assert [(row["sequence"], row["action"], row["patients"]) for row in rows] == [
        (4, "event-4", [4]),
        (5, "event-5", [5]),
        (6, "audit.exported", []),
    ]
    assert [row["seal"] for row in rows] == list(Event.objects.in_chain().values_list("seal", flat=True)[3:])


def test_verifying_takes_no_more_queries_for_more_events(trail):
    with CaptureQueriesContext(connection) as few:
        assert verify().checked == 5
    with transaction.atomic():
        record_many([Entry(action="more", by=None, patients=[1]) for _ in range(60)])
    with CaptureQueriesContext(connection) as many:
        assert verify().checked == 65
    assert len(many) == len(few)
