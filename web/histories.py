"""What the audit trail says of one set-up row, in words: who changed which field, from what to what."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, DateField, Field, ForeignKey, Model
from django.utils.formats import date_format

from audit.models import Event

NOTHING = "–"
YES_NO = {"True": "yes", "False": "no"}
MOST_ROWS = 500


@dataclass(frozen=True)
class Line:
    """One change as the page shows it; `at` is UTC, `kind` the label of the model of the event's object."""

    kind: str
    at: datetime
    who: str
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """One field of one event, as it was recorded; `field` is None where no model has it (any more)."""

    event: Event
    what: str
    field: Field | None
    old: str
    new: str


def lines(events: Iterable[Event]) -> list[Line]:
    """The changes of these events, in their order. One query for each kind of row that a value names."""
    changes = [change for event in events for change in _changes(event)]
    named = _named(changes)
    return [
        Line(
            kind=change.event.object_type,
            at=change.event.at,
            who=change.event.actor_name,
            what=change.what,
            old=_in_words(change.field, change.old, named),
            new=_in_words(change.field, change.new, named),
        )
        for change in changes
    ]


def verb(action: str) -> str:
    """`programs.room_changed` and `staff.roles_set` in words: “Room changed”, “Roles set”."""
    return action.rpartition(".")[2].replace("_", " ").capitalize()


def _changes(event: Event) -> Iterator[Change]:
    entries = event.content.get("changes") or []
    if not entries:
        before, after = (", ".join(map(str, event.content.get(key) or [])) for key in ("before", "after"))
        yield Change(event, verb(event.action), None, before, after)
    for entry in entries:
        model = _model(entry.get("of", ""))
        for name, values in entry.get("fields", {}).items():
            field = _field(model, name)
            label = str(field.verbose_name) if field else name.replace("_", " ")
            about = f"{entry['row']}: {label}" if entry.get("row") else label
            yield Change(event, about[:1].upper() + about[1:], field, values.get("old", ""), values.get("new", ""))


def _model(name: str) -> type[Model] | None:
    try:
        return apps.get_model(name)
    except (LookupError, ValueError):
        return None


def _field(model: type[Model] | None, name: str) -> Field | None:
    try:
        found = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _named(changes: Iterable[Change]) -> dict[tuple[type[Model], int], str]:
    """The names of the rows that foreign keys lead to."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for change in changes:
        if isinstance(change.field, ForeignKey):
            keys = (value for value in (change.old, change.new) if value.isdecimal())
            wanted[change.field.related_model].update(int(key) for key in keys)
    return {
        (model, row.pk): str(row)
        for model, keys in wanted.items()
        for row in model._default_manager.filter(pk__in=sorted(keys)[:MOST_ROWS])
    }


def _in_words(field: Field | None, value: str, named: dict[tuple[type[Model], int], str]) -> str:
    if not value:
        return NOTHING
    if isinstance(field, ForeignKey) and value.isdecimal():
        return named.get((field.related_model, int(value)), value)
    if isinstance(field, BooleanField):
        return YES_NO.get(value, value)
    if isinstance(field, DateField):
        return _as_day(value)
    choices: dict[Any, Any] = {str(key): str(label) for key, label in (field.flatchoices if field else [])}
    return choices.get(value, value)


def _as_day(value: str) -> str:
    try:
        return date_format(date.fromisoformat(value), "M j, Y")
    except ValueError:
        return value
