"""Which colleagues are somebody's to look after: `rules.may_lead` as a question to many people at once."""

from datetime import date

from django.db.models import QuerySet

from staff.models import User

from .models import Posting
from .querysets import sees_all


def led_by(by: User, day: date) -> QuerySet[User]:
    """Oneself, and whoever works, or will work, nowhere but where `by` directs."""
    everyone = User.objects.all()
    if sees_all(by):
        return everyone
    directed = Posting.objects.directed_by(by, day).values("pk")
    elsewhere = Posting.objects.not_over(day).exclude(pk__in=directed).exclude(user=by.pk)
    return everyone.exclude(pk__in=elsewhere.values("user"))


def seen_by(by: User, day: date) -> QuerySet[User]:
    """Those led, and whoever works at least in one place that `by` directs."""
    if sees_all(by):
        return User.objects.all()
    here = Posting.objects.directed_by(by, day).not_over(day)
    return led_by(by, day) | User.objects.filter(pk__in=here.values("user"))
