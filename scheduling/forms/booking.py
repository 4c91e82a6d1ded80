from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet

from patients.choices import Relation
from patients.models import Episode, RelatedPerson
from programs import policy
from programs.choices import LeaderRole
from programs.deputies import holds_in
from programs.leading import lead_book
from programs.models import Room, ServiceType
from programs.querysets import Person
from scheduling import actions
from scheduling.models import Session
from scheduling.querysets import possible_leaders
from scheduling.wallclock import typed_moment
from staff.models import User
from web.forms import ActionForm, KeyField
from web.missing import AsksByLabel

from .planning import DayField, EpisodeField, plannable


class WallTimeField(forms.TimeField):
    widget = forms.TimeInput(attrs={"type": "time", "class": "w-time"}, format="%H:%M")


class RelativesField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.get_relation_display().lower()}"


class LeaderField(forms.ModelChoiceField):
    """Who is to lead; `notes` say, by id, why somebody may lead none of the services there are to choose (R-30)."""

    notes: Mapping[int, str] = {}

    def label_from_instance(self, obj: Any) -> str:
        note = self.notes.get(obj.pk)
        return f"{obj} ({note})" if note else str(obj)


class PatientForm(AsksByLabel, forms.Form):
    """Whose session it is to be; asked first, since relatives, leaders and rooms follow from it."""

    episode = EpisodeField(queryset=Episode.objects.none(), label="Patient")

    def __init__(self, *args: Any, user: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["episode"].queryset = plannable(user)  # type: ignore[attr-defined]


class SessionForm(ActionForm):
    """A session for one patient or family, at a time typed by the clock of the place."""

    service = forms.ModelChoiceField(ServiceType.objects.none())
    day = DayField(label="Date")
    start = WallTimeField()
    end = WallTimeField()
    leader = LeaderField(User.objects.none())
    room = forms.ModelChoiceField(Room.objects.none(), required=False, empty_label="No room, by telehealth")
    relatives = RelativesField(RelatedPerson.objects.none(), required=False, label="Family or friends who come")
    visitor = forms.CharField(
        max_length=120, required=False, label="Someone else who comes", help_text="The name of someone not known yet."
    )
    visitor_relation = forms.ChoiceField(
        choices=[("", "–"), *((label, label) for label in Relation.labels)],
        required=False,
        label="Relation to the patient",
    )
    without_patient = forms.BooleanField(required=False, label="Without the patient: the family alone")
    key = KeyField()

    def __init__(self, *args: Any, episode: Episode, user: Person, at: datetime, **kwargs: Any) -> None:
        self.episode, self.at = episode, at
        day = episode.local_day(at)
        leaders = possible_leaders(episode.program, day)
        mine = leaders.filter(username=user.get_username())
        own = {"day": day, "leader": mine.first()}
        super().__init__(*args, **{"initial": own, **kwargs})
        choices: dict[str, QuerySet[Any]] = {
            "service": ServiceType.objects.active_on(day).filter(is_group=False),
            "leader": leaders if holds_in(user, "scheduling.manage_schedule", episode.program) else mine,
            "room": Room.objects.active_on(day).filter(location=episode.program.location_id),
            "relatives": RelatedPerson.objects.filter(patient=episode.patient_id, may_attend=True),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        self.fields["leader"].notes = self._who_may_not(choices, day)  # type: ignore[attr-defined]

    def _who_may_not(self, choices: dict[str, QuerySet[Any]], day: date) -> dict[int, str]:
        """By leader, why they may lead none of the services on `day`; who may lead one is left out."""
        program, services = self.episode.program, list(choices["service"])
        people = [user.pk for user in choices["leader"]]
        book = lead_book(people, policy.book(program, day))
        found = {}
        for user in people:
            verdicts = [
                book.verdict(user, service=service, program=program, role=LeaderRole.LEAD, day=day)
                for service in services
            ]
            if verdicts and not any(verdict.may for verdict in verdicts):
                reasons = {verdict.reason for verdict in verdicts}
                found[user] = reasons.pop() if len(reasons) == 1 else "may lead none of these services"
        return found

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for name in ("start", "end"):
            if data.get("day") and data.get(name):
                data[f"{name}s_at"] = self._moment(name, data["day"], data[name])
        if data.get("visitor") and not data.get("visitor_relation"):
            self.add_error("visitor_relation", "Say who this is to the patient.")
        return data

    def _moment(self, name: str, day: date, wall: time) -> datetime | None:
        try:
            return typed_moment(day, wall, self.episode.program.location.zone)
        except ValueError as error:
            self.add_error(name, str(error))
            return None

    def save(self, *, by: User) -> Session:
        data = self.cleaned_data
        return actions.book_session(
            service=data["service"],
            episode=self.episode,
            leader=data["leader"],
            room=data["room"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            relatives=data["relatives"],
            visitor=data["visitor"],
            visitor_relation=data["visitor_relation"],
            without_patient=data["without_patient"],
            key=data["key"],
            by=by,
            at=self.at,
        )
