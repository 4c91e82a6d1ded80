from datetime import date

import pytest

from audit.models import Event
from programs.curricula import Place, in_order
from programs.models import Curriculum, Topic
from programs.tests.factories import make_curriculum, make_group, make_location, make_posting, make_program
from staff.choices import Role
from staff.tests.factories import make_user
from web.tests.saving import save

ADD = "/admin/programs/curriculum/add/"


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ([Place(1, 1, 1), Place(2, 2, 2), Place(3, 3, 3)], [1, 2, 3]),
        ([Place(1, 3, 1), Place(2, 2, 2), Place(3, 3, 3)], [2, 3, 1]),
        ([Place(1, 1, 1), Place(2, 2, 2), Place(3, 2, 3)], [1, 3, 2]),
        ([Place(1, 4, 1), Place(2, 2, 2), Place(3, 3, 3), Place(4, 1, 4)], [4, 2, 3, 1]),
        ([Place(1, 1, 1), Place(2, 2, 2), Place(9, 2)], [1, 9, 2]),
        ([Place(1, 1, 1, is_retired=True), Place(2, 2, 2)], [2, 1]),
    ],
    ids=["nothing moved", "down", "up", "swapped", "put in between", "retired goes last"],
)
def test_a_topic_stands_where_its_number_was_typed(places, order):
    assert in_order(places) == order


@pytest.fixture
def evening(db):
    return make_program("Evening IOP", location=make_location("Northside"))


@pytest.fixture
def dana(client, evening):
    """Director of Northside, signed in; Harbor's programs are not hers."""
    dana = make_user("dana", Role.DIRECTOR)
    make_posting(dana, location=evening.location)
    make_program("Teen IOP", location=make_location("Harbor"))
    client.force_login(dana)
    return dana


def form(program, *rows, name="Matrix", initial=0, **change):
    """What the page of a curriculum sends; each row is (id or "", number, title)."""
    data = {"program": program.pk if program else "", "name": name, "retired_on": ""}
    data |= {"topics-TOTAL_FORMS": len(rows), "topics-INITIAL_FORMS": initial}
    for place, (key, position, title) in enumerate(rows):
        data |= {f"topics-{place}-id": key, f"topics-{place}-position": position, f"topics-{place}-title": title}
    return data | change


def titles(curriculum):
    return [(topic.position, topic.title) for topic in curriculum.topics.all()]


def test_a_director_makes_a_curriculum_and_its_topics_are_numbered_from_1(client, dana, evening):
    answer = client.post(ADD, form(evening, ("", "", "Triggers"), ("", 30, "Cravings"), ("", 10, "Trust")))
    assert answer.status_code == 302
    assert titles(Curriculum.objects.get()) == [(1, "Trust"), (2, "Cravings"), (3, "Triggers")]


def test_a_topic_moves_to_the_number_typed_and_the_trail_names_what_made_room(client, dana, evening):
    matrix = make_curriculum(evening, topics=["Triggers", "Cravings", "Trust"])
    first, second, third = matrix.topics.all()
    rows = [(first.pk, 1, first.title), (second.pk, 2, second.title), (third.pk, 1, third.title)]
    path = f"/admin/programs/curriculum/{matrix.pk}/change/"
    assert save(client, path, form(evening, *rows, name=matrix.name, initial=3)).status_code == 302
    assert titles(matrix) == [(1, "Trust"), (2, "Triggers"), (3, "Cravings")]
    moved = [event.content["changes"][0]["fields"] for event in Event.objects.order_by("sequence")]
    assert moved == [
        {"place of Triggers": {"old": "1", "new": "2"}, "place of Cravings": {"old": "2", "new": "3"}},
        {"position": {"old": "3", "new": "1"}},
    ]


def test_a_retired_topic_stays_and_stands_last(client, dana, evening):
    matrix = make_curriculum(evening, topics=["Triggers", "Cravings"])
    first, second = matrix.topics.all()
    rows = [(first.pk, 1, first.title), (second.pk, 2, second.title)]
    data = form(evening, *rows, name=matrix.name, initial=2) | {"topics-0-retired_on": "2026-01-02"}
    save(client, f"/admin/programs/curriculum/{matrix.pk}/change/", data)
    assert titles(matrix) == [(1, "Cravings"), (2, "Triggers")]


def test_two_new_topics_of_one_title_are_refused_at_the_field(client, dana, evening):
    answer = client.post(ADD, form(evening, ("", 1, "Trust"), ("", 2, "trust")))
    assert "This curriculum has a topic of this title already." in answer.content.decode()
    assert Topic.objects.count() == 0


def test_one_for_the_whole_provider_is_made_by_who_directs_all_of_it(client, dana, evening):
    assert client.post(ADD, form(None)).status_code == 200
    shared = make_curriculum(None)
    path = f"/admin/programs/curriculum/{shared.pk}/change/"
    assert client.post(path, form(None, name="Mine")).status_code == 403
    client.force_login(make_user("admin", None, is_superuser=True))
    assert save(client, path, form(None, name="Ours")).status_code == 302
    assert list(Curriculum.objects.values_list("name", flat=True)) == ["Ours"]


def test_a_curriculum_of_another_location_is_neither_seen_nor_changed(client, dana, evening):
    theirs = make_curriculum(make_program(), name="Elsewhere")
    assert "Elsewhere" not in client.get("/admin/programs/curriculum/").content.decode()
    assert client.get(f"/admin/programs/curriculum/{theirs.pk}/change/").status_code == 404


def test_the_page_lists_the_groups_in_sight_that_teach_it(client, dana, evening):
    shared = make_curriculum(None)
    make_group(evening, "Early Recovery", curriculum=shared)
    make_group(make_program("Elsewhere"), "Hidden", curriculum=shared)
    page = client.get(f"/admin/programs/curriculum/{shared.pk}/change/").content.decode()
    assert ("Early Recovery</a>, Evening IOP" in page, "Hidden" in page) == (True, False)


def test_a_group_is_offered_its_programs_curricula_and_the_providers(client, dana, evening):
    other = make_program("Day IOP", location=evening.location)
    make_curriculum(evening, name="Matrix")
    make_curriculum(None, name="For all")
    make_curriculum(other, name="Another's")
    make_curriculum(evening, name="Old", retired_on=date(2026, 1, 6))
    group = make_group(evening)
    page = client.get(f"/admin/programs/group/{group.pk}/change/")
    field = page.context["adminform"].form.fields["curriculum"]
    assert [row.name for row in field.queryset] == ["For all", "Matrix"]
