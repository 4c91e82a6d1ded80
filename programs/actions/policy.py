"""Setting policy values together: a preset from a day on, and that values were checked against their source."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.actions import Entry, record, record_many
from programs import rules
from programs.models import PolicyValue, Program
from programs.presets import Change, Preset, changes, fingerprint
from staff.models import User
from web import keys
from web.refusals import Refusal, require


def apply_preset(
    *,
    preset: Preset,
    program: Program | None,
    starts_on: date,
    replace: Collection[str],
    seen: str,
    key: UUID,
    by: User,
    day: date,
) -> list[PolicyValue]:
    """Write a preset's values for a program, or for the whole provider, from `starts_on`; they begin unconfirmed.

    What is in force already gets no row. A row of the same day stays, unless `replace` names its key. `seen` is the
    fingerprint of the preview; Refusal where the values are no longer those it showed.
    """
    with keys.once(key, by=by) as used:
        _lock(program)
        require(rules.may_set_policy(by, program, day))
        found = preview(preset, program=program, starts_on=starts_on)
        wanted = [change for change in found if change.to_write(replace)]
        require(_as_seen(found, seen), _something(wanted))
        values = [_value(change, preset, program, starts_on) for change in wanted]
        save(values)
        used.url = address(program, starts_on)
        record(
            action="programs.preset_applied",
            by=by,
            about=program,
            content={
                "preset": preset.code,
                "from": str(starts_on),
                "values": {one.key.name: {"old": one.now.shown, "new": one.shown} for one in wanted},
            },
        )
    return values


def preview(preset: Preset, *, program: Program | None, starts_on: date) -> list[Change]:
    """What the preset would change: one query."""
    all_rows = PolicyValue.objects.filter(key__in=preset.values).select_related("program")
    rows = all_rows.applying_to([program.pk]) if program else all_rows
    return changes(preset, program=program.pk if program else None, rows=list(rows), day=starts_on)


def address(program: Program | None, day: date) -> str:
    """Where the values are seen: the program's policy of that day, or the list of all."""
    if program is None:
        return reverse("admin:programs_policyvalue_changelist")
    return f"{reverse('program_policy', args=[program.pk])}?day={day}"


@transaction.atomic
def confirm_values(*, ids: Collection[int], by: User, day: date) -> list[PolicyValue]:
    """Mark values as checked against their source; those that are confirmed already stay as they are."""
    rows = PolicyValue.objects.visible_to(by, day).filter(pk__in=ids, is_confirmed=False).order_by("pk")
    values = list(rows.select_for_update(of=("self",), no_key=True).select_related(None))
    programs = Program.objects.in_bulk({value.program_id for value in values if value.program_id})
    scopes = {value.program_id for value in values}
    require(*(rules.may_set_policy(by, programs.get(scope) if scope else None, day) for scope in scopes))
    for value in values:
        value.is_confirmed = True
    PolicyValue.objects.bulk_update(values, ["is_confirmed"])
    confirmed = {
        "changes": [{"of": "programs.policyvalue", "fields": {"is_confirmed": {"old": "False", "new": "True"}}}]
    }
    action = "programs.policyvalue_confirmed"
    record_many(Entry(action=action, by=by, about=value, content=confirmed) for value in values)
    return values


def _lock(program: Program | None) -> None:
    """So that two presets for the same programs follow one another."""
    rows = Program.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list((rows.filter(pk=program.pk) if program else rows).values_list("pk"))


def _as_seen(found: list[Change], seen: str) -> Refusal | None:
    return None if fingerprint(found) == seen else _changed()


def _changed() -> Refusal:
    return Refusal(
        "The values have changed since this preview was made. Nothing was saved; look at it again and confirm.",
        code="preview_changed",
    )


def _something(wanted: list[Change]) -> Refusal | None:
    if wanted:
        return None
    return Refusal(
        "There is nothing to write: all of it is in force already, or stays. Choose what to replace, or another day.",
        code="nothing_to_write",
    )


def _value(change: Change, preset: Preset, program: Program | None, starts_on: date) -> PolicyValue:
    value = change.same_day or PolicyValue(program=program, key=change.key.name, starts_on=starts_on)
    value.value, value.citation, value.is_confirmed = change.value, preset.citation, False
    return value


def save(values: list[PolicyValue]) -> None:
    """Refused where somebody saved a row of the same day in the admin's form a moment ago."""
    PolicyValue.objects.bulk_update([one for one in values if one.pk], ["value", "citation", "is_confirmed"])
    try:
        with transaction.atomic():
            PolicyValue.objects.bulk_create([one for one in values if one.pk is None])
    except IntegrityError:
        raise _changed() from None
