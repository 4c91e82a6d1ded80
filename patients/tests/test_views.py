from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from audit.models import Event, EventPatient
from patients.choices import CareRole, EpisodeStatus
from patients.models import CareTeamMember, Episode, Patient
from programs.models import Program
from web import keys

from .factories import make_episode, make_member, make_patient

pytestmark = pytest.mark.django_db
LOCK = connection.vendor == "postgresql"  # the audit trail takes its lock with a query there
QUERIES = 14 + LOCK
MAYA = {"given": "Margaret", "family": "Ellison", "preferred": "Maya", "birth_date": "1990-03-14"}


def looked_at():
    """Whom the last event showed."""
    event = Event.objects.order_by("-sequence").first()
    shown = EventPatient.objects.filter(event=event).values_list("patient_id", flat=True)
    return (event.action, event.record_class, set(shown)) if event else None


def post_new(client, user, where, /, **changes):
    client.force_login(user)
    data = MAYA | {"program": where.pk, "key": keys.issue(to=user)} | changes
    return client.post(reverse("patient_new"), data)


# The list


def test_the_list_shows_open_episodes_in_scope_by_need_and_records_the_look(client, house):
    admitted = make_episode(make_patient("Ada", "Abel"), house.evening, primary=house.kim)
    referred = make_episode(make_patient("Zoe", "Zeller"), house.evening, status=EpisodeStatus.REFERRED)
    make_episode(make_patient("Ben", "Gone"), house.evening, status=EpisodeStatus.DISCHARGED)
    make_episode(make_patient("Theo", "Brandt"), house.teen)
    client.force_login(house.rae)
    response = client.get(reverse("patients"))
    html = response.text
    assert html.index("Zoe Zeller") < html.index("Ada Abel")
    assert ("Theo" in html, "Ben Gone" in html, "Kim Duarte" in html) == (False, False, True)
    assert looked_at() == ("list", "patient list", {admitted.patient_id, referred.patient_id})


def test_the_list_is_filtered_by_program_status_and_primary(client, house):
    mine = make_episode(make_patient("Ada", "Abel"), house.evening, primary=house.rae)
    make_episode(make_patient("Ben", "Bell"), house.evening, primary=house.kim)
    make_episode(make_patient("Cy", "Cole"), house.teen, status=EpisodeStatus.INTAKE)
    client.force_login(house.dana)

    def shown(**query):
        html = client.get(reverse("patients"), query).text
        return [name for name in ["Ada Abel", "Ben Bell", "Cy Cole"] if name in html]

    assert shown() == ["Ada Abel", "Ben Bell", "Cy Cole"]
    assert shown(program=house.evening.pk) == ["Ada Abel", "Ben Bell"]
    assert shown(status="intake") == ["Cy Cole"]
    assert shown(primary=house.rae.pk) == ["Ada Abel"]
    assert shown(primary=house.rae.pk, program=house.teen.pk) == []
    assert mine.primary_on(date(2026, 11, 23)).user == house.rae


@pytest.mark.parametrize("column", ["patient", "program", "mrn", "age", "-age", "primary", "nonsense"])
def test_the_list_sorts_by_its_columns_and_shrugs_at_others(client, house, column):
    make_episode(make_patient("Ada", "Abel"), house.evening)
    client.force_login(house.rae)
    assert client.get(reverse("patients"), {"sort": column}).status_code == 200


def test_the_list_takes_the_same_queries_for_one_row_and_for_thirty(client, house, django_assert_num_queries):
    client.force_login(house.rae)
    make_episode(make_patient("Ada", "Abel"), house.evening, primary=house.kim)
    client.get(reverse("patients"))
    with django_assert_num_queries(QUERIES):
        client.get(reverse("patients"))
    for number in range(29):
        make_episode(make_patient("Ada", f"Abel{number}"), house.evening, primary=house.rae)
    with django_assert_num_queries(QUERIES):
        client.get(reverse("patients"))


def test_the_front_desk_is_offered_a_referral_and_no_acceptance(client, house):
    make_episode(program=house.evening, status=EpisodeStatus.REFERRED)
    for user, offered in [(house.ivy, (True, False)), (house.rae, (True, True)), (house.ines, (False, False))]:
        client.force_login(user)
        html = client.get(reverse("patients")).text
        assert ("New patient" in html, ">Accept<" in html) == offered


# The search


