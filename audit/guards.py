"""Guards: what the database itself refuses, declared by models in the class attribute `guards`.

They are not in migrations: SQLite drops triggers silently when a migration rebuilds a table, so they are installed
after every migrate and compared by `problems`. Whatever a guard refuses arrives as IntegrityError on either engine.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.apps import apps
from django.db import connections, transaction
from django.db.models import Model

from .installed import Constraint, Piece, Standing, Trigger, problem, standing

type Unique = Sequence[Sequence[str]]
KEY: Unique = (("id",),)


class Guard(Protocol):
    def pieces(self, table: str, vendor: str, unique: Unique = KEY) -> list[Piece]:
        """The triggers and constraints that make the guard. `unique` are the sets of columns no two rows share."""


@dataclass(frozen=True)
class AppendOnly:
    """Rows are added and never changed, replaced, deleted or truncated."""

    def pieces(self, table: str, vendor: str, unique: Unique = KEY) -> list[Piece]:
        message = f"{table} is append-only"
        if vendor == "postgresql":
            return [
                Trigger(f"{table}_kept", table, "BEFORE DELETE OR UPDATE", message, each="ROW"),
                Trigger(f"{table}_not_truncated", table, "BEFORE TRUNCATE", message, each="STATEMENT"),
            ]
        return [
            Trigger(f"{table}_not_updated", table, "BEFORE UPDATE", message),
            Trigger(f"{table}_not_deleted", table, "BEFORE DELETE", message),
            Trigger(f"{table}_not_replaced", table, "BEFORE INSERT", message, when=replaced(table, unique, "TRUE")),
        ]


@dataclass(frozen=True)
class NeverDeleted:
    """Rows may change and stay for good: no delete, no truncate.

    SQLite's INSERT OR REPLACE, which nobody here writes, is not refused: it cannot be told from an upsert.
    """

    def pieces(self, table: str, vendor: str, unique: Unique = KEY) -> list[Piece]:
        message = f"{table} rows are never deleted"
        deleted = Trigger(f"{table}_never_deleted", table, "BEFORE DELETE", message)
        if vendor != "postgresql":
            return [deleted]
        return [deleted, Trigger(f"{table}_never_truncated", table, "BEFORE TRUNCATE", message, each="STATEMENT")]


@dataclass(frozen=True)
class FrozenWhen:
    """A row for which `condition` holds is never changed, replaced or deleted, and the table is never truncated.

    The condition is SQL over `OLD.column` that both engines read, without a subquery: on SQLite another table named in
    it could not be rebuilt any more.
    """

    name: str
    condition: str

    def pieces(self, table: str, vendor: str, unique: Unique = KEY) -> list[Piece]:
        message = f"{self.name}: this row is frozen"
        if vendor == "postgresql":
            return [
                Trigger(self.name, table, "BEFORE DELETE OR UPDATE", message, when=self.condition),
                Trigger(f"{self.name}_truncate", table, "BEFORE TRUNCATE", message, each="STATEMENT"),
            ]
        instead = replaced(table, unique, self.condition)
        changed = f"({self.condition}) OR {instead}"
        return [
            Trigger(f"{self.name}_update", table, "BEFORE UPDATE", message, when=changed),
            Trigger(f"{self.name}_delete", table, "BEFORE DELETE", message, when=self.condition),
            Trigger(f"{self.name}_replace", table, "BEFORE INSERT", message, when=instead),
        ]


@dataclass(frozen=True)
class NoOverlap:
    """No two rows with the same `keys` have overlapping half-open spans, counting only rows where `condition` is true.

    `starts` and `ends` are timestamp or date columns; a null end is open, and a null start or a start after the end is
    for the model to refuse. `condition` is a boolean column or "". `dates=True` means both ends are inclusive dates.
    Give the table an index on keys and start.

    `longest`, in whole seconds, refuses every row that is longer or open. A long table on SQLite needs it: only then is
    the search bounded at both ends, and reads the rows around the new one instead of all that came before.
    """

    name: str
    keys: tuple[str, ...]
    starts: str = "starts_at"
    ends: str = "ends_at"
    condition: str = ""
    dates: bool = False
    longest: timedelta | None = None

    def pieces(self, table: str, vendor: str, unique: Unique = KEY) -> list[Piece]:
        longer = f"{self.name}_longest"
        if vendor == "postgresql":
            found: list[Piece] = [self._exclusion(table)]
            if self.longest:
                when = self._longer_on_postgresql(self.longest)
                found.append(Trigger(longer, table, "BEFORE INSERT OR UPDATE", longer, when=when))
            return found
        refused = {self.name: self._taken(table)}
        if self.longest:
            refused[longer] = f"{self._end('NEW')} > {self._moved(self.longest, '+')}"
        return [
            Trigger(f"{name}_{write}", table, f"BEFORE {write.upper()}", name, when=when)
            for name, when in refused.items()
            for write in ("insert", "update")
        ]

    def _exclusion(self, table: str) -> Constraint:
        span = (
            f"daterange({self.starts}, {self.ends}, '[]'::text)"
            if self.dates
            else f"tstzrange({self.starts}, {self.ends})"
        )
        keys = "".join(f"{key} WITH =, " for key in self.keys)
        where = f" WHERE ({self.condition})" if self.condition else ""
        return Constraint(self.name, table, f"EXCLUDE USING gist ({keys}{span} WITH &&){where}")

    def _longer_on_postgresql(self, longest: timedelta) -> str:
        end = f"coalesce(NEW.{self.ends}, 'infinity')"
        return f"{end} > NEW.{self.starts} + '{_seconds(longest)} seconds'::interval"

    def _taken(self, table: str) -> str:
        before = "<=" if self.dates else "<"
        same = " AND ".join(f'o."{key}" = NEW."{key}"' for key in self.keys)
        mine = f'NEW."{self.condition}" AND ' if self.condition else ""
        theirs = f'o."{self.condition}" AND ' if self.condition else ""
        start = {row: f'{row}."{self.starts}"' for row in ("NEW", "o")}
        end = {row: self._end(row) for row in ("NEW", "o")}
        bound = f" AND {start['o']} >= {self._moved(self.longest, '-')}" if self.longest else ""
        return (
            f"{mine}{start['NEW']} {before} {end['NEW']}"  # noqa: S608  names of our own
            f' AND EXISTS (SELECT 1 FROM "{table}" o WHERE {theirs}{same} AND o."id" <> NEW."id"{bound}'
            f" AND {start['o']} {before} {end['NEW']} AND {start['NEW']} {before} {end['o']}"
            f" AND {start['o']} {before} {end['o']})"
        )

    def _end(self, row: str) -> str:
        far = "'9999-12-31'"  # not '9999', which SQLite would take for a number beside a date column
        return f'coalesce({row}."{self.ends}", {far})'

    def _moved(self, longest: timedelta, sign: str) -> str:
        """SQLite: the new row's start moved by `longest`, written as the column is, so that the index serves."""
        function = "date" if self.dates else "datetime"
        return f"{function}(NEW.\"{self.starts}\", '{sign}{_seconds(longest)} seconds')"


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def replaced(table: str, unique: Unique, condition: str) -> str:
    """SQLite: whether the new row takes the place of one for which `condition` holds.

    INSERT OR REPLACE and UPDATE OR REPLACE delete that row without firing delete triggers.
    """
    same = " OR ".join(
        " AND ".join(f'"{column}" = NEW."{column}"' for column in columns) for columns in (("rowid",), *unique)
    )
    return f'EXISTS (SELECT 1 FROM "{table}" AS OLD WHERE ({same}) AND ({condition}))'  # noqa: S608  names of our own


