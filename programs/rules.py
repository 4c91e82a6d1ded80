"""Who may direct what. Each answers with a refusal, or None where it may be done."""

from datetime import date

from web.refusals import Refusal

from .models import Location, Posting, Program
from .querysets import Person


def directs(user: Person, program: Program, day: date) -> Refusal | None:
    """Refuse who is neither director nor deputy of this program on `day`."""
    if Program.objects.directed_by(user, day).filter(pk=program.pk).exists():
        return None
    return Refusal(
        f"Only the director of {program}, or the deputy in force, can do this. Ask them to do it.", code="not_director"
    )


def may_reach(user: Person, *, program: Program | None, location: Location | None, day: date) -> Refusal | None:
    """Refuse what reaches further than the user directs; neither program nor location is the whole provider."""
    if program:
        return directs(user, program, day)
    if user.is_active and user.is_superuser:
        return None
    if location:
        allowed = Location.objects.directed_by(user, day).filter(pk=location.pk).exists()
    else:
        allowed = Posting.objects.of(user, day).in_charge().provider_wide().exists()
    if allowed:
        return None
    return Refusal(
        "This reaches further than your own postings. Choose one of your programs, or ask an administrator.",
        code="outside_postings",
        field="location" if location else "program",
    )


def may_set_for_all(user: Person, day: date) -> Refusal | None:
    """Refuse to set what holds for the whole provider unless every program not retired is the user's to direct."""
    directed = Program.objects.directed_by(user, day).values("pk")
    in_charge = user.is_superuser or Posting.objects.of(user, day).in_charge().exists()
    if user.is_active and in_charge and not Program.objects.active_on(day).exclude(pk__in=directed).exists():
        return None
    return Refusal(
        "This holds for programs you do not direct. Choose one of your programs, or ask an administrator.",
        code="not_everybodys_director",
        field="program",
    )
