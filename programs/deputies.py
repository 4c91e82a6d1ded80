"""Where a permission holds: by role wherever one works, as a deputy only in the programs one stands in for.

`user.has_perm` alone does not know the program: a deputy of one program may be posted in another for something else.
"""

from datetime import date
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from web.refusals import Refusal

from .models import Program
from .querysets import Person, ProgramQuerySet, sees_all


def holds_in(user: Person, permission: str, program: Program | int, day: date | None = None) -> bool:
    """Whether the permission is the user's in this program on `day` (today if left out); scope is asked elsewhere.

    A deputy's programs are read once for each user and day.
    """
    if _by_role(user, permission):
        return True
    number = program if isinstance(program, int) else program.pk
    return user.has_perm(permission) and number in _stood_in_for(user, day or timezone.localdate())


def may_in(user: Person, permission: str, program: Program, day: date | None = None) -> Refusal | None:
    """Refuse what someone may do only as the deputy of another program."""
    if holds_in(user, permission, program, day):
        return None
    return Refusal(
        f"You may do this as a deputy, and you are not the deputy of {program}. Ask its director.",
        code="deputy_elsewhere",
    )


def programs_where(user: Person, permission: str, day: date) -> ProgramQuerySet:
    """The programs in which the permission is the user's on `day`: in scope by role, directed as a deputy."""
    programs: ProgramQuerySet = Program.objects.all()
    if _by_role(user, permission):
        return programs.visible_to(user, day)
    return programs.directed_by(user, day) if user.has_perm(permission) else programs.none()


def _by_role(user: Person, permission: str) -> bool:
    return sees_all(user) or ModelBackend().has_perm(user, permission)


def _stood_in_for(user: Any, day: date) -> set[int]:
    known: dict[date, set[int]] = user.__dict__.setdefault("_programs_stood_in_for", {})
    if day not in known:
        known[day] = set(Program.objects.directed_by(user, day).values_list("pk", flat=True))
    return known[day]
