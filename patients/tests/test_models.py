from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from patients.choices import MOVES, CareRole, EpisodeStatus, NameKind
from patients.models import Episode, Patient, PatientName, RelatedPerson
from programs.tests.factories import make_location, make_program
from staff.tests.factories import make_user

from .factories import make_episode, make_member, make_name, make_patient

pytestmark = pytest.mark.django_db
CLOSED = datetime(2026, 11, 20, 17, tzinfo=UTC)


def refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_a_patient_is_called_by_the_preferred_name_and_numbered_with_a_letter():
    patient = make_patient("Maya", "Ellison", number=2041)
    assert (patient.preferred_name, patient.mrn, str(patient)) == ("Maya Ellison", "N-2041", "N-2041")


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1990, 3, 14), date(2026, 3, 13), 35),
        (date(1990, 3, 14), date(2026, 3, 14), 36),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_age_counts_completed_years(born, day, age):
    assert Patient(birth_date=born).age_on(day) == age


def test_two_patients_never_share_a_number():
    make_patient(number=2041)
    refused(lambda: make_patient(number=2041))


def test_the_search_columns_are_written_also_by_bulk_creation():
    patient = make_patient()
    PatientName.objects.bulk_create(
        [PatientName(patient=patient, kind=NameKind.FORMER, given="Ana", family="O’Néill", starts_on=date(2026, 1, 1))]
    )
    name = PatientName.objects.get(kind=NameKind.FORMER)
    assert (name.words, name.sounds) == (" ana oneill ", " an anl ")


def test_a_patient_has_one_preferred_name_at_a_time_and_keeps_the_earlier():
    patient = make_patient()
    refused(lambda: make_name(patient, NameKind.PREFERRED, "May", "Ellison"))
    make_name(patient, NameKind.PREFERRED, "Mae", "Ellison", starts_on=date(2020, 1, 1), ends_on=date(2026, 11, 1))
    assert patient.names.filter(kind=NameKind.PREFERRED).count() == 2


def test_who_must_not_know_can_neither_be_contacted_nor_attend():
    patient = make_patient()
    related = {"patient": patient, "name": "Jo Ellison", "relation": "sibling", "must_not_know": True}
    RelatedPerson.objects.create(**related)
    refused(lambda: RelatedPerson.objects.create(**related, may_be_contacted=True))
    refused(lambda: RelatedPerson.objects.create(**related, may_attend=True))


def test_a_patient_has_one_open_episode_in_a_program():
    patient, program = make_patient(), make_program()
    make_episode(patient, program, status=EpisodeStatus.REFERRED)
    refused(lambda: make_episode(patient, program, status=EpisodeStatus.ADMITTED))


def test_a_patient_may_be_in_two_programs_and_come_back_on_the_day_of_the_discharge():
    patient, program = make_patient(), make_program()
    make_episode(patient, program, status=EpisodeStatus.DISCHARGED, closed_at=CLOSED)
    make_episode(patient, program, accepted_at=CLOSED, admitted_on=CLOSED.date())
    make_episode(patient, make_program())
    assert Episode.objects.filter(patient=patient).open().count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": EpisodeStatus.DISCHARGED, "closed_at": None},
        {"status": EpisodeStatus.REFERRED, "closed_at": CLOSED},
        {"status": EpisodeStatus.INTAKE, "accepted_at": None},
        {"status": EpisodeStatus.ADMITTED, "admitted_on": None},
        {"status": EpisodeStatus.INTAKE, "admitted_on": date(2026, 11, 3)},
    ],
)
def test_an_episode_has_the_dates_of_its_status(wrong):
    patient, program = make_patient(), make_program()
    refused(lambda: make_episode(patient, program, **wrong))


def test_an_episode_and_its_patient_are_not_deleted_while_anything_hangs_on_them():
    episode = make_episode(primary=make_user())
    with pytest.raises(ProtectedError):
        episode.delete()
    with pytest.raises(ProtectedError):
        episode.patient.delete()


def test_every_status_says_where_it_may_go():
    assert set(MOVES) == set(EpisodeStatus)
    ended = [status for status, moves in MOVES.items() if not moves]
    assert ended == [EpisodeStatus.DECLINED, EpisodeStatus.WITHDRAWN, EpisodeStatus.DISCHARGED]


def test_an_episode_has_one_primary_at_a_time():
    episode = make_episode(primary=make_user("rae"))
    kim = make_user("kim")
    refused(lambda: make_member(episode, kim, CareRole.PRIMARY))
    episode.care_team.update(ends_on=date(2026, 11, 9))
    make_member(episode, kim, CareRole.PRIMARY, starts_on=date(2026, 11, 10))
    primaries = [episode.primary_on(date(2026, 11, day)).user.username for day in (9, 10)]
    assert primaries == ["rae", "kim"]


def test_an_episode_without_a_primary_says_so():
    episode = make_episode()
    make_member(episode, make_user("mina"), CareRole.PRESCRIBER)
    assert episode.primary_on(date(2026, 11, 23)) is None


def test_the_day_of_an_episode_is_the_one_on_the_wall_of_its_location():
    program = make_program(location=make_location(zone_name="America/Los_Angeles"))
    episode = make_episode(program=program)
    assert episode.local_day(datetime(2026, 11, 24, 5, tzinfo=UTC)) == date(2026, 11, 23)
