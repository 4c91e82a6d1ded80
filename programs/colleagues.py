"""Which colleagues are somebody's to look after, and whose names somebody is offered."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from staff.models import User
from staff.rules import GIVEN_BY_SUPERUSER

from .models import Posting
from .querysets import sees_all

MOST_NAMES = 20
FEWEST_LETTERS = 2


def seen_by(by: User, day: date) -> QuerySet[User]:
    """Oneself, whoever works or will work where `by` directs, who last worked there, and who was never posted.

    SECURITY: of anybody else one is offered the name, and nothing more. Who directs everywhere sees everybody.
    """
    if sees_all(by):
        return User.objects.all()
    theirs = Posting.objects.filter(user=OuterRef("pk"))
    here = theirs.directed_by(by, day)
    above = User.objects.filter(Q(is_superuser=True) | Q(groups__name__in=GIVEN_BY_SUPERUSER))
    return User.objects.filter(
        Q(pk=by.pk)
        | Exists(Posting.objects.of(by, day).in_charge().provider_wide())
        | Exists(here.not_over(day))
        | (Exists(here) & ~Exists(theirs.not_over(day)))
        | (~Exists(theirs) & ~Q(pk__in=above.values("pk")))
    )


def named(rows: QuerySet[User]) -> QuerySet[User]:
    """The first few of these who work here: enough to choose by name, too few to read through everybody."""
    first = rows.filter(is_active=True).order_by("last_name", "first_name", "pk").values_list("pk", flat=True)
    return User.objects.filter(pk__in=list(first[:MOST_NAMES]))
