import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction

from audit.models import Event
from patients import actions
from patients.actions import Person
from patients.choices import EpisodeStatus, NameKind
from patients.models import CareTeamMember, Episode, Patient, RelatedPerson
from programs.models import Posting
from programs.tests.factories import make_location, make_posting, make_program
from staff.tests.factories import make_user
from web.models import OneTimeKey
from web.refusals import AlreadyDone, Refusal, Stale

from .factories import make_episode, make_patient

AT = datetime(2026, 11, 23, 22, tzinfo=UTC)
DAY = date(2026, 11, 23)
MAYA = Person("Margaret", "Ellison", date(1990, 3, 14), preferred="Maya")


def refer(house, person=MAYA, **kw):
    fields = {"program": house.evening, "at": AT, "key": uuid.uuid4(), "by": house.rae}
    return actions.refer(person=person, **(fields | kw))


def accept(house, episode, **kw):
    fields = {"version": episode.version, "primary": house.rae, "at": AT, "by": house.rae}
    return actions.accept_episode(episode=episode, **(fields | kw))


def events():
    return list(Event.objects.order_by("sequence").values_list("action", "actor_name", "patient_id"))


@pytest.mark.django_db
def test_referring_somebody_new_makes_the_person_with_names_and_the_episode(house):
    episode = refer(house)
    patient = episode.patient
    assert (patient.preferred_name, patient.mrn, episode.status) == ("Maya Ellison", "N-2001", "referred")
    assert set(patient.names.values_list("kind", "given", "starts_on")) == {
        (NameKind.LEGAL, "Margaret", DAY),
        (NameKind.PREFERRED, "Maya", DAY),
    }
    assert events() == [("episode.referred", "Rae Lindqvist", patient.pk)]


@pytest.mark.django_db
def test_medical_record_numbers_go_on_from_the_last(house):
    make_patient(number=2040)
    assert refer(house).patient.mrn == "N-2041"


@pytest.mark.django_db
def test_a_referral_in_the_evening_is_dated_by_the_clock_of_the_location(house):
    program = make_program(location=make_location(zone_name="America/New_York"))
    assert refer(house, program=program, at=datetime(2026, 11, 24, 3, tzinfo=UTC)).referred_on == DAY


@pytest.mark.django_db
def test_the_second_submit_of_a_referral_makes_nothing_and_leads_to_the_list(house):
    key = uuid.uuid4()
    refer(house, key=key)
    with pytest.raises(AlreadyDone) as done:
        refer(house, key=key)
    assert (done.value.url, Patient.objects.count(), Episode.objects.count()) == ("/patients/", 1, 1)


@pytest.mark.django_db
def test_a_known_patient_is_referred_to_another_program_without_a_second_person(house):
    episode = make_episode(program=house.teen)
    again = refer(house, episode.patient)
    assert (again.patient, Patient.objects.count()) == (episode.patient, 1)


@pytest.mark.django_db
def test_an_open_episode_in_the_program_refuses_another_and_saves_nothing(house):
    patient = make_episode(program=house.evening).patient
    with pytest.raises(Refusal) as refusal:
        refer(house, patient)
    assert (refusal.value.rule, refusal.value.field) == ("R-07", "program")
    assert refusal.value.sentence.startswith(
        "Maya Ellison already has an open episode in Evening IOP: admitted since Nov 2,"
    )
    assert (Episode.objects.count(), events()) == (1, [])


@pytest.mark.django_db
def test_discharge_and_readmission_on_one_day_are_fine(house):
    patient = make_episode(program=house.evening, status=EpisodeStatus.DISCHARGED, closed_at=AT).patient
    assert refer(house, patient).referred_on == DAY


@pytest.mark.django_db
def test_accepting_moves_to_intake_with_one_primary_clinician(house):
    episode = accept(house, refer(house), primary=house.kim)
    assert (episode.status, episode.accepted_at, episode.admitted_on, episode.version) == ("intake", AT, None, 2)
    assert episode.primary_on(DAY).user == house.kim
    assert [action for action, *_ in events()] == ["episode.referred", "episode.accepted"]


@pytest.mark.django_db
@pytest.mark.parametrize("primary", [None, "omar", "ines", "cory"])
def test_nobody_is_accepted_without_a_primary_clinician_of_the_program(house, primary):
    episode = refer(house)
    with pytest.raises(Refusal) as refusal:
        accept(house, episode, primary=primary and getattr(house, primary))
    assert (refusal.value.rule, refusal.value.field) == ("R-33", "primary")
    episode.refresh_from_db()
    assert (episode.status, CareTeamMember.objects.count(), len(events())) == ("referred", 0, 1)


@pytest.mark.django_db
def test_a_clinician_whose_posting_has_ended_is_no_primary(house):
    Posting.objects.filter(user=house.rae).update(ends_on=date(2026, 11, 22))
    with pytest.raises(Refusal, match="not a clinician posted in Evening IOP on Nov 23, 2026"):
        accept(house, refer(house))


@pytest.mark.django_db
def test_who_is_accepted_already_is_not_accepted_again(house):
    episode = make_episode(program=house.evening, status=EpisodeStatus.INTAKE)
    with pytest.raises(Refusal) as refusal:
        accept(house, episode)
    assert (refusal.value.code, refusal.value.step.url) == ("not_awaiting", episode.patient.get_absolute_url())


