from datetime import date, datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.choices import ACCEPTED, AWAITING, ENDED, MOVES, CareRole, EpisodeStatus
from patients.querysets import CareTeamQuerySet, EpisodeQuerySet
from programs.models import Program
from web.models import Versioned

from .people import Patient


class Episode(Versioned):
    """One stay in one program, from the referral to its end; who sees it sees the patient. Never deleted (R-70)."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="episodes")
    program = models.ForeignKey(Program, models.PROTECT, related_name="episodes")
    status = models.CharField(max_length=12, choices=EpisodeStatus, default=EpisodeStatus.REFERRED)
    referred_on = models.DateField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    admitted_on = models.DateField(
        null=True, blank=True, help_text="The local day of the first attended session (R-05)."
    )
    closed_at = models.DateTimeField(null=True, blank=True, help_text="From this moment on the episode is over.")

    objects: ClassVar = EpisodeQuerySet.as_manager()

    class Meta:
        ordering = ["-referred_on", "-pk"]
        default_permissions = ()
        permissions = [
            ("see_whole_programs", "Sees every episode of the programs of the own postings"),
            ("add_episode", "Can refer someone and start intake"),
            ("accept_episode", "Can accept someone into a program"),
            ("be_primary", "Can be the primary clinician of an episode"),
        ]
        indexes = [models.Index(fields=["program", "status"], name="episode_program_status")]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "program"],
                condition=Q(closed_at=None),
                name="episode_one_open",
                violation_error_message="This patient already has an open episode in this program.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, closed_at__isnull=False) | (~Q(status__in=ENDED) & Q(closed_at=None)),
                name="episode_ended_is_closed",
                violation_error_message="An episode has an end exactly when it was declined, withdrawn or discharged.",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[*ACCEPTED, EpisodeStatus.DISCHARGED]) | Q(accepted_at__isnull=False),
                name="episode_accepted_first",
                violation_error_message="Nobody is in intake, admitted or discharged without having been accepted.",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=[EpisodeStatus.ADMITTED, EpisodeStatus.DISCHARGED], admitted_on__isnull=False)
                    | (~Q(status__in=[EpisodeStatus.ADMITTED, EpisodeStatus.DISCHARGED]) & Q(admitted_on=None))
                ),
                name="episode_admitted_has_day",
                violation_error_message="An episode has an admission day exactly when treatment has begun.",
            ),
        ]

    def __str__(self) -> str:
        return f"Episode {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_awaiting(self) -> bool:
        """Referred, and not yet accepted or declined."""
        return self.status in AWAITING

    def may_become(self, status: EpisodeStatus) -> bool:
        """Whether the move from the present status to this one exists."""
        return status in MOVES[EpisodeStatus(self.status)]

    def local_day(self, at: datetime) -> date:
        """The date on the wall of the program's location."""
        return at.astimezone(self.program.location.zone).date()

    def primary_on(self, day: date) -> "CareTeamMember | None":
        """The primary clinician in force on `day`; no query after `with_care_team(day)`."""
        members: list[CareTeamMember] | None = getattr(self, "team", None)
        if members is None:
            return self.care_team.active_on(day).primaries().select_related("user").first()
        return next((member for member in members if member.role == CareRole.PRIMARY), None)


class CareTeamMember(models.Model):
    """Who cares for a patient in one episode, from when to when."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="care_team")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="care_team_places")
    role = models.CharField(max_length=12, choices=CareRole)
    starts_on = models.DateField("from")
    ends_on = models.DateField("until", null=True, blank=True, help_text="The last day, itself included.")

    objects: ClassVar = CareTeamQuerySet.as_manager()

    class Meta:
        ordering = ["episode", "starts_on", "pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["user", "episode"], name="care_team_caseload")]
        constraints = [
            models.UniqueConstraint(
                fields=["episode"],
                condition=Q(role=CareRole.PRIMARY, ends_on=None),
                name="care_team_one_primary",
                violation_error_message="This episode already has a primary clinician. End that one's time first.",
            ),
            models.UniqueConstraint(
                fields=["episode", "user", "role"],
                condition=Q(ends_on=None),
                name="care_team_once",
                violation_error_message="This person already has this place on the care team.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="care_team_dates",
                violation_error_message="The last day cannot be before the first. Change one of the two dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"Care team member {self.pk}"
