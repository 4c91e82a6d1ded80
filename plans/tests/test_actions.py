import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from audit.models import Event
from patients.choices import ACCEPTED, EpisodeStatus
from patients.tests.factories import make_episode
from patients.tests.test_actions import at_once, evening_team
from plans import actions, rules
from plans.choices import PlanStatus
from plans.content import PlanContent, PlannedService, read
from plans.models import Goal, Intervention, TreatmentPlan
from programs.tests.factories import make_policy_value, make_service
from staff.choices import Role
from web.models import OneTimeKey
from web.refusals import AlreadyDone, Refusal, Stale

from .factories import make_plan

AT = datetime(2026, 11, 23, 22, tzinfo=UTC)
DAY = date(2026, 11, 23)


def content(**changes):
    services = changes.pop("services", None) or [
        PlannedService(make_service("group-therapy"), 3, 180, Role.CLINICIAN),
    ]
    fields = {
        "effective_on": DAY,
        "problem": "Alcohol use",
        "goal": "I want my sister to trust me again.",
        "objective": "Comes to every family session",
        "services": services,
    }
    return PlanContent(**(fields | changes))


def draft(episode, by, **kw):
    fields = {"content": content(), "at": AT, "key": uuid.uuid4()}
    return actions.draft_plan(episode=episode, by=by, **(fields | kw))


@pytest.mark.django_db
def test_a_first_draft_holds_what_was_agreed_and_is_recorded(house):
    episode = make_episode(program=house.evening, status=EpisodeStatus.INTAKE)
    services = [
        PlannedService(make_service("group-therapy"), 3, 180, Role.CLINICIAN),
        PlannedService(make_service("individual-therapy"), 1, 50, house.kim),
    ]
    written = content(services=services, measure="Attendance", baseline="1", target="4", target_on=date(2026, 12, 20))
    plan = draft(episode, house.rae, content=written)
    assert (plan.number, plan.kind, plan.status, plan.author) == (1, "initial", "draft", house.rae)
    assert read(plan) == written
    event = Event.objects.get()
    assert (event.action, event.patient_id, event.record_class) == ("plan.drafted", episode.patient_id, "plan")


