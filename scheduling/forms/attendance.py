from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.functional import cached_property

from patients.models import Episode
from programs.querysets import Person
from scheduling import actions, rules
from scheduling.marks import DERIVED, FAMILY_CAME, HERE, IN_ERROR, SHORT, Mark, Seen, answer_of, clock, text
from scheduling.models import Attendance, AttendanceStatus, Session
from scheduling.roll import Line, Roll
from scheduling.wallclock import typed_near
from staff.models import User
from web.forms import ActionForm, VersionField

from .planning import EpisodeField

OTHER, UNMARKED = "other", "none"
ROWS = "rows"
SHOWN = 4  # answer, arrival, departure, reason
FAR = timedelta(minutes=60)
SAVE, EVERYONE, UNDO, ADD, FIND = "save", "everyone", "undo", "add", "find"


class MarkForm(forms.Form):
    """One person of the roll. `was` holds the version and the values that the page was showing.

    A row that is sent as it was shown is left alone, whatever somebody else has saved in it meanwhile.
    """

    answer = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    other = forms.ChoiceField(required=False, label="What else")
    arrived = forms.CharField(required=False, max_length=12)
    left = forms.CharField(required=False, max_length=12)
    reason = forms.CharField(required=False, max_length=200)
    sure = forms.BooleanField(required=False, label="The time is right")
    was = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, line: Line, roll: Roll) -> None:
        self.line, self.roll, self.mark = line, roll, Mark()
        self.asks_whether_sure = False
        shown = _shown(line.attendance, roll)
        version = line.attendance.version if line.attendance else 0
        initial = self._as_fields(shown, roll) | {"was": "|".join([str(version), *shown])}
        super().__init__(data, prefix=f"p{line.episode.pk}", initial=initial)
        self.fields["answer"].choices = [*quick_answers(roll.session), (OTHER, "Other")]  # type: ignore[attr-defined]
        self.fields["other"].choices = [("", "Choose"), *other_answers(roll)]  # type: ignore[attr-defined]
        for name, label in {"arrived": "arrived", "left": "left", "reason": "reason"}.items():
            self.fields[name].label = f"{line.episode.patient.preferred_name}, {label}"

    @staticmethod
    def _as_fields(shown: list[str], roll: Roll) -> dict[str, str]:
        answer, arrived, left, reason = shown
        is_quick = answer in {code for code, _ in quick_answers(roll.session)} | {""}
        choice = {"answer": answer} if is_quick else {"answer": OTHER, "other": answer}
        return choice | {"arrived": arrived, "left": left, "reason": reason}

    @property
    def seen(self) -> int:
        """The version that the page was showing; 0 where there was no row, or what was sent is damaged."""
        version = self._was[0]
        return int(version) if version.isascii() and version.isdigit() else 0

    @property
    def is_touched(self) -> bool:
        return self.is_bound and self._sent != self._was[1:]

    @property
    def _was(self) -> list[str]:
        parts = (self["was"].value() or "").split("|", SHOWN)
        return parts if len(parts) == 1 + SHOWN else [""] * (1 + SHOWN)

    @property
    def _sent(self) -> list[str]:
        values = {name: (self[name].value() or "").strip() for name in ("answer", "other", "arrived", "left", "reason")}
        answer = (values["other"] or OTHER) if values["answer"] == OTHER else values["answer"]
        return [answer.replace(UNMARKED, ""), values["arrived"], values["left"], values["reason"]]

    def clean(self) -> dict[str, Any]:
        if self.is_touched and not self.errors:
            if self.cleaned_data["answer"] == OTHER and not self.cleaned_data["other"]:
                self.add_error("other", "Choose what else it was.")
            else:
                self.mark = self._mark()
        return self.cleaned_data

    def _mark(self) -> Mark:
        answer, arrived, left, reason = self._sent
        answer = answer or (HERE if arrived or left else "")
        if not self._takes_times(answer):
            return Mark(answer, reason=reason)
        mark = Mark(answer, self._moment("arrived", arrived), self._moment("left", left), reason)
        refusal = rules.left_after_arriving(mark.arrival, mark.departure)
        if refusal and not self.errors:
            self.add_error(refusal.field, refusal.sentence)
        return mark

    def _takes_times(self, answer: str) -> bool:
        return answer in self.timed

    def _moment(self, name: str, typed: str) -> datetime | None:
        """The moment that was typed; one far from the session is asked about once (R-40)."""
        session = self.roll.session
        if not typed:
            return None
        try:
            at = typed_near(typed, session.begins, session.ends, self.roll.zone)
        except ValueError as error:
            self.add_error(name, str(error))
            return None
        is_far = not session.begins - FAR <= at <= session.ends + FAR
        if is_far and typed != self.initial[name] and not self.cleaned_data["sure"]:
            self.asks_whether_sure = True
            self.add_error(
                name,
                f"{text(at, self.roll.zone)} is more than an hour outside the session. "
                "Change it, or tick “The time is right”.",
            )
        return at

    @property
    def timed(self) -> set[str]:
        """The other answers that take times."""
        return {HERE} | {status.code for status in self.roll.statuses if status.is_attended}

    @property
    def differs(self) -> bool:
        """Whether times stand here that are not the session's own."""
        return bool(self["arrived"].value() or self["left"].value())

    @property
    def problems(self) -> Iterator[tuple[str, str]]:
        """The id of the field and the sentence of each error."""
        for name, errors in self.errors.items():
            for error in errors:
                yield self[name].id_for_label or self[name].auto_id, str(error)


