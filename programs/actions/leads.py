"""The verb of the lead matrix: change some of its cells at once (R-30)."""

import zlib
from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.urls import reverse

from audit.actions import record
from audit.models import Event
from programs import rules
from programs.choices import LeadAnswer, LeadRow
from programs.models import LeadRule
from staff.choices import LeadColumn
from staff.models import User
from web.refusals import Side, Stale, require

type Cell = tuple[str, str]  # row and column
ONLY_SUD = "*"
# A cell as the grid sends it, and as it shows it; SUD: only in programs that treat substance use.
CODES: dict[str, str] = {
    "no": "–",
    "yes": "yes",
    "S": "S",
    "C": "C",
    "yes*": "yes, SUD",
    "S*": "S, SUD",
    "C*": "C, SUD",
}
CELLS: list[Cell] = [(row, column) for row in LeadRow.values for column in LeadColumn.values]


def set_lead_rules(
    *, cells: Mapping[Cell, str], shown: Mapping[Cell, str], version: int | None, by: User, day: date
) -> list[str]:
    """Set the cells that differ from what the page had `shown`, by their codes; gives what changed, in words.

    A cell that only somebody else changed meanwhile stays as they left it; one that both changed raises Stale with both
    answers, unless `version` says that the page knew theirs.
    """
    with transaction.atomic():
        rows = {(rule.row, rule.column): rule for rule in LeadRule.objects.select_for_update(no_key=True)}
        require(rules.may_set_for_all(by, day))
        now = codes_of(rows.values())
        wanted = {cell: code for cell, code in cells.items() if code != shown[cell]}
        if version != version_of(now):
            _refuse_stale(wanted, shown, now)
        changes = {cell: code for cell, code in wanted.items() if code != now[cell]}
        said = [f"{name_of(cell)}: {CODES[now[cell]]} → {CODES[code]}" for cell, code in changes.items()]
        for cell, code in changes.items():
            rule = rows.get(cell) or LeadRule(row=cell[0], column=cell[1])
            rule.answer, rule.in_substance_use_only = LeadAnswer(code.rstrip(ONLY_SUD)), code.endswith(ONLY_SUD)
            rule.save()
        if changes:
            about = LeadRule.objects.get(row=next(iter(changes))[0], column=next(iter(changes))[1])
            record(action="programs.lead_rules_changed", by=by, about=about, content={"cells": said})
    return said


def codes_of(rules: Iterable[LeadRule]) -> dict[Cell, str]:
    """The code of every cell of the matrix; a cell without a row is no."""
    known = {(rule.row, rule.column): _code(rule) for rule in rules}
    return {cell: known.get(cell, "no") for cell in CELLS}


def version_of(codes: Mapping[Cell, str]) -> int:
    """One number for the whole matrix: another one where any cell is another."""
    return zlib.crc32(",".join(codes[cell] for cell in CELLS).encode()) & 0x7FFF_FFFF


def name_of(cell: Cell) -> str:
    """“Group therapy, Intern”."""
    return f"{LeadRow(cell[0]).label}, {LeadColumn(cell[1]).label}"


def _code(rule: LeadRule) -> str:
    only = rule.in_substance_use_only and rule.answer != LeadAnswer.NO
    return rule.answer + (ONLY_SUD if only else "")


def _refuse_stale(wanted: Mapping[Cell, str], shown: Mapping[Cell, str], now: Mapping[Cell, str]) -> None:
    both = [cell for cell, code in wanted.items() if now[cell] not in {shown[cell], code}]
    if not both:
        return
    last = Event.objects.filter(object_type="programs.leadrule").order_by("-sequence").first()
    raise Stale(
        [Side(name_of(cell), CODES[wanted[cell]], CODES[now[cell]]) for cell in both],
        by=last.actor_name if last else "",
        at=last.at if last else None,
        url=reverse("admin:programs_leadrule_changelist"),
        version=version_of(now),
    )
