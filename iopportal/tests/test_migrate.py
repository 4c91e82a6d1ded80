import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db


def test_migrate_makes_the_throttle_table_that_signing_in_needs():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE web_throttle")
    call_command("migrate", verbosity=0)
    cache.set("tries", 3)
    assert cache.get("tries") == 3
