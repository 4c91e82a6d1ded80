import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse

from audit.models import Event, EventPatient
from patients.choices import EpisodeStatus
from patients.tests.factories import make_episode, make_member, make_patient
from plans.choices import PlanStatus
from plans.models import Goal, TreatmentPlan
from plans.rules import dose_finding
from programs.tests.factories import make_service
from web import keys

from .factories import EFFECTIVE, make_plan

pytestmark = pytest.mark.django_db
LOCK = connection.vendor == "postgresql"  # the audit trail takes its lock with a query there
QUERIES = 16 + LOCK


def filled(**changes):
    service = make_service("group-therapy")
    return {
        "effective_on": "2026-11-23",
        "problem": "Alcohol use",
        "goal": "I want my sister to trust me again.",
        "objective": "Comes to every family session",
        "measure": "Attendance",
        "baseline": "1 of 4",
        "target": "4 of 4",
        "target_on": "2026-12-20",
        "service_1": service.pk,
        "times_1": "3",
        "minutes_1": "170",
        "who_1": "role-clinician",
    } | changes


def post_new(client, user, episode, **changes):
    client.force_login(user)
    data = {"key": keys.issue(to=user)} | filled(**changes)
    return client.post(f"{reverse('plan_new')}?episode={episode.pk}", data)


def looked_at():
    event = Event.objects.order_by("-sequence").first()
    shown = EventPatient.objects.filter(event=event).values_list("patient_id", flat=True)
    return (event.action, event.record_class, set(shown)) if event else None


def test_a_plan_is_begun_on_one_page_and_opens_as_a_draft(client, house):
    episode = make_episode(program=house.evening)
    client.force_login(house.rae)
    page = client.get(reverse("plan_new"), {"episode": episode.pk})
    assert ("Maya Ellison" in page.text, looked_at()) == (True, ("read", "plan", {episode.patient_id}))
    answer = post_new(client, house.rae, episode)
    assert answer.url == TreatmentPlan.objects.get().get_absolute_url()
    html = client.get(answer.url).text
    for words in ["Draft, not signed", "I want my sister to trust me again.", "30 below 540", "R-24", "Dec 20, 2026"]:
        assert words in html
    assert looked_at() == ("read", "plan", {episode.patient_id})


def test_a_plan_sent_twice_is_one_plan(client, house):
    episode, key = make_episode(program=house.evening), keys.issue(to=house.rae)
    answers = [post_new(client, house.rae, episode, key=key) for _ in range(2)]
    assert {answer.url for answer in answers} == {TreatmentPlan.objects.get().get_absolute_url()}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"goal": "Be well"}, "10 characters or more (R-12)"),
        ({"problem": ""}, "Enter the problem."),
        ({"target_on": "2026-11-22"}, "Give a day from Nov 23, 2026 on"),
        ({"effective_on": "0001-01-01"}, "Give a day from Nov 2, 2026, the referral"),
        ({"effective_on": "9999-12-31"}, "Check the year."),
        ({"target_on": "9999-12-31"}, "Check the year."),
        ({"service_1": "", "times_1": "", "minutes_1": "", "who_1": ""}, "Plan at least one service"),
        ({"times_1": ""}, "Say how many times a week."),
        ({"minutes_1": "481"}, "less than or equal to 480"),
        ({"who_1": ""}, "Choose who gives it."),
        ({"who_1": "person-99999999999999999999"}, "Select a valid choice."),
        ({"service_1": "9" * 20}, "Select a valid choice."),
        ({"times_5": "2"}, "Choose the service."),
        ({"key": "x"}, "has lost its key"),
    ],
)
def test_a_mistake_is_named_at_its_field_and_what_was_typed_stays(client, house, change, sentence):
    response = post_new(client, house.rae, make_episode(program=house.evening), **change)
    assert (response.status_code, sentence in response.text, TreatmentPlan.objects.count()) == (422, True, 0)
    assert "Comes to every family session" in response.text


def test_a_dose_above_the_line_of_partial_hospitalization_warns_and_is_saved(client, house):
    answer = post_new(client, house.rae, make_episode(program=house.evening), times_1="7", minutes_1="180")
    assert "PHP level" in client.get(answer.url).text


def test_services_that_do_not_count_are_shown_beside_the_sum(client, house):
    meeting = make_service("12-step-meeting")
    more = {"service_2": meeting.pk, "times_2": "1", "minutes_2": "60", "who_2": f"person-{house.ines.pk}"}
    html = client.get(post_new(client, house.rae, make_episode(program=house.evening), **more).url).text
    assert ("510 countable minutes a week" in html, "not counted" in html, "Ines Moreau" in html) == (True, True, True)


def test_while_there_is_a_draft_the_page_leads_to_it(client, house):
    plan = make_plan(make_episode(program=house.evening), author=house.rae)
    client.force_login(house.kim)
    html = client.get(reverse("plan_new"), {"episode": plan.episode_id}).text
    assert (plan.get_absolute_url() in html, 'name="goal"' in html) == (True, False)
    assert post_new(client, house.kim, plan.episode).status_code == 422


