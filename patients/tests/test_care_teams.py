from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections

from audit.models import Event
from patients import rules
from patients.actions import change_primary, hand_over_places, hand_over_primaries
from patients.choices import CareRole, EpisodeStatus
from patients.models import CareTeamMember
from programs import policy
from programs.tests.factories import make_posting
from staff.choices import Role
from staff.tests.factories import make_user
from web.refusals import Refusal

from .conftest import people_of_two_programs
from .factories import REFERRED, make_episode, make_member, make_patient

DAY = date(2026, 11, 23)
ONE = timedelta(days=1)


@pytest.fixture
def episode(house):
    return make_episode(program=house.evening, primary=house.rae)


def team(episode) -> list[tuple[str, str, date, date | None]]:
    rows = CareTeamMember.objects.filter(episode=episode).order_by("starts_on", "pk")
    return [(row.user.username, row.role, row.starts_on, row.ends_on) for row in rows]


def change(house, episode, **kw):
    return change_primary(
        **({"episode": episode, "to": house.kim, "from_day": DAY, "by": house.dana, "today": DAY} | kw)
    )


def refused(code, house, episode, **kw):
    before = team(episode)
    with pytest.raises(Refusal) as caught:
        change(house, episode, **kw)
    assert (caught.value.code, team(episode)) == (code, before)
    return caught.value


def test_the_next_primary_begins_the_day_after_the_last_one_ends(house, episode):
    version = episode.version
    member = change(house, episode)
    assert team(episode) == [
        ("rae", "primary", REFERRED, DAY - ONE),
        ("kim", "primary", DAY, None),
    ]
    episode.refresh_from_db()
    assert (member.user, episode.version, episode.primary_on(DAY - ONE).user) == (house.kim, version + 1, house.rae)
    [event] = Event.objects.filter(action="episode.primary_changed")
    assert (event.patient_id, event.content) == (
        episode.patient_id,
        {"from": "2026-11-23", "before": house.rae.pk, "primary": house.kim.pk},
    )


def test_a_change_on_the_first_day_of_a_place_changes_its_person(house, episode):
    change(house, episode)
    change(house, episode, to=house.rae)
    assert team(episode) == [("rae", "primary", REFERRED, DAY - ONE), ("rae", "primary", DAY, None)]
    assert Event.objects.filter(action="episode.primary_changed").count() == 2


def test_a_place_that_was_to_end_ends_then_and_the_one_planned_after_it_stays(house, episode):
    change(house, episode, from_day=DAY + 10 * ONE)
    change(house, episode, to=house.kim, from_day=DAY)
    assert team(episode) == [
        ("rae", "primary", REFERRED, DAY - ONE),
        ("kim", "primary", DAY, DAY + 9 * ONE),
        ("kim", "primary", DAY + 10 * ONE, None),
    ]


def test_who_had_nobody_gets_a_primary_until_the_one_that_is_planned(house):
    episode = make_episode(program=house.evening)
    make_member(episode, house.rae, CareRole.PRIMARY, starts_on=DAY + 5 * ONE)
    change(house, episode)
    assert team(episode)[0] == ("kim", "primary", DAY, DAY + 4 * ONE)


def test_the_same_person_is_refused(house, episode):
    assert refused("same_primary", house, episode, to=house.rae).field == "to"


@pytest.mark.parametrize("name", ["omar", "ivy", "ines"])
def test_a_primary_is_a_clinician_posted_in_the_program(house, episode, name):
    assert refused("primary_not_posted", house, episode, to=getattr(house, name)).rule == "R-33"


def test_what_somebody_else_handed_over_meanwhile_is_refused(house, episode):
    refusal = refused("handed_over", house, episode, instead_of=house.kim)
    assert "Rae Lindqvist is the primary clinician then" in refusal.sentence


@pytest.mark.parametrize("status", [EpisodeStatus.DISCHARGED, EpisodeStatus.REFERRED])
def test_an_episode_over_or_not_accepted_keeps_its_team(house, status):
    refused("no_care_team", house, make_episode(program=house.evening, status=status, primary=house.rae))


