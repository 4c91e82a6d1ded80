"""Whose credential may lead which service on which day (R-30): the lead matrix, read once and asked in memory."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from staff.licenses import in_use, in_words
from staff.models import Credential, Supervision, User

from .choices import Focus, LeadAnswer, LeaderRole
from .models import LeadRule, Program, ServiceType
from .policy import Book


@dataclass(frozen=True)
class Verdict:
    """Whether someone may have a part in a session. `reason` says why not, without a name: “has no credential …”.

    `code` is left, no_credential, not_yet, expired, not_qualified, co_lead_only or no_supervisor; empty where they may.
    """

    may: bool
    needs_cosignature: bool = False
    code: str = ""
    reason: str = ""


MAY = Verdict(True)
ENOUGH = {
    LeaderRole.LEAD: {LeadAnswer.YES, LeadAnswer.SUPERVISED},
    LeaderRole.CO_LEAD: {LeadAnswer.YES, LeadAnswer.SUPERVISED, LeadAnswer.CO_LEAD},
}


class LeadBook:
    """The matrix, and the credentials and supervision of some people; days of grace come from the policy book.

    `gone` are the ids of those whose accounts are closed.
    """

    def __init__(
        self,
        rules: Iterable[LeadRule],
        credentials: Iterable[Credential],
        supervision: Iterable[Supervision],
        book: Book,
        *,
        gone: Collection[int] = (),
    ) -> None:
        self._cells = {(rule.row, rule.column): rule for rule in rules}
        self._book, self._gone = book, frozenset(gone)
        self._credentials: dict[int, list[Credential]] = {}
        for credential in credentials:
            self._credentials.setdefault(credential.user_id, []).append(credential)
        self._supervision: dict[int, list[Supervision]] = {}
        for row in supervision:
            self._supervision.setdefault(row.supervisee_id, []).append(row)

    def verdict(self, user: int, *, service: ServiceType, program: Program, role: str, day: date) -> Verdict:
        """May `user` (an id) lead or co-lead `service` in `program` on `day`? `role` is a `LeaderRole`.

        Of several credentials the best one counts. Who has left the provider leads nothing after the book's day; what
        they led before stays as it was.
        """
        if not service.needs_leader:
            return MAY
        if self._has_left(user, day):
            return Verdict(False, code="left", reason="no longer works here")
        answers = self.answers(user, service=service, program=program, day=day)
        co_leads = role == LeaderRole.CO_LEAD
        if LeadAnswer.YES in answers:
            return MAY
        if LeadAnswer.SUPERVISED in answers and (
            co_leads or self.supervisor(user, service=service, program=program, day=day)
        ):
            return Verdict(True, needs_cosignature=True)
        if LeadAnswer.CO_LEAD in answers and co_leads:
            return MAY
        return self._refused(user, answers, service=service, program=program, role=role, day=day)

    def answers(self, user: int, *, service: ServiceType, program: Program, day: date) -> set[LeadAnswer]:
        """What the matrix says of each credential the person has in force on `day`."""
        held = [one for one in self._credentials.get(user, []) if self._in_force(one, program, day)]
        return {self._answer(one, service, program) for one in held}

    def supervisor(self, user: int, *, service: ServiceType, program: Program, day: date) -> int | None:
        """Who supervises the person on `day` and may lead the service themselves (R-23); None: nobody."""
        for row in self._supervision.get(user, []):
            if not row.holds_on(day) or self._has_left(row.supervisor_id, day):
                continue
            if LeadAnswer.YES in self.answers(row.supervisor_id, service=service, program=program, day=day):
                return row.supervisor_id
        return None

    def may_supervise(self, supervisor: int, supervisee: int, *, day: date) -> bool:
        """Whether a credential in force on `day` makes the one a supervisor of what the other leads under supervision.

        It leads some of that alone, and none of it only supervised or as co-lead; of somebody without such a credential
        it is asked for all that anybody leads under supervision. Days of grace are the provider's (R-23).
        """
        grace = self._book.number(None, "renewal_grace_days")
        columns = {one.type.column for one in self._credentials.get(supervisee, [])}
        under = {cell for cell, rule in self._cells.items() if rule.answer == LeadAnswer.SUPERVISED}
        rows = {row for row, column in under if column in columns} or {row for row, _ in under}
        held = [one for one in self._credentials.get(supervisor, []) if one.is_valid_on(day, grace_days=grace)]
        return any(self._leads_alone(one.type.column, rows) for one in held)

    def _leads_alone(self, column: str, rows: set[str]) -> bool:
        cells = [self._cells[row, column].answer for row in rows if (row, column) in self._cells]
        return LeadAnswer.YES in cells and not {LeadAnswer.SUPERVISED, LeadAnswer.CO_LEAD} & set(cells)

    def last_day(self, user: int, *, service: ServiceType, program: Program, role: str, day: date) -> date | None:
        """The last day from `day` on to which the person may have the part; None: no end, or not even now.

        It ends with a credential, with the supervision or with the supervisor's credential. Ask `verdict` first: None
        has two meanings.
        """
        for last in sorted(end for end in self._ends(user, program) if end >= day):
            if not self.verdict(user, service=service, program=program, role=role, day=last + timedelta(1)).may:
                return last
        return None

    def _ends(self, user: int, program: Program) -> set[date]:
        """The days after which the answer for the person may be another one."""
        supervision = self._supervision.get(user, [])
        people = [user, *(row.supervisor_id for row in supervision)]
        grace = self._grace(program)
        ends = {one.last_day(grace) for person in people for one in self._credentials.get(person, [])}
        return {end for end in ends | {row.ends_on for row in supervision} if end is not None}

    def unverified(self, users: Iterable[int], day: date) -> list[Credential]:
        """Of these people, by id, the credentials not over on `day` that nobody has looked up at their board."""
        held = [one for user in users for one in in_use(self._credentials.get(user, []), day)]
        return [one for one in held if one.verified_on is None and (one.expires_on is None or one.expires_on >= day)]

    def _has_left(self, user: int, day: date) -> bool:
        return user in self._gone and day > self._book.day

    def _grace(self, program: Program) -> int:
        return self._book.number(program, "renewal_grace_days")

    def _in_force(self, credential: Credential, program: Program, day: date) -> bool:
        return credential.is_valid_on(day, grace_days=self._grace(program))

    def _answer(self, credential: Credential, service: ServiceType, program: Program) -> LeadAnswer:
        cell = self._cells.get((service.lead_row, credential.type.column))
        if cell is None or (cell.in_substance_use_only and program.focus == Focus.MENTAL_HEALTH):
            return LeadAnswer.NO
        return LeadAnswer(cell.answer)

    def _refused(
        self, user: int, answers: set[LeadAnswer], *, service: ServiceType, program: Program, role: str, day: date
    ) -> Verdict:
        """Why not, beginning with what a renewal would repair."""
        enough = ENOUGH[LeaderRole(role)]
        held = self._credentials.get(user, [])
        others = [one for one in held if not self._in_force(one, program, day)]
        missing = [one for one in others if self._answer(one, service, program) in enough - answers]
        ended = [one.expires_on for one in missing if one.issued_on <= day and one.expires_on]
        if ended:
            last = max(ended)
            ends = "ends" if last >= self._book.day else "ended"
            return Verdict(False, code="expired", reason=f"has a license that {ends} on {in_words(last)}")
        if missing:
            first = min(one.issued_on for one in missing)
            return Verdict(False, code="not_yet", reason=f"has a license that begins only on {in_words(first)}")
        if LeadAnswer.SUPERVISED in answers:
            return Verdict(False, code="no_supervisor", reason=f"has no supervisor in force who may lead {service}")
        if LeadAnswer.CO_LEAD in answers:
            return Verdict(False, code="co_lead_only", reason=f"may only co-lead {service}")
        if not held:
            return Verdict(False, code="no_credential", reason="has no credential on file")
        return Verdict(False, code="not_qualified", reason=f"has no credential that may {role} {service}")


def lead_book(users: Iterable[int], book: Book) -> LeadBook:
    """Open the matrix for these people, by id, and their supervisors: four queries."""
    people = set(users)
    supervision = list(Supervision.objects.of(people))
    everyone = people | {row.supervisor_id for row in supervision}
    gone = User.objects.filter(pk__in=everyone, is_active=False).values_list("pk", flat=True)
    return LeadBook(LeadRule.objects.all(), Credential.objects.of(everyone), supervision, book, gone=gone)
