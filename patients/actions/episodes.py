"""Referred, accepted, begun: what is done with people and their episodes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.urls import reverse

from audit.actions import Entry, record, record_many
from patients import rules
from patients.choices import CareRole, EpisodeStatus, NameKind
from patients.models import CareTeamMember, Episode, Patient, PatientName, RelatedPerson
from patients.models.people import FIRST_NUMBER
from programs.models import Program
from staff.models import User
from web import keys
from web.refusals import require
from web.versions import count_up, require_version

NUMBER_LOCK = 4_207_302_041  # any number nobody else locks
ADMISSION_FIELDS = ["status", "admitted_on", "version"]
SETTLED_AS = {EpisodeStatus.INTAKE: "episode.begun", EpisodeStatus.ADMITTED: "episode.admission_moved"}


@dataclass(frozen=True)
class Person:
    """Somebody new, as they introduce themselves; without `preferred` they go by their given name."""

    given: str
    family: str
    birth_date: date
    preferred: str = ""


@transaction.atomic
def refer(*, person: Person | Patient, program: Program, at: datetime, key: UUID, by: User) -> Episode:
    """Refer somebody new, or a patient we know, to a program. One open episode in a program at a time (R-07)."""
    used = keys.claim(key, by=by)
    day = at.astimezone(program.location.zone).date()
    patient = _lock_patient(person) if isinstance(person, Patient) else _add_patient(person, day)
    require(rules.may_refer(patient, program))
    episode = Episode.objects.create(patient=patient, program=program, referred_on=day)
    keys.settle(used, reverse("patients"))
    _record(episode, "episode.referred", by, program=program.pk, new_patient=isinstance(person, Person))
    return episode


@transaction.atomic
def accept_episode(*, episode: Episode, version: int | None, primary: User | None, at: datetime, by: User) -> Episode:
    """Accept who was referred, with a primary clinician (R-33); then it is intake until treatment begins (R-05).

    Raises Stale when somebody else has changed the episode since `version`.
    """
    episode = lock_episode(episode)
    day = episode.local_day(at)
    require_version(
        episode,
        version,
        mine={"Status": "Intake", "Primary clinician": str(primary or "–")},
        theirs={"Status": episode.get_status_display(), "Primary clinician": _primary_name(episode, day)},
        url=episode.patient.get_absolute_url(),
    )
    require(rules.may_accept(episode), rules.may_be_primary(primary, episode, day))
    episode.status, episode.accepted_at = EpisodeStatus.INTAKE, at
    count_up(episode)
    episode.save(update_fields=["status", "accepted_at", "version"])
    CareTeamMember.objects.create(episode=episode, user=cast("User", primary), role=CareRole.PRIMARY, starts_on=day)
    _record(episode, "episode.accepted", by, primary=primary.pk if primary else None)
    return episode


@transaction.atomic
def begin(*, episode: Episode, day: date, by: User) -> Episode:
    """The first attended session was on this local `day`: from intake to admitted (R-05)."""
    episode = lock_episode(episode)
    require(rules.may_begin(episode))
    return _admit(episode, day, "episode.begun", by)


@transaction.atomic
def move_admission(*, episode: Episode, day: date | None, by: User) -> Episode:
    """The first attended session was corrected: it was on `day`, or (None) there was none and intake goes on (R-05)."""
    episode = lock_episode(episode)
    require(rules.may_move_admission(episode))
    return _admit(episode, day, "episode.admission_moved", by)


@transaction.atomic
def settle_admissions(*, days: Mapping[int, date | None], by: User) -> list[Episode]:
    """Begin treatment or move its first day for several episodes, by id, as `begin` and `move_admission` do (R-05).

    Who is neither in intake nor admitted, and whose day is right already, stays. Six queries for any number.
    """
    locked = Episode.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=days).order_by("pk")
    settled, entries = [], []
    for episode in locked:
        day, action = days[episode.pk], SETTLED_AS.get(EpisodeStatus(episode.status))
        if action and episode.admitted_on != day:
            entries.append(Entry(action=action, content=_set_admission(episode, day), **about_episode(episode, by)))
            settled.append(episode)
    Episode.objects.bulk_update(settled, ADMISSION_FIELDS)
    record_many(entries)
    return settled


@transaction.atomic
def add_related_person(
    *,
    patient: Patient,
    name: str,
    relation: str,
    by: User,
    may_attend: bool = False,
    may_be_contacted: bool = False,
    must_not_know: bool = False,
) -> RelatedPerson:
    """Write down somebody around the patient. Raises ValidationError for permissions that contradict each other."""
    related = RelatedPerson(
        patient=_lock_patient(patient),
        name=name,
        relation=relation,
        may_attend=may_attend,
        may_be_contacted=may_be_contacted,
        must_not_know=must_not_know,
    )
    related.full_clean()
    related.save()
    record(action="related_person.added", by=by, about=related, patients=[patient.pk], record_class="demographics")
    return related


def _add_patient(person: Person, day: date) -> Patient:
    called = person.preferred or person.given
    patient = Patient.objects.create(
        number=_next_number(), given=called, family=person.family, birth_date=person.birth_date
    )
    names = {NameKind.LEGAL: person.given, NameKind.PREFERRED: called}
    PatientName.objects.bulk_create(
        PatientName(patient=patient, kind=kind, given=given, family=person.family, starts_on=day)
        for kind, given in names.items()
    )
    return patient


def _next_number() -> int:
    """The next medical record number. SQLite's transactions are immediate and one at a time, so it needs no lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
    last = Patient.objects.aggregate(last=Max("number"))["last"]
    return FIRST_NUMBER if last is None else last + 1


def _lock_patient(patient: Patient) -> Patient:
    return Patient.objects.select_for_update(of=("self",), no_key=True).get(pk=patient.pk)


def lock_episode(episode: Episode) -> Episode:
    rows = Episode.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("patient", "program__location").get(pk=episode.pk)


def _admit(episode: Episode, day: date | None, action: str, by: User) -> Episode:
    content = _set_admission(episode, day)
    episode.save(update_fields=ADMISSION_FIELDS)
    _record(episode, action, by, **content)
    return episode


def _set_admission(episode: Episode, day: date | None) -> dict[str, str | None]:
    """Set the first day of treatment on the locked row; gives the day before and now."""
    before, episode.admitted_on = episode.admitted_on, day
    episode.status = EpisodeStatus.INTAKE if day is None else EpisodeStatus.ADMITTED
    count_up(episode)
    days = {"before": before, "admitted_on": day}
    return {name: value.isoformat() if value else None for name, value in days.items()}


def _record(episode: Episode, action: str, by: User, **content: object) -> None:
    record(action=action, content=content, **about_episode(episode, by))


def about_episode(episode: Episode, by: User) -> dict[str, Any]:
    return {"by": by, "about": episode, "patients": [episode.patient_id], "record_class": "episode"}


def _primary_name(episode: Episode, day: date) -> str:
    primary = episode.primary_on(day)
    return str(primary.user) if primary else "–"
