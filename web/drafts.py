"""Kept text: what was typed when the session had locked (R-64)."""

from collections.abc import Mapping

from django.utils import timezone

from .models import LONGEST_ADDRESS, ServerDraft

LARGEST = 200_000  # characters of one form


def keep_draft(*, user_id: int, address: str, fields: Mapping[str, list[str]]) -> ServerDraft | None:
    """Keep a form's fields for its address, in place of what was kept for it before; None when it is far too large."""
    if sum(len(text) for texts in fields.values() for text in texts) > LARGEST or len(address) > LONGEST_ADDRESS:
        return None
    draft, _ = ServerDraft.objects.update_or_create(
        user_id=user_id, address=address, defaults={"fields": dict(fields), "kept_at": timezone.now()}
    )
    return draft


def discard_draft(*, user_id: int, pk: int) -> None:
    """Forget one kept form of this person."""
    ServerDraft.objects.of(user_id).filter(pk=pk).delete()
