"""The pieces guards are made of, as they stand in a database: triggers and exclusion constraints."""

import re
from dataclasses import dataclass
from typing import Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

POSTGRES = """
SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid) || p.prosrc || CASE t.tgenabled WHEN 'O' THEN '' ELSE 'off' END
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal
UNION ALL
SELECT x.conname, c.relname, pg_get_constraintdef(x.oid)
FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid
WHERE x.contype = 'x'
"""
SQLITE = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"

type Standing = dict[tuple[str, str], str]


def standing(connection: BaseDatabaseWrapper) -> Standing:
    """What stands in the database: for each name and table the definition, in plain words. One query."""
    with connection.cursor() as cursor:
        cursor.execute(POSTGRES if connection.vendor == "postgresql" else SQLITE)
        return {(name, table): plain(definition) for name, table, definition in cursor.fetchall()}


def plain(definition: str) -> str:
    """The words alone: PostgreSQL adds the schema, quotes, and brackets around conditions."""
    return re.sub(r'[\s()"]+', "", definition.lower().replace("public.", ""))


class Piece(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def table(self) -> str: ...

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Replace whatever stands there under this name."""

    def definition(self, vendor: str) -> str:
        """What must stand in the database, as `standing` reads it but for spaces, quotes and brackets."""


def problem(piece: Piece, found: Standing, vendor: str) -> str:
    """One sentence when a piece is missing or other than declared, else empty."""
    there = found.get((piece.name, piece.table))
    if there is None:
        return f"The guard {piece.name} on {piece.table} is missing."
    return (
        ""
        if there == plain(piece.definition(vendor))
        else f"The guard {piece.name} on {piece.table} is not as declared."
    )


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
                cursor.execute(self._function())
            else:
                cursor.execute(f'DROP TRIGGER IF EXISTS "{self.name}"')
            cursor.execute(self._trigger(connection.vendor))

    def definition(self, vendor: str) -> str:
        return self._trigger(vendor) + (self._body() if vendor == "postgresql" else "")

    def _trigger(self, vendor: str) -> str:
        when = f" WHEN ({self.when})" if self.when else ""
        head = f'CREATE TRIGGER "{self.name}" {self.moment} ON "{self.table}"'
        if vendor == "postgresql":
            return f'{head} FOR EACH {self.each}{when} EXECUTE FUNCTION "{self.name}"()'
        return f"{head}{when} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"

    def _function(self) -> str:
        head = f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql'
        return f"{head} AS $guard${self._body()}$guard$"

    def _body(self) -> str:
        return f" BEGIN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; END "


@dataclass(frozen=True)
class Constraint:
    """An exclusion constraint of PostgreSQL, in the words PostgreSQL itself uses for it."""

    name: str
    table: str
    words: str

    def install(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            cursor.execute(f'ALTER TABLE "{self.table}" DROP CONSTRAINT IF EXISTS "{self.name}"')
            cursor.execute(f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.name}" {self.words}')

    def definition(self, vendor: str) -> str:
        return self.words
