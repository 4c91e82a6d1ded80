"""The questions asked of patients and episodes. Access hangs on the episode; `visible_to` never joins."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils import timezone

from programs.models import Posting, Program
from programs.querysets import DatedQuerySet, sees_all
from staff.models import User

from . import names
from .choices import ACCEPTED, AWAITING, CareRole, EpisodeStatus

if TYPE_CHECKING:
    from .models import Patient

type Person = User | AnonymousUser

MOST_COMPARED = 200
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"  # the permissions of roles; deputies are clinicians already


class EpisodeQuerySet(QuerySet):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Episodes of the user's programs on `day` (today if left out); for a case manager those of the own caseload.

        Whose role does not see whole programs sees the episodes whose care team it is on, and as a deputy those of the
        programs it directs, no others. Ended episodes stay visible.
        """
        if sees_all(user):
            return self
        day = day or timezone.localdate()
        mine = self.filter(program__in=Program.objects.visible_to(user, day).values("pk"))
        if ModelBackend().has_perm(user, "patients.see_whole_programs"):  # by role: a deputy's are for one place
            return mine
        on_the_team = Exists(_care_team().active_on(day).filter(user_id=user.pk, episode=OuterRef("pk")))
        return mine.filter(on_the_team | Q(program__in=Program.objects.directed_by(user, day).values("pk")))

    def open(self) -> Self:
        """Not declined, withdrawn or discharged."""
        return self.filter(closed_at=None)

    def attach_to(self, patients: "list[Patient]", day: date) -> None:
        """Give each patient its episodes of this queryset as `episodes_in_scope`, the open ones first."""
        rows = self.filter(patient__in=[patient.pk for patient in patients]).for_list(day)
        episodes = list(rows.order_by(F("closed_at").desc(nulls_first=True), "-pk"))
        for patient in patients:
            patient.episodes_in_scope = [episode for episode in episodes if episode.patient_id == patient.pk]  # type: ignore[attr-defined]

    def with_care_team(self, day: date) -> Self:
        """Fetch the care team in force on `day` into `team`, which `Episode.primary_on` then reads."""
        members = _care_team().active_on(day).select_related("user").order_by("pk")
        return self.prefetch_related(Prefetch("care_team", members, to_attr="team"))

    def by_need(self) -> Self:
        """Who waits for us first, then intake, then who is admitted; by name within each."""
        need = Case(When(status__in=AWAITING, then=0), When(status=EpisodeStatus.INTAKE, then=1), default=2)
        return self.order_by(need, "patient__family", "patient__given")

    def led_by(self, user: User, day: date) -> Self:
        """Episodes whose primary clinician `user` is on `day`."""
        return self.filter(Exists(_primaries(day).filter(user_id=user.pk, episode=OuterRef("pk"))))

    def for_list(self, day: date) -> Self:
        """What a row of a list shows: patient, program with location, primary clinician; three queries in all."""
        return self.select_related("patient", "program__location").with_care_team(day)


class PatientQuerySet(QuerySet):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        """Patients with an episode that the user sees."""
        if sees_all(user):
            return self
        return self.filter(Exists(_episodes().visible_to(user, day).filter(patient=OuterRef("pk"))))

    def born_on(self, day: date) -> Self:
        return self.filter(birth_date=day)

    def named_like(self, text: str, *, most: int = 20) -> "list[Patient]":
        """The patients whose preferred, legal or former name fits `text` best, best first, at most `most`.

        Typing errors, accents and spellings that sound alike are forgiven; at most 200 candidates are compared.
        """
        candidates = _names().like(text).filter(patient__in=self.values("pk"))
        pairs = [(name.patient_id, f"{name.given} {name.family}") for name in candidates[:MOST_COMPARED]]
        keys = names.best_fits(text, pairs, most=most)
        found: dict[int, Any] = self.in_bulk(keys)
        return [found[key] for key in keys]


class PatientNameQuerySet(DatedQuerySet):
    def like(self, text: str) -> Self:
        """Names with a word that begins as a word of `text` does, or sounds like one; the closest first."""
        closeness = sum((_closeness(word) for word in names.fold(text).split()), start=Value(0))
        return self.annotate(closeness=closeness).filter(closeness__gt=0).order_by("-closeness", "pk")


class CareTeamQuerySet(DatedQuerySet):
    def primaries(self) -> Self:
        return self.filter(role=CareRole.PRIMARY)

    def of_active_episodes(self) -> Self:
        """Places in episodes accepted and not over."""
        return self.filter(episode__status__in=ACCEPTED)


class RelatedPersonQuerySet(QuerySet):
    def visible_to(self, user: Person, day: date | None = None) -> Self:
        return self.filter(patient__in=_patients().visible_to(user, day).values("pk"))


def primaries_of(episodes: EpisodeQuerySet, day: date) -> QuerySet[User]:
    """The primary clinicians of these episodes on `day`, by name."""
    theirs = _primaries(day).filter(user_id=OuterRef("pk"), episode__in=episodes.values("pk"))
    return User.objects.filter(Exists(theirs)).order_by("last_name", "first_name", "pk")


def possible_primaries(program: Program, day: date) -> QuerySet[User]:
    """The clinicians posted in `program` on `day`, by name."""
    posted = Posting.objects.active_on(day).reaching(program=program, location=program.location_id)
    clinicians = User.objects.with_perm("patients.be_primary", include_superusers=False, backend=MODEL_BACKEND)
    return clinicians.filter(Exists(posted.filter(user_id=OuterRef("pk")))).order_by("last_name", "first_name", "pk")


def _closeness(word: str) -> Case:
    """How near a name comes to one folded word, in SQL: enough to choose whom to compare."""
    heard = names.sound(word)
    return Case(
        When(words__contains=f" {word} ", then=3),
        When(words__contains=f" {word}", then=2),
        *([When(sounds__contains=f" {heard} ", then=2)] if heard else []),
        When(words__contains=f" {word[:2]}", then=1),
        default=0,
        output_field=IntegerField(),
    )


def _episodes() -> EpisodeQuerySet:
    return apps.get_model("patients", "Episode").objects.all()


def _patients() -> PatientQuerySet:
    return apps.get_model("patients", "Patient").objects.all()


def _names() -> PatientNameQuerySet:
    return apps.get_model("patients", "PatientName").objects.all()


def _care_team() -> CareTeamQuerySet:
    return apps.get_model("patients", "CareTeamMember").objects.all()


def _primaries(day: date) -> CareTeamQuerySet:
    return _care_team().active_on(day).primaries()