def test_handing_over_in_bulk_changes_what_may_change_and_says_what_stays(house):
    here = [make_episode(make_patient(f"P{n}"), house.evening, primary=house.rae) for n in range(3)]
    far = make_episode(program=house.teen, primary=house.rae)
    gone = CareTeamMember.objects.get(episode=here[2])
    change(house, here[2], to=house.kim)
    members = [*CareTeamMember.objects.filter(episode__in=[*here[:2], far]), gone]
    handed = hand_over_primaries(members=members, to=house.kim, from_day=DAY, by=house.dana, today=DAY)
    assert [member.episode for member in handed.done] == here[:2]
    assert {(member.episode_id, refusal.code) for member, refusal in handed.staying} == {
        (far.pk, "primary_not_posted"),
        (here[2].pk, "handed_over"),
    }
    assert [one.primary_on(DAY).user.username for one in [*here, far]] == ["kim", "kim", "kim", "rae"]
    assert Event.objects.filter(action="episode.primary_changed").count() == 3


def test_a_place_that_begins_later_is_handed_over_from_its_first_day(house, episode):
    change(house, episode, from_day=DAY + 3 * ONE)
    later = CareTeamMember.objects.get(episode=episode, user=house.kim)
    hand_over_primaries(members=[later], to=house.rae, from_day=DAY, by=house.dana, today=DAY)
    assert team(episode)[1] == ("rae", "primary", DAY + 3 * ONE, None)


def test_other_places_of_the_care_team_are_handed_over_too(house, episode):
    place = make_member(episode, house.cory, CareRole.CASE_MANAGER)
    handed = hand_over_places(members=[place], to=house.ines, from_day=DAY, by=house.dana, today=DAY)
    assert (handed.done, handed.staying) == ([place], [])
    assert team(episode)[1:] == [
        ("cory", "case manager", REFERRED, DAY - ONE),
        ("ines", "case manager", DAY, None),
    ]
    [event] = Event.objects.filter(action="episode.place_handed_over")
    assert event.content == {
        "from": "2026-11-23",
        "before": house.cory.pk,
        "now": house.ines.pk,
        "role": "case manager",
    }


def test_a_place_somebody_has_already_only_ends(house, episode):
    place = make_member(episode, house.cory, CareRole.CASE_MANAGER)
    make_member(episode, house.ines, CareRole.CASE_MANAGER)
    hand_over_places(members=[place], to=house.ines, from_day=DAY, by=house.dana, today=DAY)
    assert team(episode)[1:] == [
        ("cory", "case manager", REFERRED, DAY - ONE),
        ("ines", "case manager", REFERRED, None),
    ]


@pytest.mark.parametrize(
    ("dates", "stretches"),
    [
        ({"starts_on": DAY + 30 * ONE}, [(DAY, DAY + 29 * ONE), (DAY + 30 * ONE, None)]),
        ({"ends_on": DAY + 9 * ONE}, [(REFERRED, DAY + 9 * ONE), (DAY + 10 * ONE, None)]),
    ],
)
def test_who_has_the_place_at_other_times_has_it_without_a_gap(house, episode, dates, stretches):
    place = make_member(episode, house.cory, CareRole.CASE_MANAGER)
    make_member(episode, house.ines, CareRole.CASE_MANAGER, **dates)
    assert hand_over_places(members=[place], to=house.ines, from_day=DAY, by=house.dana, today=DAY).done == [place]
    expected = [("ines", "case manager", *stretch) for stretch in stretches]
    assert [row for row in team(episode) if row[0] == "ines"] == expected
    assert ("cory", "case manager", REFERRED, DAY - ONE) in team(episode)


def test_a_place_is_for_somebody_posted_there_and_is_handed_over_once(house, episode):
    place = make_member(episode, house.cory, CareRole.CASE_MANAGER)
    for to, code in [(house.omar, "not_posted"), (house.ines, None), (house.kim, "handed_over")]:
        handed = hand_over_places(members=[place], to=to, from_day=DAY, by=house.dana, today=DAY)
        assert [refusal.code for _, refusal in handed.staying] == ([code] if code else [])