def unique_columns(model: type[Model]) -> Unique:
    """The sets of columns no two rows share; conditional constraints are left out."""
    fields = [[field.name] for field in model._meta.concrete_fields if field.unique]
    constraints = [constraint.fields for constraint in model._meta.total_unique_constraints]
    columns = {field.name: field.column for field in model._meta.concrete_fields if field.column}
    return [[columns[name] for name in names] for names in (*fields, *model._meta.unique_together, *constraints)]


def declared(vendor: str) -> Iterator[Piece]:
    """Every piece of every guard of the installed models."""
    for model in apps.get_models():
        for guard in getattr(model, "guards", ()):
            yield from guard.pieces(model._meta.db_table, vendor, unique_columns(model))


def undeclared(pieces: Sequence[Piece], found: Iterable[Standing]) -> list[Standing]:
    """What stands on a guarded table and no model declares any more."""
    names = {(piece.name, piece.table) for piece in pieces}
    tables = {piece.table for piece in pieces}
    return [one for one in found if one.table in tables and (one.name, one.table) not in names]


def install(using: str = "default") -> None:
    """Put every declared guard in place and take undeclared ones away; what is already right is left alone."""
    connection = connections[using]
    with transaction.atomic(using=using):
        tables = set(connection.introspection.table_names())
        found = standing(connection)
        pieces = list(declared(connection.vendor))
        for stray in undeclared(pieces, found.values()):
            stray.drop(connection)
        for piece in pieces:
            if piece.table in tables and problem(piece, found, connection.vendor):
                if there := found.get((piece.name, piece.table)):
                    there.drop(connection)
                piece.install(connection)


def problems(using: str = "default") -> list[str]:
    """What is missing, disabled, other than declared or not declared, one sentence each; empty when all is well.

    Two queries. A table that no migration has made yet has no guards to miss.
    """
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    found = standing(connection)
    pieces = [piece for piece in declared(connection.vendor) if piece.table in tables]
    said = [problem(piece, found, connection.vendor) for piece in pieces]
    strays = [f"{one.name} on {one.table} is not declared." for one in undeclared(pieces, found.values())]
    return [sentence for sentence in said if sentence] + strays
