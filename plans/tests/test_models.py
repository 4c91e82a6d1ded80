import pytest
from django.db import IntegrityError, transaction

from patients.choices import EpisodeStatus
from patients.models import Episode
from patients.tests.factories import make_episode
from plans.choices import PlanStatus
from plans.models import TreatmentPlan
from staff.choices import Role
from staff.tests.factories import make_user

from .factories import make_intervention, make_plan

pytestmark = pytest.mark.django_db


def refused(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_an_episode_has_one_plan_in_force_and_one_draft(house):
    episode = make_episode(program=house.evening)
    make_plan(episode, author=house.rae, status=PlanStatus.ACTIVE)
    make_plan(episode, author=house.rae, number=2)
    refused(lambda: make_plan(episode, author=house.rae, number=3))
    refused(lambda: make_plan(episode, author=house.rae, number=3, status=PlanStatus.ACTIVE))
    make_plan(episode, author=house.rae, number=3, status=PlanStatus.SUPERSEDED)


def test_the_numbers_of_an_episode_s_plans_are_its_own(house):
    episode = make_episode(program=house.evening)
    make_plan(episode, author=house.rae, status=PlanStatus.SUPERSEDED)
    refused(lambda: make_plan(episode, author=house.rae))
    make_plan(make_episode(program=house.teen), author=house.rae)


@pytest.mark.parametrize("who", [{}, {"responsible_role": Role.CLINICIAN, "responsible": "rae"}])
def test_an_intervention_is_given_by_one_person_or_one_role(who):
    objective = make_plan().problems.get().goals.get().objectives.get()
    if "responsible" in who:
        who = who | {"responsible": make_user("rae")}
    refused(lambda: make_intervention(objective, "group-therapy", 1, 60, **who))


def test_a_plan_adds_up_its_countable_minutes():
    plan = make_plan()
    objective = plan.problems.get().goals.get().objectives.get()
    make_intervention(objective, "12-step-meeting", 1, 60, responsible_role=Role.CLINICIAN, position=3)
    assert (plan.weekly_minutes(), [row.who for row in plan.interventions()]) == (
        590,
        ["Clinician", "Author Example", "Clinician"],
    )


def test_plans_are_seen_through_their_episodes_only(house):
    patient = make_episode(program=house.evening).patient
    mine = make_plan(Episode.objects.get(), author=house.rae)
    theirs = make_plan(make_episode(patient, house.teen), author=house.omar)
    seen = [list(TreatmentPlan.objects.visible_to(user)) for user in (house.rae, house.omar, house.cory, house.axel)]
    assert seen == [[mine], [theirs], [], []]


def test_a_chart_reads_any_number_of_plans_in_five_queries(house, django_assert_num_queries):
    for number in range(30):
        episode = make_episode(program=house.evening, patient=None, status=EpisodeStatus.INTAKE)
        make_plan(episode, author=house.rae, number=number + 1)
    with django_assert_num_queries(5):
        assert {plan.weekly_minutes() for plan in TreatmentPlan.objects.for_chart()} == {590}
