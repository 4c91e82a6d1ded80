"""Whose credential may lead which service on which day (R-30): the lead matrix, read once and asked in memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from staff.models import Credential, Supervision

from .choices import Focus, LeadAnswer, LeaderRole
from .models import LeadRule, Program, ServiceType
from .policy import Book


@dataclass(frozen=True)
class Verdict:
    """Whether someone may have a part in a session. `reason` says why not, without a name: “has no credential …”.

    `code` is no_credential, expired, not_qualified, co_lead_only or no_supervisor; empty where they may.
    """

    may: bool
    needs_cosignature: bool = False
    code: str = ""
    reason: str = ""


MAY = Verdict(True)


class LeadBook:
    """The matrix, and the credentials and supervision of some people; days of grace come from the policy book."""

    def __init__(
        self,
        rules: Iterable[LeadRule],
        credentials: Iterable[Credential],
        supervision: Iterable[Supervision],
        book: Book,
    ) -> None:
        self._cells = {(rule.row, rule.column): rule for rule in rules}
        self._book = book
        self._credentials: dict[int, list[Credential]] = {}
        for credential in credentials:
            self._credentials.setdefault(credential.user_id, []).append(credential)
        self._supervision: dict[int, list[Supervision]] = {}
        for row in supervision:
            self._supervision.setdefault(row.supervisee_id, []).append(row)

    def verdict(self, user: int, *, service: ServiceType, program: Program, role: str, day: date) -> Verdict:
        """May `user` (an id) lead or co-lead `service` in `program` on `day`? `role` is a `LeaderRole`."""
        if not service.needs_leader:
            return MAY
        answers = self.answers(user, service=service, program=program, day=day)
        if LeadAnswer.YES in answers:
            return MAY
        if LeadAnswer.SUPERVISED in answers and self.supervisor(user, service=service, program=program, day=day):
            return Verdict(True, needs_cosignature=True)
        if role == LeaderRole.CO_LEAD and answers & {LeadAnswer.CO_LEAD, LeadAnswer.SUPERVISED}:
            return MAY
        return self._refused(user, answers, service, program, day)

    def answers(self, user: int, *, service: ServiceType, program: Program, day: date) -> set[LeadAnswer]:
        """What the matrix says of each credential the person has in force on `day`."""
        grace = self._book.number(program, "renewal_grace_days")
        held = [one for one in self._credentials.get(user, []) if one.is_valid_on(day, grace_days=grace)]
        return {self._answer(one, service, program) for one in held}

    def supervisor(self, user: int, *, service: ServiceType, program: Program, day: date) -> int | None:
        """Who supervises the person on `day` and may lead the service themselves (R-23); None: nobody."""
        for row in self._supervision.get(user, []):
            theirs = self.answers(row.supervisor_id, service=service, program=program, day=day)
            if row.holds_on(day) and LeadAnswer.YES in theirs:
                return row.supervisor_id
        return None

    def last_day(self, user: int, *, service: ServiceType, program: Program, role: str, day: date) -> date | None:
        """The last day from `day` on to which the person's credentials carry the part; None: no end, or not even now.

        Ask `verdict` first: None has two meanings.
        """
        grace = self._book.number(program, "renewal_grace_days")
        ends = {one.last_day(grace) for one in self._credentials.get(user, [])}
        for last in sorted(end for end in ends if end and end >= day):
            after = date.fromordinal(last.toordinal() + 1)
            if not self.verdict(user, service=service, program=program, role=role, day=after).may:
                return last
        return None

    def _answer(self, credential: Credential, service: ServiceType, program: Program) -> LeadAnswer:
        cell = self._cells.get((service.lead_row, credential.type.column))
        if cell is None or (cell.in_substance_use_only and program.focus == Focus.MENTAL_HEALTH):
            return LeadAnswer.NO
        return LeadAnswer(cell.answer)

    def _refused(
        self, user: int, answers: set[LeadAnswer], service: ServiceType, program: Program, day: date
    ) -> Verdict:
        if LeadAnswer.SUPERVISED in answers:
            return Verdict(False, code="no_supervisor", reason=f"has no supervisor in force who may lead {service}")
        if LeadAnswer.CO_LEAD in answers:
            return Verdict(False, code="co_lead_only", reason=f"may only co-lead {service}")
        held = self._credentials.get(user, [])
        lapsed = [
            one
            for one in held
            if one.expires_on and one.expires_on < day and self._answer(one, service, program) != LeadAnswer.NO
        ]
        if lapsed:
            last = max(one.expires_on for one in lapsed if one.expires_on)
            return Verdict(
                False, code="expired", reason=f"has a license that ended on {last:%b} {last.day}, {last.year}"
            )
        if not held:
            return Verdict(False, code="no_credential", reason="has no credential on file")
        return Verdict(False, code="not_qualified", reason=f"has no credential that may lead {service}")


def lead_book(users: Iterable[int], book: Book) -> LeadBook:
    """Open the matrix for these people, by id, and their supervisors: three queries."""
    people = set(users)
    supervision = list(Supervision.objects.of(people))
    with_supervisors = people | {row.supervisor_id for row in supervision}
    return LeadBook(LeadRule.objects.all(), Credential.objects.of(with_supervisors), supervision, book)