class RollForm(ActionForm):
    """The attendance of one session: a row for each person, and who else is here."""

    version = VersionField()
    guest = EpisodeField(queryset=Episode.objects.none(), required=False, label="Who", empty_label="Choose a person")
    reason = forms.CharField(
        max_length=200, required=False, label="Why it is changed", help_text="What it was before stays on record."
    )

    def __init__(
        self, data: Any, *, session: Session, user: Person, at: datetime, marked_at_once: Collection[int] = ()
    ) -> None:
        """`marked_at_once`: the episodes that the last “everyone here” marked; those not changed since can go back."""
        self.roll, self.at = Roll(session, user=user, at=at), at
        usual = [line.episode.pk for line in self.roll.lines if line.attendance and _is_usual(line.attendance)]
        self.undoable = [pk for pk in usual if pk in marked_at_once]
        super().__init__(data, initial={"version": self.roll.version})
        self.act = self.data.get("act", SAVE)
        self.rows = [MarkForm(data, line=line, roll=self.roll) for line in self.roll.lines]
        self.fields["guest"].queryset = self._others(user)  # type: ignore[attr-defined]
        self.is_finding = self.act in {FIND, ADD}

    def _others(self, user: Person) -> Any:
        """Whoever has an open episode in the program, in the user's scope, and is not on the roll."""
        on_it = [line.episode.pk for line in self.roll.lines]
        episodes = Episode.objects.visible_to(user).open().filter(program=self.roll.session.program_id)
        return episodes.exclude(pk__in=on_it).select_related("patient").order_by("patient")

    @cached_property
    def patients(self) -> set[int]:
        """Ids of everybody the page names."""
        if not self.is_finding:
            return self.roll.patients
        return self.roll.patients | {episode.patient_id for episode in self.fields["guest"].queryset}  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if self.act == ADD and not self.cleaned_data.get("guest") and "guest" not in self.errors:
            self.add_error("guest", "Choose who is here.")
        if any(not row.is_valid() for row in self.rows):
            raise forms.ValidationError("Some rows need another look.", code=ROWS)
        return self.cleaned_data

    @property
    def marked_at_once(self) -> list[int]:
        """After the save: whom “everyone here” marked, so that it can be undone; a later save keeps what is left."""
        return [row.episode_id for row in self.result] if self.act == EVERYONE else self.undoable

    @property
    def everyone_label(self) -> str:
        if not self.roll.session.books_patients:
            return "Family came for everyone"
        return "Everyone else here" if self.roll.session.logged_at else "Everyone here"

    @property
    def outcome(self) -> str:
        """What the save did, for the message after it."""
        if not self.result:
            return "All of it was saved already; nothing was changed."
        when = clock(self.at, self.roll.zone)
        if self.act == UNDO:
            return "Taken back. Nobody is marked who was marked by “everyone here” alone."
        if self.act == EVERYONE:
            return f"Saved at {when}, with everyone who was open marked. Now only the exceptions."
        return f"Saved at {when}."

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """For the summary: the id of the field, whom or what it is about, and the sentence."""
        found = [
            (where, row.line.episode.patient.preferred_name, said) for row in self.rows for where, said in row.problems
        ]
        for name, errors in self.errors.as_data().items():
            where = (self[name].id_for_label, str(self[name].label)) if name in self.fields else ("", "")
            found += [(*where, error.messages[0]) for error in errors if error.code != ROWS]
        return found

    def save(self, *, by: User) -> list[Attendance]:
        data = self.cleaned_data
        marks = {row.line.episode.pk: row.mark for row in self.rows if row.is_touched}
        if self.act == UNDO:
            marks = dict.fromkeys(self.undoable, Mark()) | marks
        if self.act == ADD:
            marks[data["guest"].pk] = Mark(HERE)
        return actions.log_attendance(
            session=self.roll.session,
            marks=marks,
            everyone=self.act == EVERYONE,
            seen=Seen(data["version"], {row.line.episode.pk: row.seen for row in self.rows}),
            reason=data["reason"],
            by=by,
            at=self.at,
        )


def quick_answers(session: Session) -> list[tuple[str, str]]:
    """The answers of one press; in a session with the family alone the first is that the family came."""
    usual = HERE if session.books_patients else FAMILY_CAME
    return [(code, SHORT[code]) for code in (usual, "EX", "NS", "CX")]


def other_answers(roll: Roll) -> list[tuple[str, str]]:
    """The rest: statuses that nobody derives, the provider's own ones too, and that it was a mistake.

    A status retired by the session's day is offered only where a row of this roll has it already.
    """
    quick = {code for code, _ in quick_answers(roll.session)}
    kept = {line.status for line in roll.lines}
    rest: list[AttendanceStatus] = [
        s for s in roll.statuses if s.code not in quick | DERIVED and (s.is_offered_on(roll.session.day) or s in kept)
    ]
    here = [] if HERE in quick else [(HERE, "Patient was here")]
    mistakes = [(UNMARKED, "Not marked, take the answer back"), (IN_ERROR, "Entered in error, take off the roll")]
    return [*here, *((s.code, s.name) for s in rest), *mistakes]


def _is_usual(row: Attendance) -> bool:
    """As “everyone here” leaves it."""
    return row.arrival is None and row.departure is None and answer_of(row) in {HERE, FAMILY_CAME}


def _shown(row: Attendance | None, roll: Roll) -> list[str]:
    """Answer, arrival, departure and reason of a saved row as the page shows them."""
    if row is None:
        return [""] * SHOWN
    return [answer_of(row), text(row.arrival, roll.zone), text(row.departure, roll.zone), row.reason]
