"""Who may direct what. Each answers with a refusal, or None where it may be done."""

from datetime import date

from staff.choices import Role
from staff.licenses import in_words
from staff.models import User
from web.refusals import Refusal

from .leading import LeadBook
from .models import Location, Posting, Program
from .querysets import Person, sees_all


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


def may_set_policy(user: Person, program: Program | None, day: date) -> Refusal | None:
    """Refuse to set a program's values to who does not direct it, and those of the whole provider likewise."""
    return directs(user, program, day) if program else may_set_for_all(user, day)


def may_lead(by: User, user: User, day: date) -> Refusal | None:
    """Refuse the account of somebody who works, or will work, where `by` does not direct.

    SECURITY: who makes the link to an account can sign in with it, and sees what it sees.
    """
    if sees_all(by) or by.pk == user.pk:
        return None
    directed = Posting.objects.directed_by(by, day).values("pk")
    if not Posting.objects.filter(user=user).not_over(day).exclude(pk__in=directed).exists():
        return None
    return Refusal(
        f"{user} also works where you do not direct. Ask an administrator, or whoever directs all of it.",
        code="works_elsewhere",
        about=user,
    )


def works_here(by: User, user: User, day: date, *, on: date, field: str = "") -> Refusal | None:
    """Refuse somebody with no posting in force `on` that day where `by` directs on `day`."""
    postings = Posting.objects.filter(user=user).active_on(on)
    if sees_all(by) or postings.directed_by(by, day).exists():
        return None
    return Refusal(
        f"{user} does not work where you direct on {in_words(on)}. Choose somebody who does, or ask an administrator.",
        code="not_posted",
        field=field or None,
        about=user,
    )


def may_post(by: User, user: User, *, is_deputy: bool) -> Refusal | None:
    """Nobody changes their own postings, and only a director posts a director or a deputy.

    SECURITY: a deputy who could would stay one for good, put another in charge, or post the director away.
    """
    if sees_all(by):
        return None
    if by.pk == user.pk:
        return Refusal("Nobody changes their own postings. Ask another director.", code="own_posting", field="user")
    if Role.DIRECTOR in by.roles:
        return None
    if is_deputy:
        return Refusal("Only a director names a deputy. Ask the director.", code="not_director", field="is_deputy")
    if Role.DIRECTOR in user.roles:
        return Refusal(
            f"{user} is a director, and only a director says where a director works. Ask the director.",
            code="posts_director",
            field="user",
        )
    return None


def may_supervise(supervisor: User, supervisee: User, *, day: date, leads: LeadBook) -> Refusal | None:
    """Refuse a supervisor without a credential in force on `day` for what the other leads under supervision (R-23)."""
    if supervisor.pk == supervisee.pk:
        return Refusal("Nobody supervises themselves. Choose another person.", code="self", field="supervisor")
    if not supervisor.is_active:
        return Refusal(f"{supervisor} no longer works here. Choose another person.", code="left", field="supervisor")
    if leads.may_supervise(supervisor.pk, supervisee.pk, day=day):
        return None
    return Refusal(
        f"{supervisor} has no credential in force on {in_words(day)} that may lead alone what {supervisee} leads under "
        "supervision. Choose another person, or put the credential on file first.",
        code="not_qualified",
        rule="R-23",
        field="supervisor",
        about=supervisor,
    )
