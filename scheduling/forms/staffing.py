from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.functional import cached_property

from programs.models import Group, Program
from programs.querysets import Person
from scheduling import actions, rules
from scheduling.actions import Report, SeenChoices
from scheduling.actions.staffing import version_of
from scheduling.overlaps import Place, overlaps
from scheduling.staffing import ROLES, ROOM, SEATS, Choice, Note, Staffing, other_rooms, time_in_words
from staff.models import User
from web.forms import ActionForm, VersionField

from .planning import DayField

CHECK = "check"
ROWS = "rows"
LONGEST = 1000


class DayForm(forms.Form):
    """From which day on leaders change; today, or the opening of a program that opens later."""

    day = DayField(label="Leaders change from", required=False)

    def __init__(self, data: Any, *, program: Program, today: date) -> None:
        super().__init__(data if data and "day" in data else None)
        self.program, self.today = program, today
        self.first = max(today, program.opens_on)
        self.initial["day"] = self.first
        self.fields["day"].widget.attrs["class"] = "form-control w-date"

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"] or self.first
        if refusal := rules.changes_from(day, self.program, self.today):
            raise ValidationError(refusal.sentence, code=refusal.code)
        return day

    @property
    def chosen(self) -> date:
        """The day that was asked for; the first possible one where that is none."""
        return self.cleaned_data["day"] if self.is_bound and self.is_valid() else self.first


class RoomField(forms.TypedChoiceField):
    """A room by id, or none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, coerce=int, empty_value=None, **kwargs)


class GroupForm(forms.Form):
    """One group. `was` is what the page was showing; a row sent as it was shown is left as somebody else may have made
    it meanwhile.
    """

    lead = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    co_lead = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Co-lead")
    room = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    was = forms.CharField(required=False, max_length=LONGEST, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, group: Group, staffing: Staffing) -> None:
        self.group, self.staffing = group, staffing
        now = staffing.now[group.pk]
        initial = {seat: getattr(now, seat) for seat in SEATS}
        super().__init__(data, prefix=f"g{group.pk}", initial=initial | {"was": _written(now)})
        self.clashes: dict[str, list[str]] = {}
        for seat in ROLES:
            self.fields[seat].choices = [("", "Nobody"), *self._people(seat)]  # type: ignore[attr-defined]
        rooms = [(pk, room.name) for pk, room in staffing.rooms.items()]
        self.fields["room"].choices = [("", "No room"), *rooms]  # type: ignore[attr-defined]
        self.times = {f"room_{slot.pk}": slot for slot in group.slots.all()}
        for name, slot in self.times.items():
            self.fields[name] = RoomField(label=time_in_words(slot), choices=[("", "The same room"), *rooms])
            self.initial[name] = dict(now.rooms).get(slot.pk)

    def _people(self, seat: str) -> list[tuple[int, str]]:
        """Everybody, by name; who may not have the part says why."""
        said = []
        for pk, person in self.staffing.people.items():
            verdict = self.staffing.verdict(self.group, seat, pk)
            said.append((pk, str(person) if verdict.may else f"{person} ({verdict.reason})"))
        return said

    @property
    def now(self) -> Choice:
        return self.staffing.now[self.group.pk]

    @cached_property
    def choice(self) -> Choice:
        """What stands in the row; what cannot be read is left as it is now."""
        if not self.is_bound:
            return self.now
        self.is_valid()
        seats = {seat: self.cleaned_data.get(seat, getattr(self.now, seat)) for seat in SEATS}
        was = dict(self.now.rooms)
        chosen = ((slot.pk, self.cleaned_data.get(name, was.get(slot.pk))) for name, slot in self.times.items())
        return Choice(**seats, rooms=other_rooms(seats[ROOM], chosen))

    @property
    def seen(self) -> Choice:
        """What the page was showing; nothing where that is damaged."""
        *seats, rooms = (self["was"].value() or "")[:LONGEST].split("|")
        if len(seats) != len(SEATS):
            return Choice()
        pairs = (pair.partition(":")[::2] for pair in rooms.split())
        chosen = dict(zip(SEATS, map(_number, seats), strict=True))
        return Choice(**chosen, rooms=tuple((_number(slot) or 0, _number(room) or 0) for slot, room in pairs))

    @property
    def changed_seats(self) -> list[str]:
        return self.choice.differs(self.now) if self.choice != self.seen else []

    def mark_refused(self) -> None:
        """Put at each seat why it cannot be."""
        for refusal in self.staffing.refusals(self.group, self.choice, self.changed_seats):
            if refusal.field not in self.errors:
                self.add_error(refusal.field, ValidationError(refusal.sentence, code=refusal.code))

    @property
    def seats(self) -> list[dict[str, Any]]:
        """For the page: each field with what is known of its choice, and what the choice runs into."""
        return [
            {
                "field": self[seat],
                "notes": self._notes(seat),
                "clashes": self.clashes.get(seat, []),
                "times": self._times() if seat == ROOM else [],
                "is_open": seat == ROOM
                and (bool(self.choice.rooms) or any(name in self.errors for name in self.times)),
            }
            for seat in SEATS
        ]

    def _times(self) -> list[BoundField]:
        """The rooms of single weekly times: for a group of one time they are the group's own room."""
        return [self[name] for name in self.times] if len(self.times) > 1 or self.now.rooms else []

    def _notes(self, seat: str) -> list[Note]:
        return [] if seat in self.errors else self.staffing.notes(self.group, seat, self.choice)


