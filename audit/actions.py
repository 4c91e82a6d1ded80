"""The one way into the audit trail."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from . import chain
from .context import current
from .models import Event, EventPatient

CHAIN_LOCK = 4_207_301_993  # any number nobody else locks


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is to be recorded. `by=None` is the system; `patients` are the ids of everyone it showed or changed."""

    action: str
    by: Any = None
    about: Model | None = None
    patients: Iterable[int] = ()
    record_class: str = ""
    outcome: str = "done"
    reason: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    at: dt.datetime | None = None


def record(*, action: str, by: Any, **fields: Any) -> Event:
    """Record one event (the fields of Entry), as the last statement of a verb and inside its transaction.

    Raises RuntimeError outside a transaction, TypeError for content that is not plain, and ValueError for a naive time,
    for text that a database cannot keep, and for a person or thing that is not (or no longer) in the database.
    """
    return record_many([Entry(action=action, by=by, **fields)])[0]


def record_read(*, action: str, by: Any, **fields: Any) -> Event:
    """Record a look before the page answers, in a transaction of its own. If it fails, nothing may be shown.

    Raises RuntimeError inside another transaction, whose rollback would take the record with it.
    """
    with transaction.atomic(durable=True):
        return record(action=action, by=by, **fields)


def record_many(entries: Iterable[Entry]) -> list[Event]:
    """Record several events under one lock, in order; four queries however many there are."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit event belongs inside the transaction of what it records.")
    drafts = [(_event(entry), sorted(set(entry.patients))) for entry in entries]
    if not drafts:
        return []
    _lock_the_chain()
    last = Event.objects.order_by("-sequence").values_list("sequence", "seal").first() or (0, chain.GENESIS)
    sequence, previous = last
    for event, patients in drafts:
        sequence += 1
        event.sequence, event.previous = sequence, previous
        event.patient_id = patients[0] if len(patients) == 1 else None
        event.seal = previous = chain.seal(event, patients)
    events = Event.objects.bulk_create([event for event, _ in drafts])
    EventPatient.objects.bulk_create(
        EventPatient(event=event, patient_id=patient)
        for event, (_, patients) in zip(events, drafts, strict=True)
        for patient in patients
    )
    return events


def _event(entry: Entry) -> Event:
    at = entry.at or timezone.now()
    if timezone.is_naive(at):
        raise ValueError("An audit event needs a time with a zone.")
    if any(one is not None and one.pk is None for one in (entry.by, entry.about)):
        raise ValueError("An audit event needs the keys of who and what it names: save first, delete afterwards.")
    context = current()
    return Event(
        at=at,
        actor_id=entry.by.pk if entry.by else None,
        actor_name=(entry.by.get_full_name() or entry.by.get_username()) if entry.by else "system",
        action=entry.action,
        object_type=entry.about._meta.label_lower if entry.about else "",
        object_id=entry.about.pk if entry.about else None,
        record_class=entry.record_class,
        outcome=entry.outcome,
        reason=_text(entry.reason),
        request_id=context.request_id,
        address=context.address,
        content=_plain(dict(entry.content)),
    )


def _plain(value: Any) -> Any:
    """The content as it will come back from either database. Floats are refused: engines print them differently."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {_text(key): _plain(one) for key, one in value.items()}
    raise TypeError(f"An audit event's content holds a {type(value).__name__}; write it as text or as a whole number.")


def _text(value: str) -> str:
    """Plain text; ValueError for the two things PostgreSQL does not keep: NUL and half a character."""
    value.encode()
    if "\0" in value:
        raise ValueError("An audit event's text holds a NUL character.")
    return str(value)


def _lock_the_chain() -> None:
    """SQLite has it already: its transactions are immediate and one at a time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
