from contextlib import contextmanager

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import isolate_apps

from web.models import Versioned


def make_person(username="rae", *permissions, **fields):
    """A real user with permissions such as "staff.use_admin" of their own."""
    person = get_user_model().objects.create_user(username, **{"first_name": "Rae", "last_name": "Whitfield"} | fields)
    for name in permissions:
        app_label, codename = name.split(".")
        person.user_permissions.add(Permission.objects.get(content_type__app_label=app_label, codename=codename))
    return person


@contextmanager
def versioned_table():
    """A model of a test's own with a version, and its table."""
    with isolate_apps("web"):
        from django.db import models

        class Memo(Versioned):
            text = models.TextField()

            class Meta:
                app_label = "web"

    with connection.schema_editor() as editor:
        editor.create_model(Memo)
    yield Memo
    with connection.schema_editor() as editor:
        editor.delete_model(Memo)