@pytest.mark.django_db
def test_the_second_submit_leads_to_the_first_draft(house):
    episode, key = make_episode(program=house.evening), uuid.uuid4()
    plan = draft(episode, house.rae, key=key)
    with pytest.raises(AlreadyDone) as done:
        draft(episode, house.rae, key=key)
    assert (done.value.url, TreatmentPlan.objects.count()) == (f"/plans/{plan.pk}/", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("status", [status for status in EpisodeStatus if status not in ACCEPTED])
def test_a_plan_needs_an_accepted_patient(house, status):
    with pytest.raises(Refusal, match="a plan needs an accepted patient"):
        draft(make_episode(program=house.evening, status=status), house.rae)
    assert (TreatmentPlan.objects.count(), OneTimeKey.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_while_there_is_a_draft_another_is_refused_with_the_way_to_it(house):
    episode = make_episode(program=house.evening)
    first = draft(episode, house.rae)
    with pytest.raises(Refusal) as refusal:
        draft(episode, house.kim)
    assert refusal.value.step.url == first.get_absolute_url()


@pytest.mark.django_db
def test_a_plan_after_others_is_numbered_on(house):
    episode = make_episode(program=house.evening)
    make_plan(episode, author=house.rae, number=4, status=PlanStatus.ACTIVE)
    assert draft(episode, house.rae).number == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [({"goal": "Be well  "}, "goal"), ({"problem": " "}, "problem"), ({"objective": ""}, "objective")],
)
def test_an_initial_plan_that_lacks_something_is_refused_at_its_field(house, change, field):
    with pytest.raises(Refusal) as refusal:
        draft(make_episode(program=house.evening), house.rae, content=content(**change))
    assert (refusal.value.rule, refusal.value.field) == ("R-12", field)


@pytest.mark.django_db
def test_an_initial_plan_without_interventions_is_refused(house):
    with pytest.raises(Refusal, match="Plan at least one service"):
        draft(make_episode(program=house.evening), house.rae, content=replace(content(), services=[]))


@pytest.mark.django_db
def test_editing_a_draft_keeps_its_parts_and_counts_up(house):
    plan = make_plan(make_episode(program=house.evening), author=house.rae)
    goal = Goal.objects.get()
    edited = actions.edit_draft(plan=plan, version=1, content=content(), at=AT, by=house.kim)
    assert (edited.version, edited.author, edited.saved_by) == (2, house.rae, house.kim)
    assert (Goal.objects.get().pk, Goal.objects.get().words) == (goal.pk, "I want my sister to trust me again.")
    assert Intervention.objects.count() == 1


@pytest.mark.django_db
def test_an_edit_from_an_older_page_shows_both_texts_and_saves_nothing(house):
    plan = make_plan(make_episode(program=house.evening), author=house.rae)
    actions.edit_draft(plan=plan, version=1, content=content(goal="I want to sleep again."), at=AT, by=house.kim)
    with pytest.raises(Stale) as stale:
        actions.edit_draft(plan=plan, version=1, content=content(), at=AT, by=house.rae)
    sides = {side.label: (side.mine, side.theirs) for side in stale.value.sides}
    assert sides["Goal"] == ("I want my sister to trust me again.", "I want to sleep again.")
    assert (stale.value.by, Goal.objects.get().words) == ("Kim Duarte", "I want to sleep again.")


@pytest.mark.django_db
@pytest.mark.parametrize("status", [PlanStatus.PENDING, PlanStatus.ACTIVE, PlanStatus.SUPERSEDED])
def test_a_plan_that_is_no_draft_stays_as_it_is(house, status):
    plan = make_plan(make_episode(program=house.evening), author=house.rae, status=status)
    with pytest.raises(Refusal) as refusal:
        actions.edit_draft(plan=plan, version=1, content=content(), at=AT, by=house.rae)
    assert refusal.value.rule == "R-19"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("born", "minimum"), [(date(1990, 3, 14), 540), (date(2009, 11, 24), 360), (date(2008, 11, 23), 540)]
)
def test_the_age_on_the_day_chooses_the_minimum(born, minimum):
    episode = make_episode()
    episode.patient.birth_date = born
    finding = rules.dose_finding(episode, make_plan(episode).doses(), DAY)
    assert (finding.minutes, finding.minimum) == (590, minimum)


@pytest.mark.django_db
def test_the_policy_of_the_program_sets_the_lines():
    episode = make_episode()
    make_policy_value("min_week_minutes_adult", "600", episode.program)
    make_policy_value("php_minutes", "590", episode.program, starts_on=date(2026, 11, 24))
    doses = make_plan(episode).doses()
    today, tomorrow = (rules.dose_finding(episode, doses, day) for day in (DAY, date(2026, 11, 24)))
    assert (today.short, today.is_partial_hospitalization, tomorrow.is_partial_hospitalization) == (10, False, True)


def test_two_who_begin_a_plan_at_once_make_one_draft(own_database):
    program, rae, kim = evening_team()
    episode, written = make_episode(program=program), content()
    outcomes = at_once(*(lambda by=by: draft(episode, by, content=written) for by in (rae, kim)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refusal", "TreatmentPlan"]
    assert TreatmentPlan.objects.count() == 1


def test_two_who_save_a_draft_at_once_leave_one_text_and_one_conflict(own_database):
    program, rae, kim = evening_team()
    plan = make_plan(make_episode(program=program), author=rae)
    goals = {rae: "I want to sleep again.", kim: "I want to work again."}
    texts = {by: content(goal=goal) for by, goal in goals.items()}
    outcomes = at_once(
        *(lambda by=by: actions.edit_draft(plan=plan, version=1, content=texts[by], at=AT, by=by) for by in (rae, kim))
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Stale", "TreatmentPlan"]
    assert TreatmentPlan.objects.get().version == 2
