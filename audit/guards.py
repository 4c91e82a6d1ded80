"""Guards: what the database itself refuses, declared by models in the class attribute `guards`.

They are not in migrations: SQLite drops triggers silently when a migration rebuilds a table, so they are installed
after every migrate and compared by `problems`. Whatever a guard refuses arrives as IntegrityError on either engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.apps import apps
from django.db import connections, transaction

from .installed import Constraint, Piece, Trigger, problem, standing


class Guard(Protocol):
    def pieces(self, table: str, vendor: str) -> list[Piece]: ...


@dataclass(frozen=True)
class AppendOnly:
    """Rows are added and never changed, replaced, deleted or truncated. `unique` names further unique columns."""

    unique: tuple[str, ...] = ()

    def pieces(self, table: str, vendor: str) -> list[Piece]:
        message = f"{table} is append-only"
        if vendor == "postgresql":
            return [
                Trigger(f"{table}_kept", table, "BEFORE DELETE OR UPDATE", message, each="ROW"),
                Trigger(f"{table}_not_truncated", table, "BEFORE TRUNCATE", message, each="STATEMENT"),
            ]
        same = " OR ".join(f'"{column}" = NEW."{column}"' for column in ("id", *self.unique))
        return [
            Trigger(f"{table}_not_updated", table, "BEFORE UPDATE", message),
            Trigger(f"{table}_not_deleted", table, "BEFORE DELETE", message),
            # INSERT OR REPLACE deletes without firing delete triggers
            Trigger(
                f"{table}_not_replaced",
                table,
                "BEFORE INSERT",
                message,
                when=f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})',  # noqa: S608  names of our own
            ),
        ]


@dataclass(frozen=True)
class NeverDeleted:
    """Rows may change and stay for good: no delete, no truncate."""

    def pieces(self, table: str, vendor: str) -> list[Piece]:
        message = f"{table} rows are never deleted"
        deleted = Trigger(f"{table}_never_deleted", table, "BEFORE DELETE", message)
        if vendor != "postgresql":
            return [deleted]
        return [deleted, Trigger(f"{table}_never_truncated", table, "BEFORE TRUNCATE", message, each="STATEMENT")]


@dataclass(frozen=True)
class FrozenWhen:
    """A row for which `condition` holds (SQL over `OLD.column`) is never changed or deleted."""

    name: str
    condition: str

    def pieces(self, table: str, vendor: str) -> list[Piece]:
        message = f"{self.name}: this row is frozen"
        if vendor == "postgresql":
            return [
                Trigger(self.name, table, "BEFORE DELETE OR UPDATE", message, each="ROW", when=self.condition),
                Trigger(f"{self.name}_truncate", table, "BEFORE TRUNCATE", message, each="STATEMENT"),
            ]
        return [
            Trigger(f"{self.name}_update", table, "BEFORE UPDATE", message, when=self.condition),
            Trigger(f"{self.name}_delete", table, "BEFORE DELETE", message, when=self.condition),
        ]


@dataclass(frozen=True)
class NoOverlap:
    """No two rows with the same `keys` have overlapping half-open spans, counting only rows where `condition` is true.

    `starts` and `ends` are timestamp or date columns; an empty end is open. `condition` is a boolean column or "".
    `dates=True` means both ends are inclusive dates.
    """

    name: str
    keys: tuple[str, ...]
    starts: str = "starts_at"
    ends: str = "ends_at"
    condition: str = ""
    dates: bool = False

    def pieces(self, table: str, vendor: str) -> list[Piece]:
        if vendor == "postgresql":
            span = (
                f"daterange({self.starts}, {self.ends}, '[]'::text)"
                if self.dates
                else f"tstzrange({self.starts}, {self.ends})"
            )
            keys = "".join(f"{key} WITH =, " for key in self.keys)
            where = f" WHERE ({self.condition})" if self.condition else ""
            return [Constraint(self.name, table, f"EXCLUDE USING gist ({keys}{span} WITH &&){where}")]
        return [
            Trigger(f"{self.name}_insert", table, "BEFORE INSERT", self.name, when=self._taken(table)),
            Trigger(f"{self.name}_update", table, "BEFORE UPDATE", self.name, when=self._taken(table)),
        ]

    def _taken(self, table: str) -> str:
        before = "<=" if self.dates else "<"
        far = "'9999-12-31'"  # not '9999', which SQLite would take for a number beside a date column
        same = " AND ".join(f'o."{key}" = NEW."{key}"' for key in self.keys)
        mine = f'NEW."{self.condition}" AND ' if self.condition else ""
        theirs = f'o."{self.condition}" AND ' if self.condition else ""
        return (  # names of our own
            f'{mine}EXISTS (SELECT 1 FROM "{table}" o WHERE {theirs}{same} AND o."id" <> NEW."id"'  # noqa: S608
            f' AND o."{self.starts}" {before} coalesce(NEW."{self.ends}", {far})'
            f' AND NEW."{self.starts}" {before} coalesce(o."{self.ends}", {far}))'
        )


def declared(vendor: str) -> Iterator[Piece]:
    """Every piece of every guard of the installed models."""
    for model in apps.get_models():
        for guard in getattr(model, "guards", ()):
            yield from guard.pieces(model._meta.db_table, vendor)


def install(using: str = "default") -> None:
    """Put every declared guard in place; what is already right is left alone."""
    connection = connections[using]
    with transaction.atomic(using=using):
        tables = set(connection.introspection.table_names())
        found = standing(connection)
        for piece in declared(connection.vendor):
            if piece.table in tables and problem(piece, found, connection.vendor):
                piece.install(connection)


def problems(using: str = "default") -> list[str]:
    """What is missing, disabled or other than declared, one sentence each; empty when all is well. Two queries.

    A table that is not there yet has no guard to miss: that a migration waits is said elsewhere.
    """
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    found = standing(connection)
    pieces = [piece for piece in declared(connection.vendor) if piece.table in tables]
    return [said for piece in pieces if (said := problem(piece, found, connection.vendor))]
