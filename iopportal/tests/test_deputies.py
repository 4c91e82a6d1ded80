"""A deputy stands in for one program's director: everything of a director's there, elsewhere what the role gives."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from patients.choices import EpisodeStatus
from patients.tests.factories import make_episode, make_member, make_patient
from plans.tests.factories import make_plan
from programs.deputies import holds_in, may_in, programs_where
from programs.models import Program
from programs.tests.factories import make_location, make_posting, make_program
from scheduling.labels import group_label
from scheduling.models import Session
from scheduling.tests.factories import make_session, make_weekly_group
from staff.choices import Role
from staff.models import User
from staff.tests.factories import make_time_away, make_user
from web.tests.saving import save

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = timedelta(days=1)


@pytest.fixture
def evening():
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def teen():
    return make_program("Teen IOP", location=make_location("Harbor"))


@pytest.fixture
def deputy(client, evening, teen):
    """Make somebody deputy of Northside's Evening IOP who is posted in Harbor's Teen IOP as well, and sign them in."""

    def made(name="kim", role=Role.CLINICIAN):
        user = make_user(name, role)
        make_posting(user, evening, is_deputy=True, ends_on=TODAY() + timedelta(days=7))
        make_posting(user, teen)
        client.force_login(user)
        return User.objects.get(pk=user.pk)

    return made


def test_a_permission_of_the_role_holds_wherever_one_works(deputy, evening, teen):
    kim = deputy()
    assert [holds_in(kim, "patients.accept_episode", program) for program in (evening, teen)] == [True, True]
    assert set(programs_where(kim, "patients.accept_episode", TODAY())) == {evening, teen}


def test_a_permission_of_the_deputy_holds_in_that_program_alone(deputy, evening, teen):
    kim = deputy()
    assert kim.has_perm("scheduling.manage_schedule")
    assert [holds_in(kim, "scheduling.manage_schedule", program) for program in (evening, teen)] == [True, False]
    assert set(programs_where(kim, "scheduling.manage_schedule", TODAY())) == {evening}
    assert may_in(kim, "scheduling.manage_schedule", teen).code == "deputy_elsewhere"


def test_it_ends_with_the_deputys_last_day(deputy, evening):
    kim = deputy()
    after = TODAY() + timedelta(days=8)
    assert not holds_in(kim, "scheduling.manage_schedule", evening, after)
    assert programs_where(kim, "scheduling.manage_schedule", after).count() == 0


def test_who_has_it_neither_way_holds_it_nowhere_and_an_administrator_everywhere(evening):
    ines, admin = make_user("ines", Role.INTERN), make_user("admin", None, is_superuser=True)
    make_posting(ines, evening)
    for user, held in ((ines, False), (admin, True)):
        assert holds_in(user, "scheduling.manage_schedule", evening) is held
        assert programs_where(user, "scheduling.manage_schedule", TODAY()).exists() is held


@pytest.mark.parametrize(("place", "status"), [("evening", 200), ("teen", 422)])
def test_a_case_manager_who_is_deputy_accepts_and_plans_only_there(client, deputy, request, place, status):
    program = request.getfixturevalue(place)
    waiting, plan = (
        make_episode(program=program, status=EpisodeStatus.REFERRED),
        make_plan(make_episode(program=program)),
    )
    cory = deputy("cory", Role.CASE_MANAGER)
    for episode in (waiting, plan.episode):
        make_member(episode, cory)
    assert client.get(f"/episodes/{waiting.pk}/accept/").status_code == status
    assert client.post(f"/episodes/{waiting.pk}/accept/", {"version": "1"}).status_code == 422
    assert client.get(f"/plans/{plan.pk}/edit/").status_code == status


@pytest.mark.parametrize(("place", "status"), [("evening", 200), ("teen", 422)])
def test_the_front_desk_as_deputy_reads_plans_and_logs_attendance_only_there(client, deputy, request, place, status):
    program = request.getfixturevalue(place)
    plan, session = (
        make_plan(make_episode(program=program)),
        make_session(program=program, group=make_weekly_group(program)),
    )
    deputy("ivy", Role.FRONT_DESK)
    assert client.get(f"/plans/{plan.pk}/").status_code == status
    assert client.get(f"/sessions/{session.pk}/attendance/").status_code == status
    assert (client.post(f"/sessions/{session.pk}/lead/").status_code == 422) is (status == 422)


def test_the_front_desk_as_deputy_reads_what_groups_are_about_only_there(client, deputy, evening, teen):
    ivy = deputy("ivy", Role.FRONT_DESK)
    names = [group_label(make_weekly_group(program, name="Relapse Prevention"), ivy) for program in (evening, teen)]
    assert names == ["Relapse Prevention", "Teen IOP group"]


@pytest.mark.parametrize(("place", "status"), [("evening", 200), ("teen", 422)])
def test_members_are_changed_as_a_deputy_only_there(client, deputy, request, place, status):
    group = make_weekly_group(request.getfixturevalue(place))
    deputy("ines", Role.INTERN)
    assert client.get(f"/groups/{group.pk}/members/add/").status_code == status
    assert ("Add a member" in client.get(f"/groups/{group.pk}/").content.decode()) is (status == 200)


def test_kim_books_for_others_only_where_deputy(client, deputy, evening, teen):
    deputy()
    offered = {}
    for program in (evening, teen):
        make_posting(make_user(f"rae{program.pk}"), program)
        episode = make_episode(program=program)
        page = client.get(f"/sessions/new/?episode={episode.pk}")
        offered[program] = page.context["form"].fields["leader"].queryset.count()
    assert offered == {evening: 2, teen: 1}


def test_a_referral_is_made_as_a_deputy_only_there(client, deputy, evening):
    deputy("ines", Role.INTERN)
    programs = client.get("/patients/new/").context["form"].fields["program"].queryset
    assert list(programs) == [evening]


def test_today_shows_a_deputy_the_other_sessions_of_that_program_alone(client, deputy, evening, teen):
    deputy()
    for program in (evening, teen):
        make_session(make_weekly_group(program, name=f"{program} group"), day=TODAY(), start="00:05", end="23:55")
    others = client.get("/").context["today"].others
    assert [entry.session.program for entry in others] == [evening]


def test_the_worklists_hold_what_kim_leads_and_what_is_managed_as_a_deputy_alone(client, deputy, evening, teen):
    """Who is away or may no longer lead is told to who manages the schedule there."""
    kim = deputy()
    groups = {}
    for program in (evening, teen):
        rae = make_user(f"rae{program.pk}")
        make_time_away(rae, TODAY() + DAY)
        groups[program] = make_weekly_group(program, name=f"{program} group")
        for day in (TODAY() - DAY, TODAY() + DAY):
            make_session(groups[program], day=day, leader=rae)
    own = make_session(groups[teen], day=TODAY() - 2 * DAY, leader=kim)
    for name in ("not-logged", "needs-cover", "time-away"):
        rows = client.get(f"/worklists/{name}/").context["shown"].object_list
        found = {(row.program, row.url == reverse("attendance", args=[own.pk])) for row in rows}
        assert found == {(evening, False), *([(teen, True)] if name == "not-logged" else [])}


def test_the_front_desk_as_deputy_is_led_to_the_log_only_there(client, deputy, evening, teen):
    deputy("ivy", Role.FRONT_DESK)
    for program in (evening, teen):
        make_session(make_weekly_group(program), day=TODAY() - DAY)
    rows = client.get("/worklists/not-logged/").context["shown"].object_list
    assert {row.program: row.label for row in rows} == {evening: "Log attendance", teen: "Open the session"}


def test_set_up_is_changed_only_where_deputy(client, deputy, evening, teen):
    deputy()
    for program, status in ((evening, 200), (teen, 404)):
        group = make_weekly_group(program)
        assert save(client, f"/admin/programs/group/{group.pk}/change/", {}).status_code == status
    assert Program.objects.count() == 2
    assert Session.objects.count() == 0


def test_links_are_shown_only_where_their_page_opens(client, deputy, evening, teen):
    """A case manager on two care teams, who accepts and writes plans as the deputy of one of the programs."""
    cory = deputy("cory", Role.CASE_MANAGER)
    links = {}
    for program in (evening, teen):
        waiting = make_episode(make_patient("Maya"), program, status=EpisodeStatus.REFERRED)
        unplanned = make_episode(make_patient("Theo"), program)
        planned = make_plan(make_episode(program=program), author=cory)
        for episode in (waiting, unplanned, planned.episode):
            make_member(episode, cory)
        accept, write = f"/episodes/{waiting.pk}/accept/", f"/plans/new/?episode={unplanned.pk}"
        pages = {
            "/patients/": accept,
            f"{waiting.patient.get_absolute_url()}?episode={waiting.pk}": accept,
            f"{unplanned.patient.get_absolute_url()}?episode={unplanned.pk}": write,
            f"/plans/{planned.pk}/": f"/plans/{planned.pk}/edit/",
        }
        links[program] = [f'href="{link}"' in client.get(page).content.decode() for page, link in pages.items()]
    assert links == {evening: [True] * 4, teen: [False] * 4}


def test_the_front_desk_as_deputy_is_shown_the_way_to_the_attendance_only_there(client, deputy, evening, teen):
    deputy("ivy", Role.FRONT_DESK)
    shown = {}
    for program in (evening, teen):
        session = make_session(make_weekly_group(program), day=TODAY())
        page = client.get(f"/sessions/{session.pk}/").content.decode()
        shown[program] = f'href="/sessions/{session.pk}/attendance/"' in page
    assert shown == {evening: True, teen: False}
