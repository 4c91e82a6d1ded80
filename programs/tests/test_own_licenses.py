from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.tests.factories import make_posting, make_program
from staff.tests.factories import make_credential, make_supervision, make_user

pytestmark = pytest.mark.django_db
PAGE = "/account/licenses/"
TODAY = date(2026, 3, 2)


@pytest.fixture
def ines(client, time_machine):
    """Signed in."""
    time_machine.move_to("2026-03-02 12:00-05:00", tick=False)
    ines = make_user("ines")
    make_posting(ines, make_program())
    client.force_login(ines)
    return ines


def sentences(response):
    return [one.sentence for one in response.context["licenses"]]


def test_one_sees_one_s_own_licenses_and_nobody_else_s(client, ines):
    rae = make_user("rae")
    make_credential(rae, "LPC", expires_on=TODAY)
    make_credential(ines, "LSW", expires_on=TODAY + timedelta(7))
    make_supervision(ines, rae)
    response = client.get(PAGE)
    assert sentences(response) == ["LSW of New Jersey ends on Mar 9, 2026, in 7 days."]
    page = response.content.decode()
    assert "Renew it with the board and give your director the receipt" in page
    assert "Supervised by Rae Lindqvist since Jan 1, 2025." in page


@pytest.mark.parametrize(("left", "chip"), [(-1, "Ended"), (90, "Ends soon"), (91, "Valid")])
def test_each_license_says_in_a_word_how_it_stands(client, ines, left, chip):
    make_credential(ines, expires_on=TODAY + timedelta(left))
    page = client.get(PAGE).content.decode()
    assert [word for word in ("Ended", "Ends soon", "Valid") if f">{word}</span>" in page] == [chip]


def test_without_a_license_the_page_says_what_to_do(client, ines):
    assert "Ask your clinical director to enter it" in client.get(PAGE).content.decode()


def test_the_account_page_fetches_them_and_links_to_them(client, ines):
    account = client.get("/account/").content.decode()
    assert (f'hx-get="{PAGE}"' in account, f'href="{PAGE}"' in account) == (True, True)
    fragment = client.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in fragment, "No license or certificate of yours is on file" in fragment) == (False, True)


def test_signed_out_it_leads_to_the_sign_in_page(client):
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_takes_the_same_queries_for_any_number_of_licenses(client, ines, rows):
    for number in range(rows):
        make_credential(ines, issued_on=TODAY + timedelta(number))
    client.get(PAGE)
    with CaptureQueriesContext(connection) as captured:
        client.get(PAGE, headers={"HX-Request": "true"})
    assert sum("staff_credential" in query["sql"] or "policyvalue" in query["sql"] for query in captured) == 2
