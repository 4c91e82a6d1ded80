from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from patients.models import Episode
from programs.deputies import programs_where
from programs.models import Group, Track
from programs.querysets import Person
from scheduling import actions, rules
from scheduling.models import Membership
from scheduling.previews import Leaving, Preview, leaving, membership_preview, phase_dates
from staff.models import User
from web import keys
from web.forms import ActionForm, KeyField, VersionField
from web.missing import AsksByLabel

LOOK = "look"


FIRST_YEAR, LAST_YEAR = 2000, 2099


class DayField(forms.DateField):
    """A day somebody plans for; in a year that nobody lives in, the year is mistyped."""

    widget = forms.DateInput(attrs={"type": "date", "class": "w-date"}, format="%Y-%m-%d")

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise forms.ValidationError(f"{value.year} cannot be meant. Check the year.", code="year")


class EpisodeField(forms.ModelChoiceField):
    """Someone of the program, by the name everybody uses."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.patient.preferred_name}, {obj.patient.mrn}"


def plannable(user: Person, permission: str = "scheduling.book_session") -> QuerySet[Episode]:
    """The open, accepted episodes a user may plan for, by name; as a deputy only those of the programs directed."""
    programs = programs_where(user, permission, timezone.localdate()).values("pk")
    episodes = Episode.objects.visible_to(user).open().filter(accepted_at__isnull=False, program__in=programs)
    return episodes.select_related("patient", "program__location").order_by("patient")


class MemberForm(AsksByLabel, forms.Form):
    """Who is to join a group, from when; the answer is a preview, and nothing is saved."""

    episode = EpisodeField(queryset=Episode.objects.none(), label="Patient")
    starts_on = DayField(label="From", help_text="For a whole track: the first day of week 1.")
    ends_on = DayField(
        label="Until", required=False, help_text="Leave empty while it goes on. A track has its own end."
    )
    track = forms.ModelChoiceField(
        Track.objects.none(), required=False, empty_label="Only this group", label="This group, or a whole track"
    )

    def __init__(self, *args: Any, group: Group, user: Person, at: datetime, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": timezone.localdate(at, group.program.location.zone)})
        super().__init__(*args, **kwargs)
        self.group, self.user, self.at = group, user, at
        self.fields["episode"].queryset = plannable(user, "scheduling.add_member").filter(program=group.program_id)  # type: ignore[attr-defined]
        self.fields["track"].queryset = group.program.tracks.filter(phases__group=group).distinct()  # type: ignore[attr-defined]
        self.asked: dict[str, Any] | None = None

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("ends_on") and data.get("starts_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", "The last day cannot be before the first. Change one of the two dates.")
        elif data.get("episode") and data.get("starts_on"):
            self.asked = self._possible(dict(data))
        return data

    def _possible(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """What was asked, unless the patient is in one of the groups then: that is said at the field."""
        for group, first, last in self._stretches(asked):
            if refusal := rules.not_a_member_then(asked["episode"], group, first, last, self.user):
                self.add_error(refusal.field, refusal.sentence)
                return None
        return asked

    @cached_property
    def one_time_key(self) -> Any:
        """The key of the confirmation; the form that confirms has it as a field."""
        return self["key"].value() if "key" in self.fields else keys.issue(to=self.user)

    @property
    def sessions_added(self) -> int:
        return sum(preview.added for preview in self.previews)

    @cached_property
    def previews(self) -> list[Preview]:
        """What joining would do, for each group; empty while something is missing."""
        self.is_valid()
        if (asked := self.asked) is None:
            return []
        return [
            membership_preview(
                group=group, episode=asked["episode"], starts_on=first, ends_on=last, at=self.at, by=self.user
            )
            for group, first, last in self._stretches(asked)
        ]

    @property
    def named(self) -> list[int]:
        """Ids of the patients the page names, for the audit trail: the one asked for, or all there are to choose."""
        if self.previews:
            return [self.previews[0].episode.patient_id]
        return [episode.patient_id for episode in self.fields["episode"].queryset]  # type: ignore[attr-defined]

    def _stretches(self, asked: dict[str, Any]) -> list[tuple[Group, date, date | None]]:
        if asked.get("track") is None:
            return [(self.group, asked["starts_on"], asked.get("ends_on"))]
        phases = asked["track"].phases.select_related("group__program__location", "group__service")
        return [(phase.group, *phase_dates(phase, asked["starts_on"])) for phase in phases]


class LeaveOutField(forms.Field):
    """Days of groups to leave out, each written `group/day`."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> set[tuple[int, date]]:
        try:
            pairs = [text.split("/") for text in value or []]
            return {(int(group), date.fromisoformat(day)) for group, day in pairs}
        except ValueError:
            raise forms.ValidationError("A day to leave out is damaged. Open the page again.") from None


class JoinForm(MemberForm, ActionForm):
    """The same, confirmed: the membership is saved without the days that are left out."""

    leave_out = LeaveOutField(required=False)
    key = KeyField()

    def _possible(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Anything: the action decides, after the key has said whether this was done before."""
        return asked

    def save(self, *, by: User) -> list[Membership]:
        data = self.cleaned_data
        common: dict[str, Any] = {"episode": data["episode"], "key": data["key"], "by": by, "at": self.at}
        if data["track"]:
            return actions.join_track(
                track=data["track"], track_start=data["starts_on"], leave_out=data["leave_out"], **common
            )
        days = {day for group_id, day in data["leave_out"] if group_id == self.group.pk}
        return actions.join(
            group=self.group, starts_on=data["starts_on"], ends_on=data["ends_on"], leave_out=days, **common
        )


class LeaveForm(ActionForm):
    """The last day of a membership, and why. Asked only to look (`act`), it says what it would do and saves nothing."""

    ends_on = DayField(label="Last day")
    reason = forms.CharField(max_length=200)
    version = VersionField()

    def __init__(self, *args: Any, membership: Membership, at: datetime, **kwargs: Any) -> None:
        self.today = timezone.localdate(at, membership.group.program.location.zone)
        own = {"ends_on": self.today, "version": membership.version}
        super().__init__(*args, **{"initial": own, **kwargs})
        self.membership, self.at = membership, at
        self.is_looking = self.data.get("act") == LOOK
        self.fields["reason"].required = not self.is_looking

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.is_looking and data.get("ends_on"):
            refusal = rules.membership_may_end(self.membership, data["ends_on"], self.today)
            if refusal:
                self.add_error("ends_on", refusal.sentence)
        return data

    @cached_property
    def leaving(self) -> Leaving | None:
        """What it would do on the day that stands in the form; None where that is no possible day."""
        self.is_valid()
        day = self.cleaned_data.get("ends_on") if self.is_bound else self.initial["ends_on"]
        return leaving(self.membership, day) if day else None

    def save(self, *, by: User) -> Membership | None:
        data = self.cleaned_data
        return actions.leave(
            membership=self.membership,
            ends_on=data["ends_on"],
            reason=data["reason"],
            version=data["version"],
            by=by,
            at=self.at,
        )