class StaffingForm(ActionForm):
    """Leaders and rooms of all groups of a program. Asked only to check (`act`), it says what it knows."""

    version = VersionField()

    def __init__(self, data: Any, *, asked: DayForm, user: Person, at: datetime) -> None:
        self.asked, self.user, self.at = asked, user, at
        self.staffing = Staffing(asked.program, day=asked.chosen, today=asked.today)
        super().__init__(data, initial={"version": version_of(self.staffing)})
        self.is_checking = self.data.get("act") == CHECK
        self.rows = [GroupForm(data, group=group, staffing=self.staffing) for group in self.staffing.groups]

    def clean(self) -> dict[str, Any]:
        for row in self.rows:
            row.is_valid()
            if self.is_checking:
                row.mark_refused()
        self._look_at_rows()
        for said in self.asked.errors.get("day", []):
            self.add_error(None, said)
        return self.cleaned_data

    def _look_at_rows(self) -> None:
        if any(row.errors for row in self.rows):
            self.add_error(None, ValidationError("Some groups need another look.", code=ROWS))

    def saved(self, *, by: Any) -> bool:
        """Do it; where a part was refused, it stands at its field, with all others like it."""
        if super().saved(by=by):
            return True
        for row in self.rows:
            row.mark_refused()
        if any(row.errors for row in self.rows):
            self.errors.pop("__all__", None)
            self._look_at_rows()
        return False

    @cached_property
    def problems(self) -> list[tuple[str, str, str]]:
        """For the summary: the id of the field, the group, and the sentence."""
        found = [
            (row[name].id_for_label, f"{row.group}, {row[name].label}", str(said))
            for row in self.rows
            for name, errors in row.errors.items()
            for said in errors
        ]
        return found + [("", "", e.messages[0]) for e in self.non_field_errors().as_data() if e.code != ROWS]

    @cached_property
    def lines(self) -> list[GroupForm]:
        """The rows with what their choices run into."""
        found: dict[Place, list[str]] = overlaps(
            self.staffing, {row.group.pk: row.choice for row in self.rows}, user=self.user
        )
        for row in self.rows:
            row.clashes = {seat: found.get((row.group.pk, seat), []) for seat in SEATS}
        return self.rows

    @property
    def clash_count(self) -> int:
        """How many choices run into something."""
        return sum(bool(said) for row in self.lines for said in row.clashes.values())

    @property
    def open_count(self) -> int:
        """Groups that need a leader and have none."""
        return sum(row.choice.lead is None and row.group.service.needs_leader for row in self.rows)

    def save(self, *, by: User) -> Report | None:
        return actions.set_staffing(
            program=self.staffing.program,
            day=self.staffing.day,
            wanted={row.group.pk: row.choice for row in self.rows},
            seen=SeenChoices(self.cleaned_data["version"], {row.group.pk: row.seen for row in self.rows}),
            by=by,
            at=self.at,
        )


def _written(choice: Choice) -> str:
    rooms = " ".join(f"{slot}:{room}" for slot, room in choice.rooms)
    return "|".join([*(str(getattr(choice, seat) or "") for seat in SEATS), rooms])


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None