@pytest.mark.parametrize(("hours", "most"), [("1.00", 24), ("0.50", 12)])
def test_the_caseload_above_the_maximum_for_the_hours_is_a_warning(house, hours, most):
    """TC-22: with 24 of 24, or 12 of 12 at half time, one more warns (R-32)."""
    house.rae.full_time_equivalent = Decimal(hours)
    for n in range(most):
        make_episode(make_patient(f"P{n}"), house.evening, primary=house.rae)
    make_episode(program=house.evening, primary=house.rae, status=EpisodeStatus.DISCHARGED)
    book = policy.book(house.evening, DAY)
    load = rules.caseloads([house.rae], house.evening, DAY, book)[house.rae.pk]
    assert (load.number, load.most, load.warning) == (most, most, "")
    make_episode(make_patient("One", "More"), house.evening, primary=house.rae)
    assert rules.caseloads([house.rae], house.evening, DAY, book)[house.rae.pk].warning == (
        f"Rae Lindqvist is the primary clinician of {most + 1} people; the policy advises {most} at most."
    )


def test_of_two_directors_who_hand_over_at_once_one_does_and_one_is_told(own_database):
    house = people_of_two_programs()
    mina = make_user("mina")
    make_posting(mina, house.evening)
    episode = make_episode(program=house.evening, primary=house.rae)
    members = list(CareTeamMember.objects.filter(episode=episode).select_related("user"))
    together = Barrier(2)

    def hand_over(to):
        try:
            together.wait(10)
            return hand_over_primaries(members=members, to=to, from_day=DAY, by=house.dana, today=DAY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(hand_over, [house.kim, mina]))
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 1]
    assert [refusal.code for outcome in outcomes for _, refusal in outcome.staying] == ["handed_over"]
    assert [row[1:] for row in team(episode)] == [("primary", REFERRED, DAY - ONE), ("primary", DAY, None)]


def directors(house):
    """Who does not direct the Evening IOP on DAY: its clinician, the director of another, a deputy past the last day,
    and a director whose account is closed."""
    leo, late, gone = make_user("leo", Role.DIRECTOR), make_user("mina"), make_user("nia", Role.DIRECTOR)
    make_posting(leo, house.teen)
    make_posting(late, house.evening, is_deputy=True, ends_on=DAY - ONE)
    make_posting(gone, house.evening)
    gone.is_active = False
    return [house.rae, leo, late, gone]


def test_only_who_directs_the_program_that_day_changes_its_care_teams(house, episode):
    place = make_member(episode, house.cory, CareRole.CASE_MANAGER)
    [primary] = episode.care_team.primaries()
    for by in directors(house):
        refused("not_director", house, episode, by=by)
        who = {"from_day": DAY, "by": by, "today": DAY}
        handed = [
            hand_over_primaries(members=[primary], to=house.kim, **who),
            hand_over_places(members=[place], to=house.ines, **who),
        ]
        assert [(one.done, [refusal.code for _, refusal in one.staying]) for one in handed] == 2 * [
            ([], ["not_director"])
        ]
    assert Event.objects.count() == 0


def test_a_deputy_changes_them_through_the_last_day(house, episode):
    make_posting(house.omar, house.evening, is_deputy=True, ends_on=DAY)
    assert change(house, episode, by=house.omar, from_day=DAY + 9 * ONE).user == house.kim
    refused("not_director", house, episode, to=house.rae, from_day=DAY + 20 * ONE, by=house.omar, today=DAY + ONE)


@pytest.mark.parametrize("role", [Role.INTERN, Role.CASE_MANAGER, Role.FRONT_DESK, Role.BILLING, Role.AUDITOR])
def test_only_who_may_be_primary_becomes_one(house, episode, role):
    nia = make_user("nia", role)
    make_posting(nia, house.evening)
    refused("primary_not_posted", house, episode, to=nia)


def test_nobody_becomes_primary_before_or_after_the_posting_there(house, episode):
    for name, dates in (("nia", {"starts_on": DAY + ONE}), ("mina", {"ends_on": DAY - ONE})):
        nia = make_user(name)
        make_posting(nia, house.evening, **dates)
        refused("primary_not_posted", house, episode, to=nia)
