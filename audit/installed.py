"""The pieces guards are made of, as they stand in a database: triggers and exclusion constraints."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

POSTGRES = """
SELECT t.tgname, c.relname, 't', pg_get_triggerdef(t.oid, true) || p.prosrc || t.tgenabled::text
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT x.conname, c.relname, 'x', pg_get_constraintdef(x.oid, true)
FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid
WHERE x.contype = 'x' AND c.relnamespace = current_schema()::regnamespace
"""
SQLITE = "SELECT name, tbl_name, 't', sql FROM sqlite_master WHERE type = 'trigger'"


@dataclass(frozen=True)
class Standing:
    """A trigger ("t") or exclusion constraint ("x") as it stands in the database."""

    name: str
    table: str
    kind: str
    definition: str

    def drop(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            if self.kind == "x":
                cursor.execute(f'ALTER TABLE "{self.table}" DROP CONSTRAINT "{self.name}"')
            elif connection.vendor == "postgresql":
                cursor.execute(f'DROP TRIGGER "{self.name}" ON "{self.table}"')
            else:
                cursor.execute(f'DROP TRIGGER "{self.name}"')


def standing(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], Standing]:
    """What stands in the database, by name and table. One query."""
    with connection.cursor() as cursor:
        cursor.execute(POSTGRES if connection.vendor == "postgresql" else SQLITE)
        return {row[:2]: Standing(*row) for row in cursor.fetchall()}


class Piece(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def table(self) -> str: ...

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Make it; nothing of this name stands there."""

    def definition(self, vendor: str) -> str:
        """What must stand in the database, letter for letter as `standing` reads it."""


def problem(piece: Piece, found: Mapping[tuple[str, str], Standing], vendor: str) -> str:
    """One sentence when a piece is missing or other than declared, else empty."""
    there = found.get((piece.name, piece.table))
    if there is None:
        return f"The guard {piece.name} on {piece.table} is missing."
    declared = there.definition == piece.definition(vendor)
    return "" if declared else f"The guard {piece.name} on {piece.table} is not as declared."


@dataclass(frozen=True)
class Trigger:
    """Refuses, with `message`, the statement that `moment` names, where `when` holds.

    On PostgreSQL the condition stands in the function: in the trigger it would stop later changes of its columns. The
    trigger always fires, also for a session that calls itself a replica. Names are plain lower-case words.
    """

    name: str
    table: str
    moment: str
    message: str
    each: str = "ROW"
    when: str = ""

    def install(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                head = f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql"
                cursor.execute(f"{head} AS $guard${self._body()}$guard$")
            cursor.execute(self._trigger(connection.vendor))
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {self.name}")

    def definition(self, vendor: str) -> str:
        return self._trigger(vendor) + (f"{self._body()}A" if vendor == "postgresql" else "")

    def _trigger(self, vendor: str) -> str:
        if vendor == "postgresql":
            head = f"CREATE TRIGGER {self.name} {self.moment} ON {self.table}"
            return f"{head} FOR EACH {self.each} EXECUTE FUNCTION {self.name}()"
        when = f" WHEN ({self.when})" if self.when else ""
        head = f'CREATE TRIGGER "{self.name}" {self.moment} ON "{self.table}"'
        return f"{head}{when} BEGIN SELECT RAISE(ABORT, '{self.message}'); END"

    def _body(self) -> str:
        refuse = f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation';"
        if not self.when:
            return f" BEGIN {refuse} END "
        allow = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
        return f" BEGIN IF {self.when} THEN {refuse} END IF; {allow} END "


@dataclass(frozen=True)
class Constraint:
    """An exclusion constraint of PostgreSQL, in the words PostgreSQL itself uses for it."""

    name: str
    table: str
    words: str

    def install(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            cursor.execute(f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.name}" {self.words}')

    def definition(self, vendor: str) -> str:
        return self.words
