from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from programs import rules
from programs.models import Posting
from staff.admin import UserAdmin, acting
from staff.models import User
from web.refusals import Refusal

from .bases import ReachAdmin, ReachForm, RelatedOnly

admin.site.unregister(User)


@admin.register(User)
class ColleagueAdmin(UserAdmin):
    """Staff accounts, each managed by who directs everywhere the person works."""

    def may_manage(self, request: HttpRequest, user: User) -> Refusal | None:
        return super().may_manage(request, user) or rules.may_lead(acting(request), user, timezone.localdate())


class PostingForm(ReachForm):
    def refusal(self, data: dict[str, Any]) -> Refusal | None:
        theirs = {data["user"], getattr(self.instance, "user", data["user"])}
        own = [rules.may_post(self.user, user, is_deputy=data["is_deputy"]) for user in theirs]
        return next(filter(None, own), None) or super().refusal(data)


@admin.register(Posting)
class PostingAdmin(ReachAdmin):
    form = PostingForm
    fields = ["user", "program", "location", "starts_on", "ends_on", "is_deputy"]
    list_display = ["user", "program", "location", "starts_on", "ends_on", "is_deputy"]
    list_filter = ["is_deputy", ("program", RelatedOnly), ("location", RelatedOnly)]
    list_select_related = ["user", "program", "location"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    autocomplete_fields = ["user", "program"]
    ordering = ["user__last_name", "user__first_name", "starts_on"]
