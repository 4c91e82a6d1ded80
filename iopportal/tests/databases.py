"""A database of its own for a test that commits: a copy of a migrated, seeded one, thrown away and never flushed.

The audit trail refuses to be emptied, and a flush would take the seeds with it.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

_numbers = count(1)


@contextmanager
def own_database(template: str) -> Iterator[str]:
    """Point every thread of this process at a fresh copy of `template`; give its name."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="portal-db-") as folder:
            copy = str(Path(folder) / "db.sqlite3")
            shutil.copyfile(template, copy)
            with _connected_to(copy):
                yield copy
    else:
        copy = f"{template}_{next(_numbers)}"
        with _maintenance() as cursor:
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{template}"')
        try:
            with _connected_to(copy):
                yield copy
        finally:
            with _maintenance() as cursor:
                cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


@contextmanager
def seeded_template(worker: str) -> Iterator[str]:
    """A migrated and seeded database that nobody writes to."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="portal-template-") as folder:
            template = str(Path(folder) / "db.sqlite3")
            _build(template)
            yield template
    else:
        template = f"portal_template_{worker}"
        with _maintenance() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{template}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{template}"')
        _build(template)
        try:
            yield template
        finally:
            with _maintenance() as cursor:
                cursor.execute(f'DROP DATABASE "{template}" WITH (FORCE)')


def _build(name: str) -> None:
    with _connected_to(name):
        call_command("migrate", verbosity=0)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    kept = connections["default"]  # set aside and not closed: closing an in-memory database would lose it
    del connections["default"]
    settings = connections.settings["default"]
    before, settings["NAME"] = settings["NAME"], name
    try:
        yield
    finally:
        connections["default"].close()
        settings["NAME"] = before
        connections["default"] = kept


@contextmanager
def _maintenance() -> Iterator[CursorWrapper]:
    with connection._nodb_cursor() as cursor:
        yield cursor
