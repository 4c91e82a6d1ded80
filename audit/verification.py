"""Reading the whole chain again: nothing changed, nothing missing, nothing cut off."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from . import chain, guards
from .models import Anchor, Event

BATCH = 1000


@dataclass
class Report:
    """How many events were read, where the chain ends, and what is wrong (one sentence each, the first break only)."""

    checked: int = 0
    last: tuple[int, str] = (0, chain.GENESIS)
    problems: list[str] = field(default_factory=list)


def in_order(*, since: int = 1) -> Iterator[tuple[Event, list[int]]]:
    """Every event from `since` on with its patients, in the order of the chain, in batches of constant size."""
    events = Event.objects.in_chain().filter(sequence__gte=since).prefetch_related("patients")
    for event in events.iterator(chunk_size=BATCH):
        yield event, [patient.patient_id for patient in event.patients.all()]


def verify() -> Report:
    """Check every seal, the sequence, the anchors inside and outside the database, and the guards."""
    report = Report()
    anchors = anchored(report.problems)
    for event, patients in in_order():
        number, seal = report.last
        problem = broken(event, patients, number=number + 1, previous=seal)
        if problem:
            report.problems.append(problem)
            break
        report.checked += 1
        report.last = (event.sequence, event.seal)
        if anchors.pop(event.sequence, {event.seal}) != {event.seal}:
            report.problems.append(f"Event {event.sequence} is not the one that was anchored.")
            break
    else:
        report.problems += [
            f"The trail ends at {report.last[0]}, but {n} was anchored: the end was cut off." for n in anchors if n
        ]
    report.problems += guards.problems()
    return report


def broken(event: Event, patients: list[int], *, number: int, previous: str) -> str:
    """What is wrong with one event at this place of the chain, or empty."""
    if event.sequence != number:
        return f"Event {number} is missing: after {number - 1} comes {event.sequence}."
    if event.previous != previous:
        return f"Event {number} does not follow event {number - 1}."
    if chain.seal(event, patients) != event.seal:
        return f"Event {number} was changed after it was sealed."
    return ""


def anchored(problems: list[str]) -> dict[int, set[str]]:
    """The seals anchored for each sequence, in the table and in the file that ANCHOR_PATH names; `problems` grows."""
    anchors: dict[int, set[str]] = {}
    for sequence, seal in Anchor.objects.values_list("sequence", "seal").iterator():
        anchors.setdefault(sequence, set()).add(seal)
    path = Path(settings.ANCHOR_PATH) if settings.ANCHOR_PATH else None
    if path and path.exists():
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, start=1):
                try:
                    entry = json.loads(line)
                    anchors.setdefault(int(entry["sequence"]), set()).add(str(entry["seal"]))
                except (ValueError, TypeError, KeyError):
                    problems.append(f"Line {number} of the file at ANCHOR_PATH is not an anchor.")
    elif path and anchors:
        problems.append("The file at ANCHOR_PATH is gone, though anchors were written.")
    return anchors
