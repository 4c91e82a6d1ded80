"""Handing over what somebody leaves: each section is a form of its own, so that one does not hold up another."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.messages import INFO, SUCCESS, WARNING
from django.core.exceptions import BadRequest
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format

from dashboard.leaving import Leaving, Line, programs_of
from patients.actions import hand_over_places, hand_over_primaries
from patients.querysets import MODEL_BACKEND, possible_primaries
from patients.rules import caseloads
from programs import policy
from programs.actions.postings import end_postings
from programs.actions.supervision import hand_over_supervision
from programs.models import Posting
from programs.rules import may_lead
from scheduling.actions import hand_over
from scheduling.forms import DayField
from scheduling.querysets import possible_leaders
from staff.actions import deactivate
from staff.models import User
from staff.rules import may_deactivate
from web.forms import ActionForm
from web.refusals import Refusal, require

DAY = timedelta(days=1)
LONGEST_NUMBER = 9
type Message = tuple[int, str]


class DayForm(forms.Form):
    """From which day on; what is no day to come is today."""

    day = DayField(label="From which day on", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    @property
    def chosen(self) -> date:
        asked = self.cleaned_data.get("day") if self.is_valid() else None
        return max(asked, self.today) if asked else self.today


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


class GroupsForm(SectionForm):
    name, title, one, many = "groups", "Groups", "group", "groups"

    def successors(self) -> QuerySet[User]:
        return _any_of(possible_leaders(program, self.leaving.day) for program in programs_of(self.lines))

    def hand_over(self, rows: Sequence[Line], to: User, by: User) -> Outcome:
        handed = hand_over(groups=[line.row for line in rows], **_change(self.leaving, to, by))
        return Outcome(len(handed.groups), [(f"{row}: ", refusal) for row, refusal in handed.staying])


class SessionsForm(SectionForm):
    name, title, one, many = "sessions", "Single sessions", "session", "sessions"

    def successors(self) -> QuerySet[User]:
        return _any_of(possible_leaders(program, self.leaving.day) for program in programs_of(self.lines))

    def hand_over(self, rows: Sequence[Line], to: User, by: User) -> Outcome:
        handed = hand_over(sessions=[line.row for line in rows], **_change(self.leaving, to, by))
        return Outcome(len(handed.sessions), [(f"{row}: ", refusal) for row, refusal in handed.staying])


class PrimariesForm(SectionForm):
    """The choices say for how many each is primary already (R-32)."""

    name, title, one, many = "primaries", "Primary clinician of", "person", "people"

    def successors(self) -> QuerySet[User]:
        found = _any_of(possible_primaries(program, self.leaving.day) for program in programs_of(self.lines))
        self.loads = self._loads(list(found))
        return found

    def label_of(self, user: Any) -> str:
        load = self.loads.get(user.pk)
        return f"{user}, primary for {load.number} of {load.most}" if load else str(user)

    def hand_over(self, rows: Sequence[Line], to: User, by: User) -> Outcome:
        handed = hand_over_primaries(members=[line.row for line in rows], to=to, from_day=self.leaving.day, by=by)
        warning = self._loads([to])[to.pk].warning
        staying = [("", refusal) for _, refusal in handed.staying]
        return Outcome(len(handed.done), staying, [f"{warning} R-32."] if warning else [])

    def _loads(self, users: Sequence[User]) -> Any:
        programs = programs_of(self.lines)
        if not programs:
            return {}
        return caseloads(users, programs[0], self.leaving.day, policy.book(programs[0], self.leaving.today))


class PlacesForm(SectionForm):
    name, title, one, many = "places", "Other places on care teams", "place", "places"

    def successors(self) -> QuerySet[User]:
        posted = Posting.objects.active_on(self.leaving.day)
        reaching = [
            posted.reaching(program=program, location=program.location_id) for program in programs_of(self.lines)
        ]
        return _any_of(User.objects.filter(is_active=True, pk__in=rows.values("user")) for rows in reaching)

    def hand_over(self, rows: Sequence[Line], to: User, by: User) -> Outcome:
        handed = hand_over_places(members=[line.row for line in rows], to=to, from_day=self.leaving.day, by=by)
        return Outcome(len(handed.done), [("", refusal) for _, refusal in handed.staying])


class PostingsForm(ActionForm):
    """The last day on which the person works here."""

    name = "postings"
    last_day = DayField(label="Last day of work")

    def __init__(self, data: Any = None, *, leaving: Leaving) -> None:
        last = max(leaving.day - DAY, leaving.today)
        super().__init__(data, prefix=self.name, initial={"last_day": last})
        self.leaving = leaving

    def save(self, *, by: User) -> list[Message]:
        last = self.cleaned_data["last_day"]
        ended = end_postings(user=self.leaving.leaver, last_day=last, by=by, today=self.leaving.today)
        if not ended:
            return [(INFO, "No posting goes on after that day.")]
        return [
            (SUCCESS, f"{ended} {'posting ends' if ended == 1 else 'postings end'} on {date_format(last, 'M j, Y')}.")
        ]


class DeactivateForm(ActionForm):
    """Close the account, whatever is left."""

    name = "deactivate"

    def __init__(self, data: Any = None, *, leaving: Leaving) -> None:
        super().__init__(data, prefix=self.name)
        self.leaving = leaving

    def save(self, *, by: User) -> list[Message]:
        leaver = self.leaving.leaver
        require(may_deactivate(by, leaver), may_lead(by, leaver, self.leaving.today))
        deactivate(user=leaver, by=by)
        return [(SUCCESS, f"{leaver} is deactivated and signed out everywhere.")]


class SuperviseesForm(SectionForm):
    name, title, one, many = "supervisees", "Supervises", "person", "people"

    def successors(self) -> QuerySet[User]:
        """Clinicians of the programs that whoever asks directs; the verb asks for their credential (R-23)."""
        posted = Posting.objects.active_on(self.leaving.day).filter(user=OuterRef("pk"))
        here = posted.directed_by(self.leaving.by, self.leaving.today)
        clinicians = User.objects.with_perm("patients.be_primary", include_superusers=False, backend=MODEL_BACKEND)
        return clinicians.filter(Exists(here)).order_by("last_name", "first_name", "pk")

    def hand_over(self, rows: Sequence[Line], to: User, by: User) -> Outcome:
        supervision = [line.row for line in rows]
        handed = hand_over_supervision(rows=supervision, to=to, from_day=self.leaving.day, by=by)
        return Outcome(len(handed.done), [(f"{row.supervisee}: ", refusal) for row, refusal in handed.staying])


SECTIONS: list[type[SectionForm]] = [GroupsForm, SessionsForm, PrimariesForm, PlacesForm, SuperviseesForm]
type LeavingForm = SectionForm | PostingsForm | DeactivateForm
FORMS: dict[str, type[LeavingForm]] = {
    **{section.name: section for section in SECTIONS},
    PostingsForm.name: PostingsForm,
    DeactivateForm.name: DeactivateForm,
}


def leaving_form(data: Any, *, leaving: Leaving) -> LeavingForm:
    """The form that was sent: `act` is its name. Raises BadRequest for a name that is none."""
    try:
        return FORMS[data.get("act", "")](data, leaving=leaving)
    except KeyError:
        raise BadRequest("No such section.") from None


def leaving_forms(leaving: Leaving, *, sent: LeavingForm | None) -> dict[str, Any]:
    """The forms of the page by what they are: the sections with something in them, the postings, the account."""
    by_name = {name: sent if sent and sent.name == name else form(leaving=leaving) for name, form in FORMS.items()}
    sections = [form for form in by_name.values() if isinstance(form, SectionForm) and form.lines]
    return {"sections": sections, "postings": by_name["postings"], "deactivate": by_name["deactivate"]}


def _change(leaving: Leaving, to: User, by: User) -> dict[str, Any]:
    return {
        "leaver": leaving.leaver,
        "to": to,
        "from_day": leaving.day,
        "by": by,
        "at": leaving.at,
        "today": leaving.today,
    }


def _any_of(querysets: Iterable[QuerySet[User]]) -> QuerySet[User]:
    """Whoever is in one of them, by name."""
    chosen = Q(pk=None)
    for rows in querysets:
        chosen |= Q(pk__in=rows.values("pk"))
    return User.objects.filter(chosen).order_by("last_name", "first_name", "pk")


def _gone(number: int) -> list[Message]:
    if not number:
        return []
    return [(INFO, f"{'One was' if number == 1 else f'{number} were'} handed over already by somebody else.")]
