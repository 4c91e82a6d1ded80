"""The pieces guards are made of, as they stand in a database: triggers and exclusion constraints."""

import re
from dataclasses import dataclass
from typing import Protocol

from django.db.backends.base.base import BaseDatabaseWrapper


class Piece(Protocol):
    name: str
    table: str

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Replace whatever stands there under this name."""

    def problem(self, connection: BaseDatabaseWrapper) -> str:
        """One sentence when it is missing or other than declared, else empty."""


@dataclass(frozen=True)
class Trigger:
    """Refuses, with `message`, the statement that `moment` names, where `when` holds."""

    name: str
    table: str
    moment: str
    message: str
    each: str = "ROW"
    when: str = ""

    def install(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{self.name}" ON "{self.table}"')
                cursor.execute(f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $guard${self._body()}$guard$')
            else:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{self.name}"')
            cursor.execute(self._definition(connection.vendor))

    def problem(self, connection: BaseDatabaseWrapper) -> str:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT pg_get_triggerdef(t.oid), p.prosrc, t.tgenabled FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
                    " WHERE t.tgname = %s AND t.tgrelid = to_regclass(%s) AND NOT t.tgisinternal",
                    [self.name, f'"{self.table}"'],
                )
                row = cursor.fetchone()
                right = row and (_plain(row[0]), row[1], row[2]) == (_plain(self._definition("postgresql")), self._body(), "O")
            else:
                cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s AND tbl_name = %s", [self.name, self.table])
                row = cursor.fetchone()
                right = row and row[0] == self._definition("sqlite")
        return _say(self.name, self.table, exists=bool(row), right=bool(right))

    def _definition(self, vendor: str) -> str:
        if vendor == "postgresql":
            when = f" WHEN ({self.when})" if self.when else ""
            return f'CREATE TRIGGER {self.name} {self.moment} ON {self.table} FOR EACH {self.each}{when} EXECUTE FUNCTION {self.name}()'
        when = f" WHEN {self.when}" if self.when else ""
        return f"CREATE TRIGGER \"{self.name}\" {self.moment} ON \"{self.table}\"{when} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"

    def _body(self) -> str:
        return f" BEGIN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; END "


@dataclass(frozen=True)
class Constraint:
    """An exclusion constraint of PostgreSQL, in the words PostgreSQL itself uses for it."""

    name: str
    table: str
    definition: str

    def install(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            cursor.execute(f'ALTER TABLE "{self.table}" DROP CONSTRAINT IF EXISTS "{self.name}"')
            cursor.execute(f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.name}" {self.definition}')

    def problem(self, connection: BaseDatabaseWrapper) -> str:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s AND conrelid = to_regclass(%s)",
                [self.name, f'"{self.table}"'],
            )
            row = cursor.fetchone()
        return _say(self.name, self.table, exists=bool(row), right=bool(row) and _plain(row[0]) == _plain(self.definition))


def _plain(definition: str) -> str:
    """PostgreSQL adds the schema, and brackets around conditions."""
    return re.sub(r"\b(public|old|new)\.|[\s()\"]+", lambda m: f"{m[1]}." if m[1] in {"old", "new"} else "", definition, flags=re.I).lower()


def _say(name: str, table: str, *, exists: bool, right: bool) -> str:
    if not exists:
        return f"The guard {name} on {table} is missing."
    return "" if right else f"The guard {name} on {table} is not as declared."
