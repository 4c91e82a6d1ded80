"""Handing over what somebody leaves: each section is a form of its own, so that one does not hold up another."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.messages import INFO, SUCCESS
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
from web.refusals import require

from .handing_over import Message, Outcome, SectionForm

DAY = timedelta(days=1)


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
        handed = hand_over_primaries(members=[line.row for line in rows], **_who_and_when(self.leaving, to, by))
        warning = self._loads([to])[to.pk].warning
        staying = [("", refusal) for _, refusal in handed.staying]
        return Outcome(len(handed.done), staying, [f"{warning} R-32."] if warning else [])

    def _loads(self, users: Sequence[User]) -> Any:
        programs = programs_of(self.lines)
        if not programs:
            return {}
        return caseloads(users, programs[0], self.leaving.day, policy.book(programs[0], self.leaving.day))


class PlacesForm(SectionForm):
    name, title, one, many = "places", "Other places on care teams", "place", "places"

    def successors(self) -> QuerySet[User]:
        posted = Posting.objects.active_on(self.leaving.day)
        reaching = [
            posted.reaching(program=program, location=program.location_id) for program in programs_of(self.lines)
        ]
        return _any_of(User.objects.filter(is_active=True, pk__in=rows.values("user")) for rows in reaching)

    def hand_over(self, rows: Sequence[Line], to: User, by: User) -> Outcome:
        handed = hand_over_places(members=[line.row for line in rows], **_who_and_when(self.leaving, to, by))
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
        handed = hand_over_supervision(rows=supervision, **_who_and_when(self.leaving, to, by))
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


def _who_and_when(leaving: Leaving, to: User, by: User) -> dict[str, Any]:
    return {"to": to, "from_day": leaving.day, "by": by, "today": leaving.today}


def _change(leaving: Leaving, to: User, by: User) -> dict[str, Any]:
    return _who_and_when(leaving, to, by) | {"leaver": leaving.leaver, "at": leaving.at}


def _any_of(querysets: Iterable[QuerySet[User]]) -> QuerySet[User]:
    """Whoever is in one of them, by name."""
    chosen = Q(pk=None)
    for rows in querysets:
        chosen |= Q(pk__in=rows.values("pk"))
    return User.objects.filter(chosen).order_by("last_name", "first_name", "pk")
