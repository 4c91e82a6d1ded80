"""What we agreed to do: a plan holds problems, a problem goals, a goal objectives, an objective its interventions."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from patients.models import Episode
from programs.models import ServiceType
from staff.choices import Role
from web.models import Versioned

from .choices import PlanKind, PlanStatus
from .dose import Dose, weekly_minutes
from .querysets import PlanQuerySet

GOAL_MIN = 10


class TreatmentPlan(Versioned):
    """One version of the plan of an episode; `number` counts them from 1."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=PlanKind)
    status = models.CharField(max_length=10, choices=PlanStatus, default=PlanStatus.DRAFT)
    effective_on = models.DateField("in force from")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="authored_plans")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects: ClassVar = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["episode", "-number"]
        default_permissions = ()
        permissions = [
            ("view_plan", "Can read the treatment plans of patients in scope"),
            ("write_plan", "Can write a treatment plan"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "number"],
                name="plan_number_once",
                violation_error_message="This episode already has a plan of this number.",
            ),
            models.UniqueConstraint(
                fields=["episode"],
                condition=Q(status=PlanStatus.ACTIVE),
                name="plan_one_active",
                violation_error_message="This episode already has a plan in force.",
            ),
            models.UniqueConstraint(
                fields=["episode"],
                condition=Q(status=PlanStatus.DRAFT),
                name="plan_one_draft",
                violation_error_message="This episode already has a draft of a plan. Go on with that one.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("plan", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.status == PlanStatus.DRAFT

    def interventions(self) -> list["Intervention"]:
        """All interventions in the order of the plan; no query after `with_content()`."""
        return [
            intervention
            for problem in self.problems.all()
            for goal in problem.goals.all()
            for objective in goal.objectives.all()
            for intervention in objective.interventions.all()
        ]

    def doses(self) -> list[Dose]:
        return [intervention.as_dose() for intervention in self.interventions()]

    def weekly_minutes(self) -> int:
        """The prescribed countable minutes of a week."""
        return weekly_minutes(self.doses())


class Part(models.Model):
    """A numbered part of something above it."""

    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]
        default_permissions = ()


class Problem(Part):
    """What brings the patient here, in a sentence."""

    plan = models.ForeignKey(TreatmentPlan, models.PROTECT, related_name="problems")
    text = models.CharField(max_length=300)

    class Meta(Part.Meta):
        pass

    def __str__(self) -> str:
        return f"Problem {self.position}"


class Goal(Part):
    """What the patient wants, in the patient's own words (R-12)."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="goals")
    words = models.TextField(max_length=1000, validators=[MinLengthValidator(GOAL_MIN)])

    class Meta(Part.Meta):
        pass

    def __str__(self) -> str:
        return f"Goal {self.position}"


class Objective(Part):
    """One thing that can be seen or counted, with where it stands and where it should be by a day."""

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="objectives")
    text = models.CharField(max_length=300)
    measure = models.CharField(max_length=120, blank=True)
    baseline = models.CharField(max_length=60, blank=True)
    target = models.CharField(max_length=60, blank=True)
    target_on = models.DateField("target date", null=True, blank=True)

    class Meta(Part.Meta):
        pass

    def __str__(self) -> str:
        return f"Objective {self.position}"


class Intervention(Part):
    """A service of the prescribed dose, and who gives it: a person or a role."""

    objective = models.ForeignKey(Objective, models.PROTECT, related_name="interventions")
    service = models.ForeignKey(ServiceType, models.PROTECT, related_name="+")
    times_a_week = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(14)])
    minutes = models.PositiveSmallIntegerField(validators=[MinValueValidator(5), MaxValueValidator(480)])
    responsible = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    responsible_role = models.CharField(max_length=20, choices=Role, blank=True)

    class Meta(Part.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(times_a_week__gte=1, minutes__gte=1),
                name="intervention_positive",
                violation_error_message="Give at least once a week and at least one minute.",
            ),
            models.CheckConstraint(
                condition=Q(responsible__isnull=True, responsible_role__gt="")
                | Q(responsible__isnull=False, responsible_role=""),
                name="intervention_one_responsible",
                violation_error_message="Choose who gives it: one person or one role.",
            ),
        ]

    def __str__(self) -> str:
        return f"Intervention {self.position}"

    @property
    def who(self) -> str:
        return str(self.responsible) if self.responsible else self.get_responsible_role_display()

    @property
    def weekly_minutes(self) -> int:
        return self.times_a_week * self.minutes

    @property
    def is_countable(self) -> bool:
        """Whether its minutes count toward the weekly hours (R-45)."""
        return self.service.counts()

    def as_dose(self) -> Dose:
        return Dose(str(self.service), self.times_a_week, self.minutes, countable=self.is_countable)