@pytest.mark.parametrize("asked", ["maya elison", "N-4100", "n 4100", "4100", "3/14/1990", "1990-03-14"])
def test_a_person_is_found_by_name_number_or_date_of_birth(client, house, asked):
    here = make_episode(make_patient(number=4100), house.evening)
    make_episode(make_patient(), house.teen)
    client.force_login(house.rae)
    response = client.post(reverse("patient_search"), {"q": asked})
    assert (response.text.count("Maya Ellison"), "N-4100" in response.text) == (1, True)
    assert looked_at() == ("search", "patient list", {here.patient_id})


@pytest.mark.parametrize("asked", ["Maya Ellison", "N-4100", "3/14/1990"])
def test_the_outsider_finds_nobody_and_the_look_is_recorded(client, house, asked):
    make_episode(make_patient(number=4100), house.evening)
    client.force_login(house.omar)
    response = client.post(reverse("patient_search"), {"q": asked})
    assert ("Nobody fits" in response.text, "4100" in response.text.replace(f'value="{asked}"', "")) == (True, False)
    assert looked_at() == ("search", "patient list", set())


def test_a_search_shows_the_episodes_in_scope_only(client, house):
    patient = make_patient()
    make_episode(patient, house.evening)
    make_episode(patient, house.teen)
    client.force_login(house.omar)
    html = client.post(reverse("patient_search"), {"q": "Ellison"}).text
    assert ("Teen IOP" in html, "Evening IOP" in html) == (True, False)


def test_an_empty_search_asks_what_to_look_for(client, house):
    client.force_login(house.rae)
    response = client.post(reverse("patient_search"), {"q": " "})
    assert (response.status_code, "Type a name, a number or a date of birth." in response.text) == (422, True)
    assert client.get(reverse("patient_search")).status_code == 200
    assert Event.objects.count() == 0


def test_the_words_of_a_search_never_come_from_the_address(client, house):
    make_episode(program=house.evening)
    client.force_login(house.rae)
    assert "Maya" not in client.get(reverse("patient_search"), {"q": "Maya"}).text


def test_a_search_shows_twenty_at_most_in_few_queries(client, house, django_assert_num_queries):
    client.force_login(house.rae)
    for number in range(30):
        make_episode(make_patient("Maya", f"Ellison{number:02}"), house.evening)
    client.post(reverse("patient_search"), {"q": "Maya"})
    with django_assert_num_queries(QUERIES):
        response = client.post(reverse("patient_search"), {"q": "Maya"})
    assert response.text.count("Maya Ellison") == 20


# A new patient


def test_a_referral_is_saved_once_and_leads_to_the_list(client, house):
    key = keys.issue(to=house.ivy)
    answers = [post_new(client, house.ivy, house.evening, key=key) for _ in range(2)]
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, "/patients/"), (303, "/patients/")]
    assert (Patient.objects.count(), Episode.objects.get().status) == (1, "referred")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"given": ""}, "Given name"),
        ({"family": "x" * 81}, "at most 80 characters"),
        ({"birth_date": "2999-01-01"}, "This day has not come yet."),
        ({"birth_date": "1890-01-01"}, "more than 120 years ago"),
        ({"birth_date": "13/40/1990"}, "Enter a valid date."),
        ({"program": ""}, "Program"),
        ({"program": "9" * 20}, "Program"),
        ({"key": ""}, "has lost its key"),
    ],
)
def test_a_mistake_in_a_referral_is_named_and_what_was_typed_stays(client, house, change, sentence):
    response = post_new(client, house.rae, house.evening, **change)
    assert (response.status_code, sentence in response.text, Patient.objects.count()) == (422, True, 0)
    kept = [value for name, value in MAYA.items() if name not in change]
    assert [value for value in kept if f'value="{value}"' not in response.text] == []


def test_a_program_outside_the_scope_or_retired_takes_no_referral(client, house):
    assert post_new(client, house.rae, house.teen).status_code == 422
    Program.objects.filter(pk=house.evening.pk).update(retired_on=date(2026, 1, 31))
    assert post_new(client, house.rae, house.evening).status_code == 422
    assert Patient.objects.count() == 0


def test_who_looks_the_same_is_asked_about_before_anything_is_saved(client, house):
    known = make_episode(make_patient("Maya", "Elison", number=4100), house.evening).patient
    response = post_new(client, house.rae, house.evening)
    assert (response.status_code, "Maya Elison, N-4100" in response.text) == (422, True)
    assert looked_at() == ("search", "patient list", {known.pk})
    assert Patient.objects.count() == 1
    assert post_new(client, house.rae, house.evening, same_as="new").status_code == 302
    assert Patient.objects.count() == 2


