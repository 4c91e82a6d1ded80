"""What somebody was typing when their session locked or ended: kept encrypted, shown again, sent when they say so."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from web.drafts import discard_draft, keep_draft
from web.models import ServerDraft
from web.querysets import ServerDraftQuerySet

SESSION_KEY = "kept_draft"
MARK = "kept_draft"
NEVER_KEPT = re.compile(r"passw|csrf|secret|token|credential", re.IGNORECASE)
TECHNICAL = re.compile(r"^_|^version$|^key$|_FORMS$", re.IGNORECASE)
LONG = 60
DONE = {301, 302, 303}


@dataclass(frozen=True)
class Piece:
    """One value of a kept form: hidden ones are only sent along, long ones may be edited before they are sent."""

    name: str
    value: str
    label: str
    hidden: bool
    long: bool


def all_of(user: Any) -> ServerDraftQuerySet:
    return ServerDraft.objects.of(user.pk)


def newest(user: Any) -> ServerDraft | None:
    return all_of(user).first()


def keep_from(request: HttpRequest, *, by: Any) -> None:
    """Keep a form that came too late, and note in the session which it was. Account pages are never kept."""
    keep(request, address=request.get_full_path(), typed=request.POST, by=by)


def keep(request: HttpRequest, *, address: str, typed: QueryDict, by: Any) -> None:
    """Keep what was typed for `address`, without passwords, tokens and files; nothing if nothing is left."""
    fields = {name: typed.getlist(name) for name in typed if not NEVER_KEPT.search(name) and name != MARK}
    if address.startswith(reverse("account")) or not any(any(values) for values in fields.values()):
        return
    draft = keep_draft(user_id=by.pk, address=address, fields=fields)
    if draft is not None:
        request.session[SESSION_KEY] = draft.pk


def forget_if_sent(request: HttpRequest, response: HttpResponse) -> None:
    """Forget a kept form once its page has taken it. A page that refuses it answers otherwise, and it stays."""
    if request.method != "POST" or response.status_code not in DONE or not request.user.is_authenticated:
        return
    mark = request.POST.get(MARK, "")
    if mark.isdecimal() and len(mark) < 19:  # noqa: PLR2004 (what a 64-bit number holds)
        discard_draft(user_id=request.user.pk, pk=int(mark))


def pieces(draft: ServerDraft) -> list[Piece]:
    """The kept form, field by field, as it will be sent."""
    return [
        Piece(
            name=name,
            value=value,
            label=name.replace("_", " ").replace("-", " ").capitalize(),
            hidden=bool(TECHNICAL.search(name)) or not value,
            long=len(value) > LONG or "\n" in value,
        )
        for name, values in draft.fields.items()
        for value in values
    ]
