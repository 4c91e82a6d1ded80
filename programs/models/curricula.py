from datetime import date
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from programs.querysets import CurriculumQuerySet

from .places import Retiring
from .programs import Program


class Curriculum(Retiring):
    """Topics in the order in which a group teaches them; of one program, or of the whole provider."""

    program = models.ForeignKey(
        Program,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="curricula",
        help_text="Leave empty when every program may teach it.",
    )
    name = models.CharField(max_length=80)

    objects: ClassVar = CurriculumQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "curricula"
        constraints = [
            models.UniqueConstraint(
                "program",
                Lower("name"),
                name="curriculum_name_once",
                violation_error_message="This program already has a curriculum of this name.",
            ),
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(program=None),
                name="curriculum_provider_name_once",
                violation_error_message="The provider already has a curriculum of this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def topics_on(self, day: date) -> "list[Topic]":
        """Its topics not retired on `day`, in order."""
        return [topic for topic in self.topics.all() if topic.is_active_on(day)]


class Topic(Retiring):
    """One lesson of a curriculum."""

    curriculum = models.ForeignKey(Curriculum, models.PROTECT, related_name="topics")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)], help_text="Its place in the order.")
    title = models.CharField(max_length=120)
    aims = models.TextField(max_length=1000, blank=True, help_text="What members take from it.")

    class Meta:
        ordering = ["curriculum", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(position__gte=1),
                name="topic_position_positive",
                violation_error_message="Topics count from 1.",
            ),
            models.UniqueConstraint(
                "curriculum",
                Lower("title"),
                name="topic_title_once",
                violation_error_message="This curriculum already has a topic of this title.",
            ),
        ]

    def __str__(self) -> str:
        return self.title
