from datetime import date

import pytest

from patients.choices import CareRole, EpisodeStatus, NameKind
from patients.models import Episode, Patient
from patients.querysets import possible_primaries
from programs.models import Posting
from programs.tests.factories import make_posting

from .factories import make_episode, make_member, make_name, make_patient

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


def seen_by(user, day=DAY):
    return set(Episode.objects.visible_to(user, day)), set(Patient.objects.visible_to(user, day))


def test_each_team_sees_its_own_episodes_and_their_patients(house):
    maya = make_episode(program=house.evening)
    theo = make_episode(make_patient("Theo", "Brandt"), house.teen)
    for user in [house.rae, house.kim, house.ines, house.ivy]:
        assert seen_by(user) == ({maya}, {maya.patient})
    assert seen_by(house.omar) == ({theo}, {theo.patient})
    for user in [house.dana, house.bela, house.admin]:
        assert seen_by(user) == ({maya, theo}, {maya.patient, theo.patient})


def test_a_patient_in_two_programs_is_seen_by_each_team_in_its_own_episode_only(house):
    patient = make_patient()
    evening, teen = make_episode(patient, house.evening), make_episode(patient, house.teen)
    assert seen_by(house.rae) == ({evening}, {patient})
    assert seen_by(house.omar) == ({teen}, {patient})


def test_a_case_manager_sees_the_own_caseload_while_on_the_care_team(house):
    make_episode(program=house.evening)
    mine = make_episode(make_patient("Theo", "Brandt"), house.evening)
    make_member(mine, house.cory, CareRole.CASE_MANAGER, ends_on=date(2026, 11, 23))
    assert seen_by(house.cory) == ({mine}, {mine.patient})
    assert seen_by(house.cory, date(2026, 11, 24)) == (set(), set())


def test_a_deputy_sees_the_whole_program_directed_and_no_more_of_the_others(house, time_machine):
    time_machine.move_to("2026-11-23 12:00-05:00", tick=False)
    make_episode(program=house.evening)
    mine, theo = make_episode(make_patient("Ada", "Cole"), house.evening), make_episode(program=house.teen)
    make_member(mine, house.cory, CareRole.CASE_MANAGER)
    make_posting(house.cory, house.teen, is_deputy=True, ends_on=DAY)
    assert house.cory.has_perm("patients.see_whole_programs")
    assert seen_by(house.cory) == ({mine, theo}, {mine.patient, theo.patient})


def test_a_care_team_place_outside_the_postings_shows_nothing(house):
    elsewhere = make_episode(program=house.teen)
    make_member(elsewhere, house.cory, CareRole.CASE_MANAGER)
    make_member(elsewhere, house.rae)
    assert seen_by(house.cory) == seen_by(house.rae) == (set(), set())


def test_nobody_sees_anything_after_the_posting_or_the_account_has_ended(house):
    make_episode(program=house.evening)
    Posting.objects.filter(user=house.rae).update(ends_on=date(2026, 11, 22))
    house.kim.is_active = house.admin.is_active = False
    for user in [house.rae, house.kim, house.admin, house.axel]:
        assert seen_by(user) == (set(), set())


def test_an_ended_episode_stays_visible(house):
    ended = make_episode(program=house.evening, status=EpisodeStatus.DISCHARGED)
    assert seen_by(house.rae) == ({ended}, {ended.patient})
    assert not Episode.objects.open().exists()


def test_what_is_visible_can_be_locked_and_counted(house):
    episode = make_episode(program=house.evening)
    make_member(episode, house.cory, CareRole.CASE_MANAGER)
    make_member(episode, house.cory, CareRole.THERAPIST)
    locked = Episode.objects.visible_to(house.cory, DAY).select_for_update(of=("self",), no_key=True)
    assert (len(locked), Episode.objects.visible_to(house.cory, DAY).count()) == (1, 1)


@pytest.mark.parametrize(
    "asked", ["Maya Ellison", "maya", "Elison", "ELLISON MAYA", "Ellsion", "mya", "Máya", "Margaret Ellison", "Stone"]
)
def test_a_patient_is_found_by_every_name_and_despite_slips(asked):
    maya = make_patient("Maya", "Ellison", legal_given="Margaret")
    make_name(maya, NameKind.FORMER, "Margaret", "Stone", ends_on=date(2026, 11, 3))
    make_patient("Theo", "Brandt")
    assert Patient.objects.named_like(asked) == [maya]


@pytest.mark.parametrize("asked", ["", "  ", "Quentin", "’’", "%", "_"])
def test_what_fits_nobody_finds_nobody(asked):
    make_patient()
    assert Patient.objects.named_like(asked) == []


def test_the_closest_name_comes_first_and_no_more_than_asked_for():
    exact, near = make_patient("Maya", "Ellison"), make_patient("Mayra", "Elson")
    for _ in range(25):
        make_patient("Maya", "Ellinger")
    found = Patient.objects.named_like("Maya Ellison")
    assert (found[0], near in found, len(found)) == (exact, True, 20)


def test_a_search_stays_inside_what_it_is_asked_of(house):
    here, there = make_patient(), make_patient()
    make_episode(here, house.evening)
    make_episode(there, house.teen)
    assert Patient.objects.visible_to(house.rae, DAY).named_like("Maya Ellison") == [here]


def test_a_search_takes_the_same_few_queries_however_many_it_finds(house, django_assert_num_queries):
    for number in range(30):
        make_episode(make_patient("Maya", f"Ellison{number}"), house.evening)
    house.rae.has_perm("patients.see_whole_programs")
    with django_assert_num_queries(2):
        Patient.objects.visible_to(house.rae, DAY).named_like("Maya")


def test_primaries_are_the_clinicians_posted_in_the_program_that_day(house):
    assert {user.username for user in possible_primaries(house.evening, DAY)} == {"dana", "kim", "rae"}
    Posting.objects.filter(user=house.kim).update(ends_on=date(2026, 11, 22))
    assert {user.username for user in possible_primaries(house.evening, DAY)} == {"dana", "rae"}
    assert {user.username for user in possible_primaries(house.teen, DAY)} == {"dana", "omar"}
