"""One section of what somebody leaves: some of its rows, and to whom they go."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.contrib.messages import INFO, SUCCESS, WARNING
from django.db.models import QuerySet
from django.utils.formats import date_format

from dashboard.leaving import Leaving, Line
from staff.models import User
from web.forms import ActionForm
from web.refusals import Refusal

LONGEST_NUMBER = 9
type Message = tuple[int, str]


class RowsField(forms.TypedMultipleChoiceField):
    """Ids of rows. One that is no longer there is no mistake: somebody else was first, and the form says so."""

    def __init__(self, **kwargs: Any) -> None:
        nothing = "Choose at least one."
        super().__init__(
            coerce=int, widget=forms.CheckboxSelectMultiple, error_messages={"required": nothing}, **kwargs
        )

    def valid_value(self, value: Any) -> bool:
        return str(value).isdecimal() and len(str(value)) <= LONGEST_NUMBER


@dataclass
class Outcome:
    """How many changed hands, what stays and why, and what to know of the successor."""

    done: int = 0
    staying: list[tuple[str, Refusal]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class SectionForm(ActionForm):
    """Some of the rows of one section, and to whom they go. `result` becomes the messages that say what was done."""

    name: ClassVar[str]
    title: ClassVar[str]
    one: ClassVar[str]
    many: ClassVar[str]

    rows = RowsField(label="What to hand over")
    to = forms.ModelChoiceField(
        label="To",
        queryset=User.objects.none(),
        empty_label="Choose",
        error_messages={"required": "Choose who takes over.", "invalid_choice": "Choose somebody of the list."},
    )

    def __init__(self, data: Any = None, *, leaving: Leaving) -> None:
        super().__init__(data, prefix=self.name)
        self.leaving = leaving
        self.lines: Sequence[Line] = getattr(leaving, self.name)
        rows: Any = self.fields["rows"]
        rows.choices = [(line.key, line.text) for line in self.lines]
        rows.initial = [line.key for line in self.lines]
        to: Any = self.fields["to"]
        to.queryset = self.successors().exclude(pk=leaving.leaver.pk)
        to.label_from_instance = self.label_of

    def successors(self) -> QuerySet[User]:
        """Who may take over at least one of the rows, by name."""
        raise NotImplementedError

    def hand_over(self, rows: Sequence[Line], to: User, by: User) -> Outcome:
        raise NotImplementedError

    def label_of(self, user: Any) -> str:
        return str(user)

    def clean(self) -> dict[str, Any]:
        """Where everything that was chosen is gone, nobody needs to take over anything."""
        data = self.cleaned_data
        if data.get("rows") and not self._chosen():
            self.errors.pop("to", None)
        return data

    def save(self, *, by: User) -> list[Message]:
        asked, to, found = set(self.cleaned_data["rows"]), self.cleaned_data.get("to"), self._chosen()
        outcome = self.hand_over(found, to, by) if found and to else Outcome()
        if outcome.staying and not outcome.done:
            raise outcome.staying[0][1]
        return [*self._said(outcome, to), *_gone(len(asked) - len(found))]

    def _chosen(self) -> list[Line]:
        """The chosen rows that are still there."""
        asked = set(self.cleaned_data["rows"])
        return [line for line in self.lines if line.key in asked]

    def _said(self, outcome: Outcome, to: User | None) -> Iterable[Message]:
        if outcome.done:
            what = self.one if outcome.done == 1 else self.many
            day = date_format(self.leaving.day, "M j, Y")
            yield SUCCESS, f"{outcome.done} {what} handed over to {to}, from {day}."
        for said, count in Counter(f"{label}{refusal.sentence}" for label, refusal in outcome.staying).items():
            yield WARNING, f"{'One stays' if count == 1 else f'{count} stay'}. {said}"
        for warning in outcome.warnings:
            yield WARNING, warning


def _gone(number: int) -> list[Message]:
    if not number:
        return []
    return [(INFO, f"{'One was' if number == 1 else f'{number} were'} handed over already by somebody else.")]
