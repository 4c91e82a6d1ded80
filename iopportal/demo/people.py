"""Whom the demo's provider serves: seats in the groups with those who had them, and people on the way in."""

import datetime as dt
import random
from dataclasses import dataclass

from patients.choices import CareRole, EpisodeStatus, NameKind, Relation
from patients.models import CareTeamMember, Episode, Patient, PatientName, RelatedPerson
from patients.models.people import FIRST_NUMBER
from programs.models import Group, Program, TrackPhase
from scheduling.models import Membership
from scheduling.previews import phase_dates
from staff.models import User

from . import names
from .places import Site

SEATS = 12
NEWCOMERS = 2
SHORTEST = 3  # weeks
GROWN_UP = 18
WAITING = [EpisodeStatus.REFERRED] * 4 + [EpisodeStatus.SCREENED] * 3 + [EpisodeStatus.WAITLISTED] * 3
TURNED_AWAY = [EpisodeStatus.DECLINED, EpisodeStatus.WITHDRAWN]
DAY = dt.timedelta(days=1)


@dataclass
class Stay:
    """One person's stay: from the first day to the last (None: goes on); without a first day they are on the way in."""

    status: EpisodeStatus
    begins: dt.date | None = None
    ends: dt.date | None = None


@dataclass
class Treated:
    """An accepted episode with its first and last day (None: goes on)."""

    episode: Episode
    begins: dt.date
    ends: dt.date | None


def stays(*, today: dt.date, weeks: int, rng: random.Random) -> list[Stay]:
    """The stays of one site: who is here now, who begins next week, who had the seat before, who is on the way in."""
    monday = today - today.weekday() * DAY
    now, before = [], []
    for seat in range(SEATS - NEWCOMERS):
        weeks_ago = seat * weeks // SEATS + rng.randrange(2)
        begins = monday - dt.timedelta(weeks=weeks_ago)
        now.append(Stay(EpisodeStatus.ADMITTED, begins))
        if weeks - weeks_ago >= SHORTEST:
            earlier = monday - dt.timedelta(weeks=weeks)
            before.append(Stay(EpisodeStatus.DISCHARGED, earlier, begins - 3 * DAY))
    coming = [Stay(EpisodeStatus.INTAKE, monday + dt.timedelta(weeks=1)) for _ in range(NEWCOMERS)]
    return [*now, *coming, *before, *(Stay(status) for status in WAITING + TURNED_AWAY)]


def admit(
    site: Site, program: Program, everyone: list[Stay], people: dict[str, User], *, today: dt.date, rng: random.Random
) -> list[Treated]:
    """Make the patients, their names and relatives, their episodes, primaries and memberships; give who is accepted."""
    patients = make_patients(site, len(everyone), today=today, rng=rng)
    episodes = Episode.objects.bulk_create(
        make_episode(patient, program, stay, today=today) for patient, stay in zip(patients, everyone, strict=True)
    )
    accepted = [
        Treated(episode, stay.begins, stay.ends)
        for episode, stay in zip(episodes, everyone, strict=True)
        if stay.begins
    ]
    CareTeamMember.objects.bulk_create(care_team(site, accepted, people, today))
    Membership.objects.bulk_create(memberships(program, accepted))
    return accepted


def make_patients(site: Site, number: int, *, today: dt.date, rng: random.Random) -> list[Patient]:
    """The next `number` people, with a legal and a preferred name and one relative each."""
    first = Patient.objects.count()
    patients = []
    for n in range(first, first + number):
        given, family = names.person(n)
        age = rng.randint(site.youngest, site.oldest)
        born = dt.date(today.year - age, 1, 1) - rng.randrange(1, 360) * DAY
        patients.append(Patient(number=FIRST_NUMBER + n, given=given, family=family, birth_date=born))
    patients = Patient.objects.bulk_create(patients)
    PatientName.objects.bulk_create(
        PatientName(patient=patient, kind=kind, given=patient.given, family=patient.family, starts_on=today - 90 * DAY)
        for patient in patients
        for kind in (NameKind.LEGAL, NameKind.PREFERRED)
    )
    RelatedPerson.objects.bulk_create(
        RelatedPerson(
            patient=patient,
            name=f"{rng.choice(names.RELATIVES)} {patient.family}",
            relation=rng.choice([Relation.PARENT, Relation.SIBLING, Relation.PARTNER])
            if site.oldest > GROWN_UP
            else Relation.PARENT,
            may_attend=True,
            may_be_contacted=True,
        )
        for patient in patients
    )
    return patients


def make_episode(patient: Patient, program: Program, stay: Stay, *, today: dt.date) -> Episode:
    """In intake for now, also who is admitted or discharged: the attendance sets the day (R-05)."""
    referred = (stay.begins or today) - 6 * DAY
    status = EpisodeStatus.INTAKE if stay.begins else stay.status
    zone = program.location.zone
    return Episode(
        patient=patient,
        program=program,
        status=status,
        referred_on=min(referred, today),
        accepted_at=dt.datetime.combine(min(referred + 2 * DAY, today), dt.time(10), zone) if stay.begins else None,
        closed_at=dt.datetime.combine(today, dt.time(9), zone) if status in TURNED_AWAY else None,
    )


def care_team(site: Site, accepted: list[Treated], people: dict[str, User], today: dt.date) -> list[CareTeamMember]:
    """A primary clinician each, in turn; cory is the case manager of every third person at Northside."""
    places = []
    for n, stay in enumerate(accepted):
        accepted_on = min(stay.episode.referred_on + 2 * DAY, today)
        given = {"episode": stay.episode, "starts_on": accepted_on, "ends_on": stay.ends}
        if site.clinicians:
            primary = people[site.clinicians[n % len(site.clinicians)]]
            places.append(CareTeamMember(user=primary, role=CareRole.PRIMARY, **given))
        if site.name == "Northside" and n % 3 == 0:
            places.append(CareTeamMember(user=people["cory"], role=CareRole.CASE_MANAGER, **given))
    return places


def memberships(program: Program, accepted: list[Treated]) -> list[Membership]:
    """The groups of the track by the patient's own weeks, and every other group for the whole stay."""
    phases = list(TrackPhase.objects.filter(track__program=program).select_related("group"))
    plain = list(Group.objects.filter(program=program, phases=None))
    made = []
    for stay in accepted:
        spans: list[tuple[Group, dt.date, dt.date | None]]
        spans = [(phase.group, *phase_dates(phase, stay.begins)) for phase in phases]
        spans += [(group, stay.begins, None) for group in plain]
        for group, first, last in spans:
            last_day = min((day for day in (last, stay.ends) if day), default=None)
            if last_day is None or first <= last_day:
                made.append(
                    Membership(
                        group=group, episode=stay.episode, starts_on=first, ends_on=last_day, track_start=stay.begins,
                        reason="Discharged" if last_day == stay.ends and stay.ends else "",
                    )
                )  # fmt: skip
    return made
