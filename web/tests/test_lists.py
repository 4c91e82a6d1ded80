import re

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from audit.models import Event, EventPatient

from .listings import NameTable


def make_rows(number, **fields):
    people = get_user_model()
    return people.objects.bulk_create(
        people(username=f"row-{n}", first_name="Row", last_name=f"Name {n:04}", **fields) for n in range(number)
    )


def shown(response):
    return re.findall(r'<th scope="row"[^>]*>(Name \d+)</th>', response.text)


@pytest.mark.parametrize("number", [1, 30])
def test_a_list_asks_as_many_questions_for_one_row_as_for_thirty(inside, django_assert_num_queries, number):
    make_rows(number)
    inside.get("/plain/")
    locks = connection.vendor == "postgresql"  # SQLite's transaction is the lock
    with django_assert_num_queries(11 + locks):  # session, user, permissions, the rows, and the audit event
        assert len(shown(inside.get("/names/"))) == number


def test_a_list_sorts_by_its_columns_and_by_nothing_else(inside):
    make_rows(3)
    ascending = [f"Name {n:04}" for n in range(3)]
    for sort, expected in [
        ("last_name", ascending),
        ("-last_name", ascending[::-1]),
        ("first_name", ascending),
        ("password", ascending),
        ("-user__secret", ascending),
    ]:
        assert shown(inside.get("/names/", {"sort": sort})) == expected


def test_rows_that_sort_alike_appear_once_on_all_pages_together(inside):
    people = get_user_model()
    people.objects.bulk_create(people(username=f"row-{n}", first_name="Row", last_name="Name 1") for n in range(120))
    for page in (1, 2, 3):
        inside.get("/names/", {"page": page})
    assert EventPatient.objects.values("patient_id").distinct().count() == 120


@pytest.mark.parametrize(("sort", "order"), [("-last_name", ("-last_name", "pk")), ("", ("last_name", "pk"))])
def test_the_key_settles_the_order_of_rows_that_sort_alike(db, sort, order):
    table = NameTable(get_user_model().objects.all(), order_by=sort or None)
    assert table.data.data.query.order_by == order


@pytest.mark.parametrize(
    ("page", "first"),
    [
        ("", 0),
        ("1", 0),
        ("2", 50),
        ("3", 100),
        ("0", 0),
        ("-1", 0),
        ("x", 0),
        ("2.5", 0),
        ("9", 100),
        ("9" * 30, 100),
        ("²", 0),
    ],
)
def test_a_page_that_is_not_there_is_the_first_or_the_last(inside, page, first):
    make_rows(120)
    assert shown(inside.get("/names/", {"page": page, "per_page": "1000"}))[0] == f"Name {first:04}"


def test_a_list_ends_after_forty_pages_and_says_what_to_do(inside):
    make_rows(2001)
    response = inside.get("/names/", {"page": "41"})
    assert shown(response)[0] == "Name 1950"
    assert "Narrow the filter to reach them." in response.text
    assert 'rel="next"' not in response.text


def test_a_sorted_column_says_so_and_sorting_starts_at_the_first_page(inside):
    make_rows(60)
    html = inside.get("/names/", {"sort": "-last_name", "page": "2"}).text
    assert 'aria-sort="descending"' in html
    assert re.search(r'id="sort-last_name" href="([^"]+)"', html)[1] == "?sort=last_name"
    assert 'id="sort-first_name"' not in html
    assert re.search(r'rel="prev" href="([^"]+)"', html)[1] == "?sort=-last_name&amp;page=1"


def test_an_empty_list_says_what_the_emptiness_means(inside):
    assert "Nobody is here yet" in inside.get("/names/").text
    make_rows(2)
    html = inside.get("/names/", {"is_active": "False"}).text
    assert "Nothing matches the filter" in html
    assert "Nobody is here yet" not in html


def test_an_unknown_choice_filters_nothing_and_says_so(inside):
    make_rows(2)
    response = inside.get("/names/", {"is_active": "9" * 30})
    assert (len(shown(response)), "Select a valid choice." in response.text) == (2, True)


def test_whose_names_a_page_shows_is_recorded_before_it_answers(inside, rae):
    rows = make_rows(60)
    inside.get("/names/", {"page": "2"})
    event = Event.objects.get()
    assert (event.action, event.actor_id, event.record_class, event.content) == (
        "list",
        rae.pk,
        "demographics",
        {"route": "names"},
    )
    seen = set(EventPatient.objects.filter(event=event).values_list("patient_id", flat=True))
    assert seen == {row.pk for row in get_user_model().objects.filter(username__in=[f"row-{n}" for n in range(50, 60)])}
    assert len(rows) == 60


def test_an_empty_list_names_nobody_and_records_nothing(inside):
    inside.get("/names/")
    assert Event.objects.count() == 0


def test_htmx_gets_the_list_alone_and_the_whole_page_when_going_back(inside):
    make_rows(1)
    part = inside.get("/names/", headers={"HX-Request": "true"})
    back = inside.get("/names/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert ("<html" in part.text, part.text.count('id="list"')) == (False, 1)
    assert "<html" in back.text
