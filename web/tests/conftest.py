import copy

import pytest
from django.conf import settings as portal
from django.db import connection
from django.test import Client, override_settings

from .factories import make_person


@pytest.fixture(autouse=True)
def own_addresses():
    """This room's tests have addresses and one page of their own."""
    templates = copy.deepcopy(portal.TEMPLATES)
    templates[0]["DIRS"].append(portal.BASE_DIR / "web/tests/templates")
    tables = {"PORTAL_DOORS": "web.tests.tables.DOORS", "PORTAL_NAVIGATION": "web.tests.tables.NAVIGATION"}
    with override_settings(ROOT_URLCONF="web.tests.urls", TEMPLATES=templates, **tables):
        yield


@pytest.fixture
def rae(db):
    return make_person()


@pytest.fixture
def inside(rae):
    """A browser in which rae is signed in; defects are answered and not raised."""
    return signed_in(rae)


def signed_in(person, **options):
    client = Client(raise_request_exception=False, **options)
    client.force_login(person)
    return client


@pytest.fixture
def database_away(own_database):
    """Nobody reaches the database any more, as when its server has stopped."""

    def go():
        connection.close()
        connection.settings_dict["NAME"] = "/nowhere/gone"

    return go


@pytest.fixture
def database_read_only(own_database):
    """The database answers and takes nothing, as when its disk is full."""

    def go():
        sqlite, postgresql = "PRAGMA query_only = ON", "SET default_transaction_read_only = on"
        with connection.cursor() as cursor:
            cursor.execute(sqlite if connection.vendor == "sqlite" else postgresql)

    return go
