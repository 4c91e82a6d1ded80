"""Two people at one set-up page: the second save is told who saved first, and nothing of it is kept.

A page's version is a fingerprint of what it shows as saved, its rows too, and when it was opened. So it is another one
whoever changed the rows, a page or a verb, and the same again where nothing it shows was changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django import forms
from django.db import connection, transaction
from django.db.models import Q
from django.forms import model_to_dict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property

from audit.models import Event
from web import histories

SET_UP_LOCK = 7_305_002
MOST_EVENTS = 20


@contextmanager
def the_set_up() -> Iterator[None]:
    """One transaction in which no other page of the set-up is saved. The calendar's lock, where needed, comes before.

    PostgreSQL: an advisory transaction lock, which holds the rows below a page too, and those to come. SQLite: BEGIN
    IMMEDIATE.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SET_UP_LOCK])
        yield


@dataclass(frozen=True)
class Overtaken:
    """Why a save came too late: a sentence, and what was changed since, newest first.

    Who is named beside each change where it was more than one person.
    """

    sentence: str
    lines: list[histories.Line]

    @property
    def several(self) -> bool:
        return len({line.who for line in self.lines}) > 1


class VersionedForm(forms.ModelForm):
    """A form that is saved only where its page shows what is saved now. `rows_of_page` of its row are the formsets."""

    def is_valid(self) -> bool:
        """Compare first: whatever else is wrong is written into the rows."""
        stale = self.is_stale
        return super().is_valid() and not stale

    @cached_property
    def is_stale(self) -> bool:
        if not self.is_bound or self.instance._state.adding:
            return False
        return bool(self.data.get("version", "").partition("-")[0] != self.fingerprint)

    @property
    def version(self) -> str:
        """For the page that is shown now."""
        return f"{self.fingerprint}-{timezone.now().timestamp() * 1000:.0f}"

    @cached_property
    def fingerprint(self) -> str:
        own = [(name, str(self.get_initial_for_field(field, name))) for name, field in self.fields.items()]
        below = [
            (formset.prefix, row.pk, sorted(model_to_dict(row, list(formset.form.base_fields)).items()))
            for formset in self.formsets
            for row in formset.get_queryset()
        ]
        return sha256(repr((own, below)).encode()).hexdigest()[:32]

    @property
    def formsets(self) -> list[Any]:
        return getattr(self.instance, "rows_of_page", [])

    def overtaken_by(self, user: Any) -> Overtaken:
        """Who saved since the page was opened and what they changed, as far as the trail of these rows says it."""
        noun, events = self.instance._meta.verbose_name, self._events_since()
        if not events:
            return Overtaken(f"This {noun} has changed since you opened it. Nothing of yours was saved.", [])
        last = events[0]
        who = "You, in another window," if last.actor_id == user.pk else last.actor_name
        sentence = f"{who} saved this {noun} {_when(last.at)}, after you opened it. Nothing of yours was saved."
        return Overtaken(sentence, [self._named(line) for line in histories.lines(events)])

    def _named(self, line: histories.Line) -> histories.Line:
        """A change of a row that has events of its own, with what kind of row it is."""
        kinds = {one.model._meta.label_lower: str(one.model._meta.verbose_name) for one in self.formsets}
        kind = kinds.get(line.kind, "")
        return replace(line, what=f"{kind.capitalize()}, {line.what.lower()}") if kind else line

    def _events_since(self) -> list[Event]:
        opened = _opened(self.data.get("version", ""))
        if opened is None:
            return []
        about = Q(object_type=self.instance._meta.label_lower, object_id=self.instance.pk)
        for formset in self.formsets:
            keys = [row.pk for row in formset.get_queryset()]
            about |= Q(object_type=formset.model._meta.label_lower, object_id__in=keys)
        return list(Event.objects.filter(about, at__gt=opened, outcome="done").order_by("-sequence")[:MOST_EVENTS])


def _opened(version: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(version.partition("-")[2][:16]) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _when(at: datetime) -> str:
    local = timezone.localtime(at)
    day = "" if local.date() == timezone.localdate() else f"on {date_format(local, 'M j, Y')} "
    return f"{day}at {date_format(local, 'g:i A')}"
