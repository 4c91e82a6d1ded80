"""Who reaches past what is theirs: for a row that is not in sight, or with a choice that no form offered."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from . import trail


class Outside(ModelAdmin):
    """An admin page that answers 404 for what its user does not see, and keeps that a choice was forged."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> Any:
        """Django leads to the first page, with the number in its message."""
        raise Http404

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any) -> Any:
        chosen = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
        if request.resolver_match and queryset.filter(pk__in=chosen).count() < len(chosen):
            trail.not_offered(request.resolver_match.view_name, [ACTION_CHECKBOX_NAME], by=request.user)
        return super().response_action(request, queryset, *args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        below = [form for one in context["inline_admin_formsets"] for form in one.formset.forms]
        keep(request, [context["adminform"].form, *below])
        return super().render_change_form(request, context, *args, **kwargs)


def keep(request: HttpRequest, forms: Iterable[Any]) -> None:
    """Keep once which fields of these forms were sent with something they do not offer; never what it was."""
    sent = [form for form in forms if form.is_bound and request.method == "POST"]
    fields = sorted({name for form in sent for name in form.errors if form.has_error(name, "invalid_choice")})
    if fields and request.resolver_match:
        trail.not_offered(request.resolver_match.view_name, fields, by=request.user)