@pytest.mark.django_db
def test_accepting_from_an_older_page_shows_both_sides(house):
    episode = refer(house)
    accept(house, episode, primary=house.kim)
    with pytest.raises(Stale) as stale:
        accept(house, episode, primary=house.rae)
    sides = [(side.label, side.mine, side.theirs) for side in stale.value.sides]
    assert sides == [("Status", "Intake", "Intake"), ("Primary clinician", "Rae Lindqvist", "Kim Duarte")]
    assert stale.value.by == "Rae Lindqvist"


@pytest.mark.django_db
def test_the_first_attended_session_admits_and_its_correction_moves_the_day(house):
    episode = make_episode(program=house.evening, status=EpisodeStatus.INTAKE)
    admitted = actions.begin(episode=episode, day=DAY, by=house.rae)
    assert (admitted.status, admitted.admitted_on) == ("admitted", DAY)
    moved = actions.move_admission(episode=episode, day=date(2026, 11, 24), by=house.rae)
    assert (moved.status, moved.admitted_on) == ("admitted", date(2026, 11, 24))
    undone = actions.move_admission(episode=episode, day=None, by=house.rae)
    assert (undone.status, undone.admitted_on, undone.version) == ("intake", None, 4)
    assert Event.objects.last().content == {"before": "2026-11-24", "admitted_on": None}


@pytest.mark.django_db
@pytest.mark.parametrize("status", [status for status in EpisodeStatus if status != EpisodeStatus.INTAKE])
def test_treatment_begins_only_from_intake(house, status):
    with pytest.raises(Refusal) as refusal:
        actions.begin(episode=make_episode(status=status), day=DAY, by=house.rae)
    assert refusal.value.rule == "R-05"


@pytest.mark.django_db
def test_there_is_no_admission_to_move_before_treatment(house):
    with pytest.raises(Refusal, match="no admission day"):
        actions.move_admission(episode=make_episode(status=EpisodeStatus.INTAKE), day=DAY, by=house.rae)


@pytest.mark.django_db
def test_a_related_person_is_written_down_and_contradictions_are_not(house):
    patient = make_patient()
    fields = {"patient": patient, "name": "Jo Ellison", "relation": "sibling", "by": house.rae}
    actions.add_related_person(**fields, may_attend=True)
    with pytest.raises(ValidationError, match="Who must not know cannot be contacted"):
        actions.add_related_person(**fields, may_be_contacted=True, must_not_know=True)
    assert list(RelatedPerson.objects.values_list("may_attend", "must_not_know")) == [(True, False)]
    assert events() == [("related_person.added", "Rae Lindqvist", patient.pk)]


@pytest.mark.django_db
def test_a_verb_that_cannot_be_recorded_saves_nothing(house, settings):
    settings.AUDIT_KEY = None
    with pytest.raises(AttributeError), transaction.atomic():
        refer(house)
    assert (Patient.objects.count(), Episode.objects.count(), OneTimeKey.objects.count()) == (0, 0, 0)


def at_once(*acts):
    """Run the acts in threads that start together; what each returned or raised."""
    together = Barrier(len(acts))

    def run(act):
        try:
            together.wait(10)
            return act()
        except (Refusal, Stale, AlreadyDone) as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def evening_team():
    program = make_program("Evening IOP")
    rae, kim = make_user("rae"), make_user("kim")
    for user in (rae, kim):
        make_posting(user, program)
    return program, rae, kim


def test_two_people_who_accept_at_once_give_one_primary_and_one_conflict(own_database):
    program, rae, kim = evening_team()
    episode = make_episode(program=program, status=EpisodeStatus.REFERRED)
    outcomes = at_once(
        *(
            lambda user=user: actions.accept_episode(episode=episode, version=1, primary=user, at=AT, by=user)
            for user in (rae, kim)
        )
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Episode", "Stale"]
    assert (CareTeamMember.objects.count(), Event.objects.filter(action="episode.accepted").count()) == (1, 1)


def test_many_people_referred_at_once_get_numbers_without_a_gap(own_database):
    program, rae, _ = evening_team()
    outcomes = at_once(
        *(
            lambda n=n: actions.refer(
                person=Person(f"Maya{n}", "Ellison", DAY), program=program, at=AT, key=uuid.uuid4(), by=rae
            )
            for n in range(6)
        )
    )
    assert sorted(outcome.patient.number for outcome in outcomes) == [2001, 2002, 2003, 2004, 2005, 2006]


def test_one_key_used_twice_at_once_makes_one_person(own_database):
    program, rae, _ = evening_team()
    key = uuid.uuid4()
    act = lambda: actions.refer(person=MAYA, program=program, at=AT, key=key, by=rae)  # noqa: E731
    outcomes = at_once(act, act)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyDone", "Episode"]
    assert Patient.objects.count() == 1


def test_a_known_patient_referred_twice_at_once_has_one_open_episode(own_database):
    program, rae, _ = evening_team()
    patient = make_patient()
    outcomes = at_once(
        *(lambda: actions.refer(person=patient, program=program, at=AT, key=uuid.uuid4(), by=rae) for _ in range(2))
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Episode", "Refusal"]
    assert Episode.objects.count() == 1
