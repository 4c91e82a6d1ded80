from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.functional import cached_property

from programs import rules
from programs.models import Closure, Location, Program
from programs.querysets import Person
from scheduling import actions
from scheduling.actions import Report
from scheduling.closing import Effect, effect
from scheduling.holidays import Offer, Reach, closed_days, offers
from staff.models import User
from web.forms import ActionForm, KeyField

from .planning import DayField

YEARS_AHEAD = 2
OWN_DAYS = 3
EVERYWHERE = "all"
SECOND_HALF = 7


class YearForm(forms.Form):
    """Which year's holidays are to be closed, and for what."""

    year = forms.TypedChoiceField(coerce=int)
    reach = forms.ChoiceField(label="For")

    def __init__(self, data: Any = None, *, user: Person, today: date) -> None:
        years = [str(today.year + more) for more in range(YEARS_AHEAD + 1)]
        self._reaches = dict(_reaches(user, today))
        usual = {"year": years[today.month >= SECOND_HALF], "reach": next(iter(self._reaches), "")}
        asked = {name: data[name] if data and name in data else usual[name] for name in usual}
        super().__init__(asked)
        self.fields["year"].choices = [(year, year) for year in years]  # type: ignore[attr-defined]
        self.fields["reach"].choices = [(name, str(reach)) for name, reach in self._reaches.items()]  # type: ignore[attr-defined]

    @property
    def reach_chosen(self) -> Reach:
        return self._reaches[self.cleaned_data["reach"]]

    @property
    def has_choice(self) -> bool:
        """Whether there is anything the person may close."""
        return bool(self._reaches)


class HolidaysForm(ActionForm):
    """The days of a year to close. Confirmed only where it bears the seal of the preview that was shown."""

    days = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple, label="Holidays")
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    key = KeyField()

    def __init__(self, data: Any = None, *, year: int, reach: Reach, url: str, at: datetime, today: date) -> None:
        self.year, self.reach, self.url, self.at, self.today = year, reach, url, at, today
        self.closed = closed_days(reach, max(today, date(year, 1, 1)), date(year, 12, 31))
        found = offers(year, reach, today=today)
        self.open = {offer.day.isoformat(): offer for offer in found if offer.day not in self.closed}
        self.skipped = [offer for offer in found if offer.day in self.closed]
        usual = [name for name, offer in self.open.items() if offer.is_usual]
        super().__init__(data, initial={"days": usual})
        self.fields["days"].choices = [(name, _label(offer)) for name, offer in self.open.items()]  # type: ignore[attr-defined]
        for number in range(1, OWN_DAYS + 1):
            self.fields[f"day_{number}"] = DayField(required=False, label=f"Day {number}")
            self.fields[f"reason_{number}"] = forms.CharField(
                required=False, max_length=80, label=f"Name of day {number}"
            )

    @property
    def own_rows(self) -> Iterator[tuple[Any, Any]]:
        """The rows to write a day and its name in."""
        return ((self[f"day_{number}"], self[f"reason_{number}"]) for number in range(1, OWN_DAYS + 1))

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        chosen = {offer.day: offer.name for name, offer in self.open.items() if name in data.get("days", [])}
        for number in range(1, OWN_DAYS + 1):
            day, reason = data.get(f"day_{number}"), data.get(f"reason_{number}", "")
            if problem := self._problem(number, day, reason, chosen):
                self.add_error(*problem)
            elif day:
                chosen[day] = reason
        if not chosen and not self.errors:
            self.add_error("days", "No day is chosen. Tick a holiday, or write a day of your own.")
        data["chosen"] = sorted(chosen.items())
        return data

    def _problem(self, number: int, day: date | None, reason: str, chosen: dict[date, str]) -> tuple[str, str] | None:
        at_day, at_reason = f"day_{number}", f"reason_{number}"
        if day is None:
            return (at_day, "Give the day as well.") if reason and at_day not in self.errors else None
        if day.year != self.year or day < self.today:
            return at_day, f"Choose a day of {self.year} that is still to come."
        if day in chosen or day in self.closed:
            return (
                at_day,
                f"{date_format(day, 'D M j')} is {chosen.get(day) or self.closed.get(day)} already. Leave it out.",
            )
        return None if reason else (at_reason, "Say what the day is. It is shown to staff.")

    @cached_property
    def effect(self) -> Effect | None:
        """What closing the chosen days would do; None while something is missing."""
        if not self.is_bound or self.errors:
            return None
        closures = [
            Closure(program=self.reach.program, location=self.reach.location, starts_on=day, ends_on=day, reason=reason)
            for day, reason in self.chosen
        ]
        return effect(closures, at=self.at, today=self.today)

    @property
    def chosen(self) -> Sequence[tuple[date, str]]:
        return self.cleaned_data["chosen"]

    @property
    def seal(self) -> str:
        return self.effect.seal(str(self.reach), self.chosen) if self.effect else ""

    @property
    def is_confirmed(self) -> bool:
        """What was looked at is what would be done now."""
        return self.is_valid() and self.cleaned_data["seen"] == self.seal

    def save(self, *, by: User) -> Report:
        return actions.close_holidays(
            self.chosen,
            program=self.reach.program,
            location=self.reach.location,
            key=self.cleaned_data["key"],
            url=self.url,
            by=by,
            at=self.at,
            today=self.today,
        )


def _reaches(user: Person, today: date) -> Iterator[tuple[str, Reach]]:
    """What the user may close, widest first, by a name for addresses."""
    if rules.may_reach(user, program=None, location=None, day=today) is None:
        yield EVERYWHERE, Reach()
    for location in Location.objects.directed_by(user, today).active_on(today):
        yield f"location-{location.pk}", Reach(location=location)
    for program in Program.objects.directed_by(user, today).active_on(today).select_related("location"):
        yield f"program-{program.pk}", Reach(program=program)


def _label(offer: Offer) -> str:
    return f"{date_format(offer.day, 'l, F j')}: {offer.name}"
