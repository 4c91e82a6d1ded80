"""Plain makers of people and episodes; the actions are tested for themselves."""

from datetime import date, datetime, time
from itertools import count
from typing import Any

from patients.choices import ACCEPTED, ENDED, CareRole, EpisodeStatus, NameKind
from patients.models import CareTeamMember, Episode, Patient, PatientName
from programs.models import Program
from programs.tests.factories import make_program

REFERRED = date(2026, 11, 2)  # a Monday
_numbers = count(5001)


def make_patient(given: str = "Maya", family: str = "Ellison", *, legal_given: str | None = None, **kw: Any) -> Patient:
    """Someone with a preferred and a legal name; `legal_given` where the two differ."""
    defaults = {"number": next(_numbers), "birth_date": date(1990, 3, 14)}
    patient = Patient.objects.create(given=given, family=family, **(defaults | kw))
    make_name(patient, NameKind.PREFERRED, given, family)
    make_name(patient, NameKind.LEGAL, legal_given or given, family)
    return patient


def make_name(patient: Patient, kind: NameKind, given: str, family: str, **kw: Any) -> PatientName:
    defaults = {"starts_on": REFERRED}
    return PatientName.objects.create(patient=patient, kind=kind, given=given, family=family, **(defaults | kw))


def make_episode(
    patient: Patient | None = None,
    program: Program | None = None,
    *,
    status: EpisodeStatus = EpisodeStatus.ADMITTED,
    primary: Any = None,
    **kw: Any,
) -> Episode:
    """An episode in `status` with the dates that belong to it; with `primary` from the day of referral on."""
    program = program or make_program()
    noon = datetime.combine(REFERRED, time(12), tzinfo=program.location.zone)
    defaults: dict[str, Any] = {"referred_on": REFERRED}
    if status in [*ACCEPTED, EpisodeStatus.DISCHARGED]:
        defaults["accepted_at"] = noon
    if status in {EpisodeStatus.ADMITTED, EpisodeStatus.DISCHARGED}:
        defaults["admitted_on"] = REFERRED
    if status in ENDED:
        defaults["closed_at"] = noon
    fields = defaults | kw
    episode = Episode.objects.create(patient=patient or make_patient(), program=program, status=status, **fields)
    if primary:
        make_member(episode, primary, CareRole.PRIMARY)
    return episode


def make_member(episode: Episode, user: Any, role: CareRole = CareRole.THERAPIST, **kw: Any) -> CareTeamMember:
    defaults = {"starts_on": REFERRED}
    return CareTeamMember.objects.create(episode=episode, user=user, role=role, **(defaults | kw))