def test_editing_changes_the_draft_and_the_second_of_two_sees_both_texts(client, house):
    plan = make_plan(make_episode(program=house.evening), author=house.rae)
    address = reverse("plan_edit", args=[plan.pk])
    client.force_login(house.kim)
    page = client.get(address).text
    assert ("I want to get through a weekend" in page, 'value="2026-12-20"' in page) == (True, True)
    assert client.post(address, filled(version=1)).url == plan.get_absolute_url()
    stale = client.post(address, filled(version=1, goal="I want to sleep through the night."))
    assert (stale.status_code, "sleep" in stale.text, "trust" in stale.text) == (409, True, True)
    assert Goal.objects.get().words == "I want my sister to trust me again."


def test_what_a_draft_names_stays_choosable(client, house):
    plan = make_plan(make_episode(program=house.evening), author=house.omar)
    client.force_login(house.rae)
    html = client.get(reverse("plan_edit", args=[plan.pk])).text
    assert f'<option value="person-{house.omar.pk}" selected>' in html


def test_a_signed_plan_offers_no_form(client, house):
    plan = make_plan(make_episode(program=house.evening), author=house.rae, status=PlanStatus.ACTIVE)
    client.force_login(house.rae)
    html = client.get(reverse("plan_edit", args=[plan.pk])).text
    assert ("signed and stays as it is" in html, 'name="goal"' in html) == (True, False)
    assert client.post(reverse("plan_edit", args=[plan.pk]), filled(version=1)).status_code == 422


def test_the_outsider_gets_the_same_404_as_for_what_does_not_exist(client, house):
    plan = make_plan(make_episode(program=house.evening), author=house.rae)
    client.force_login(house.omar)
    bodies = set()
    for number in [plan.pk, 10**9, 10**20]:
        for address in [f"/plans/{number}/", f"/plans/{number}/edit/"]:
            bodies.add(_body(client.get(address)))
            bodies.add(_body(client.post(address, filled(version=1))))
    for number in [plan.episode_id, 10**9, 10**20, "x", "", "-1", "१"]:
        bodies.add(_body(client.get("/plans/new/", {"episode": number})))
    assert len(bodies) == 1
    assert post_new(client, house.omar, plan.episode).status_code == 404


def _body(response):
    assert response.status_code == 404
    return response.text.replace(response.headers.get("X-Request-ID", "-"), "")


def test_a_case_manager_reads_the_plans_of_the_own_caseload(client, house):
    mine = make_plan(make_episode(program=house.evening), author=house.rae)
    other = make_plan(make_episode(make_patient("Theo", "Brandt"), house.evening), author=house.rae)
    make_member(mine.episode, house.cory)
    client.force_login(house.cory)
    assert [client.get(plan.get_absolute_url()).status_code for plan in (mine, other)] == [200, 404]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("dana", (200, 200, 200)),
        ("kim", (200, 200, 200)),
        ("ines", (200, 200, 200)),
        ("ivy", (403, 403, 403)),
        ("bela", (403, 403, 403)),
        ("axel", (403, 403, 403)),
    ],
)
def test_each_role_opens_its_pages(client, house, name, codes):
    plan = make_plan(make_episode(program=house.evening), author=house.rae)
    client.force_login(getattr(house, name))
    addresses = [
        plan.get_absolute_url(), reverse("plan_edit", args=[plan.pk]), f"/plans/new/?episode={plan.episode_id}",
    ]  # fmt: skip
    assert tuple(client.get(address).status_code for address in addresses) == codes


def test_a_plan_takes_the_same_queries_for_two_services_and_for_many(client, house, django_assert_num_queries):
    plan = make_plan(make_episode(program=house.evening), author=house.rae)
    client.force_login(house.rae)
    client.get(plan.get_absolute_url())
    with django_assert_num_queries(QUERIES):
        client.get(plan.get_absolute_url())
    objective = plan.problems.get().goals.get().objectives.get()
    objective.interventions.model.objects.bulk_create(
        objective.interventions.model(
            objective=objective, service=make_service("skill-building"), times_a_week=1, minutes=30, responsible=user
        )
        for user in [house.kim, house.ines, house.dana] * 10
    )
    with django_assert_num_queries(QUERIES):
        client.get(plan.get_absolute_url())


def test_the_summary_says_what_was_agreed_and_nothing_to_who_may_not_read_plans(house):
    plan = make_plan(make_episode(program=house.evening), author=house.rae)
    finding = dose_finding(plan.episode, plan.doses(), EFFECTIVE)

    def summary(may):
        context = {"plan": plan, "finding": finding, "perms": {"plans": {"view_plan": may}}}
        return render_to_string("plans/_summary.html", context)

    assert ("through a weekend" in summary(may=True), "540 reached" in summary(may=True)) == (True, True)
    assert summary(may=False).strip() == ""
    assert plan.episode.status == EpisodeStatus.ADMITTED