def test_the_same_person_gets_an_episode_in_another_program_and_no_second_record(client, house):
    known = make_episode(program=house.evening).patient
    response = post_new(client, house.dana, house.teen, same_as=known.pk)
    assert (response.status_code, Patient.objects.count(), known.episodes.count()) == (302, 1, 2)
    again = post_new(client, house.dana, house.teen, same_as=known.pk)
    assert (again.status_code, "already has an open episode in Teen IOP" in again.text) == (422, True)


def test_somebody_outside_the_scope_is_never_revealed_nor_taken_over(client, house):
    hidden = make_episode(program=house.teen).patient
    response = post_new(client, house.rae, house.evening, same_as=hidden.pk)
    assert (response.status_code, Patient.objects.count(), hidden.episodes.count()) == (302, 2, 1)


def test_a_different_birthday_or_name_asks_nothing(client, house):
    make_episode(make_patient(birth_date=date(1991, 3, 14)), house.evening)
    make_episode(make_patient("Theo", "Brandt"), house.evening)
    assert post_new(client, house.rae, house.evening).status_code == 302


# Accepting


def accept(client, user, episode, **changes):
    client.force_login(user)
    return client.post(reverse("episode_accept", args=[episode.pk]), {"version": episode.version} | changes)


def test_accepting_names_the_primary_clinician_and_leads_to_the_chart(client, house):
    episode = make_episode(program=house.evening, status=EpisodeStatus.REFERRED)
    client.force_login(house.rae)
    page = client.get(reverse("episode_accept", args=[episode.pk])).text
    assert ("Maya Ellison" in page, "Kim Duarte" in page, "Omar Haddad" in page) == (True, True, False)
    assert looked_at() == ("read", "episode", {episode.patient_id})
    answer = accept(client, house.rae, episode, primary=house.kim.pk)
    assert answer.url == episode.patient.get_absolute_url()
    assert CareTeamMember.objects.get().user == house.kim


@pytest.mark.parametrize("primary", ["", "omar", "9" * 20])
def test_accepting_without_a_primary_of_the_program_is_refused_at_the_field(client, house, primary):
    episode = make_episode(program=house.evening, status=EpisodeStatus.REFERRED)
    response = accept(client, house.rae, episode, primary=house.omar.pk if primary == "omar" else primary)
    assert (response.status_code, 'class="field field-bad"' in response.text) == (422, True)
    assert Episode.objects.get().status == "referred"


def test_the_second_of_two_who_accept_sees_both_texts(client, house):
    episode = make_episode(program=house.evening, status=EpisodeStatus.REFERRED)
    accept(client, house.rae, episode, primary=house.rae.pk)
    response = accept(client, house.kim, episode, primary=house.kim.pk)
    assert (response.status_code, "Kim Duarte" in response.text, "Rae Lindqvist" in response.text) == (409, True, True)
    assert CareTeamMember.objects.get().user == house.rae


def test_an_accepted_episode_says_so_instead_of_a_form(client, house):
    episode = make_episode(program=house.evening)
    client.force_login(house.rae)
    html = client.get(reverse("episode_accept", args=[episode.pk])).text
    assert ("cannot be accepted again" in html, 'name="primary"' in html) == (True, False)


def test_the_outsider_and_an_impossible_number_get_the_same_404(client, house):
    episode = make_episode(program=house.evening, status=EpisodeStatus.REFERRED)
    client.force_login(house.omar)
    bodies = set()
    for pk in [episode.pk, 10**9, 10**20]:
        for answer in [client.get(f"/episodes/{pk}/accept/"), client.post(f"/episodes/{pk}/accept/", {"version": 1})]:
            assert answer.status_code == 404
            bodies.add(answer.text.replace(answer.headers.get("X-Request-ID", "-"), ""))
    assert Episode.objects.get().status == "referred"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("rae", (200, 200, 200, 200)),
        ("ivy", (200, 200, 200, 403)),
        ("ines", (200, 200, 403, 403)),
        ("cory", (200, 200, 403, 403)),
        ("bela", (200, 200, 403, 403)),
        ("axel", (403, 403, 403, 403)),
    ],
)
def test_each_role_opens_its_pages(client, house, name, codes):
    episode = make_episode(program=house.evening, status=EpisodeStatus.REFERRED)
    make_member(episode, house.cory, CareRole.CASE_MANAGER)
    client.force_login(getattr(house, name))
    routes = [("patients", []), ("patient_search", []), ("patient_new", []), ("episode_accept", [episode.pk])]
    assert tuple(client.get(reverse(route, args=args)).status_code for route, args in routes) == codes
