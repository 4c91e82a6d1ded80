"""Closed days in the admin: what they do is shown before they are saved, and before they are taken back."""

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property

from programs.admin import ReachAdmin, ReachForm, RelatedOnly
from programs.models import Closure
from scheduling.actions import close_days, the_calendar, undo_closure
from scheduling.closing import Effect, Reopening, effect, reopening
from scheduling.forms import HolidaysForm, YearForm
from staff.models import User
from web import keys

from .bases import CalendarAdmin

LONGEST = timedelta(days=366)
FIRST_YEAR, LAST_YEAR = 2000, 2099
REACH = "Choose a program or a location. With neither, the whole provider is closed."


class ClosureForm(ReachForm):
    """A closure; saved only where it bears the seal of the preview that was shown."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        for name, day in (("starts_on", first), ("ends_on", last)):
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, f"{day.year} cannot be meant. Check the year.")
        if first and last and last - first > LONGEST:
            self.add_error("ends_on", "A closure lasts a year at most. To end a program, retire it.")
        if first and last and not self.errors and self._is_there(data, first, last):
            raise ValidationError("There is already a closure of these days for this. Change that one.")
        return data

    def is_valid(self) -> bool:
        """The first submit only looks: the form comes back with what it would do, and without a mistake."""
        return super().is_valid() and self.cleaned_data["seen"] == self.seal

    @cached_property
    def effect(self) -> Effect | None:
        """What saving would do; None while the form has a mistake."""
        if not self.is_bound or self.errors:
            return None
        at = timezone.now()
        without = [self.instance] if self.instance.pk else []
        return effect([self.instance], at=at, today=timezone.localdate(at), without=without)

    @property
    def seal(self) -> str:
        if self.effect is None:
            return ""
        closure = self.instance
        typed = (closure.program_id, closure.location_id, closure.starts_on, closure.ends_on, closure.reason)
        return self.effect.seal(*typed, list(Closure.objects.filter(pk=closure.pk).values()))

    @property
    def was_seen(self) -> bool:
        """It was confirmed, but something is different by now."""
        return bool(self.data.get("seen"))

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != "seen"]

    def _is_there(self, data: dict[str, Any], first: date, last: date) -> bool:
        reach = {"program": data.get("program"), "location": data.get("location")}
        same = Closure.objects.filter(starts_on=first, ends_on=last, **reach)
        return same.exclude(pk=self.instance.pk).exists()


@admin.register(Closure)
class ClosureAdmin(CalendarAdmin, ReachAdmin):
    form = ClosureForm
    fieldsets = [
        (None, {"fields": ["program", "location", "starts_on", "ends_on", "reason"], "description": REACH}),
    ]
    list_display = ["reason", "starts_on", "ends_on", "reach"]
    list_filter = [("program", RelatedOnly), ("location", RelatedOnly)]
    list_select_related = ["program", "location"]
    search_fields = ["reason"]
    nothing_yet = "No closure yet. Start with the holidays of a year, or add a closure for other days."
    ordering = ["-starts_on"]
    actions = ["undo"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.holidays)
        return [path("holidays/", view, name="programs_closure_holidays"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        form = context["adminform"].form
        if isinstance(form, ClosureForm) and form.effect:
            context |= {"preview": form.effect, "seal": form.seal, "seen_before": form.was_seen}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Closure, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        at = timezone.now()
        self.say(request, close_days(obj, by=cast("User", request.user), at=at, today=timezone.localdate(at)))

    @admin.action(description="Undo: open these days again", permissions=["change"])
    def undo(self, request: HttpRequest, closures: QuerySet[Closure]) -> HttpResponse | None:
        """Show what would come back; once that is confirmed, restore it, all or nothing and only what was shown.

        One with sessions in the past stays.
        """
        at = timezone.now()
        today = timezone.localdate(at)
        chosen = list(closures.directed_by(request.user, today).select_related("program", "location"))  # type: ignore[attr-defined]
        if not chosen:
            self.message_user(request, "These closures are undone already, or not yours to undo.", messages.ERROR)
            return None
        with the_calendar():
            found = reopening(chosen, at=at, today=today)
            seen = request.POST.get("seen")
            if seen is None or seen != found.seal:
                return self._asked(request, found, seen_before=seen is not None)
            for closure in found.going:
                self.say(request, undo_closure(closure, by=cast("User", request.user), at=at, today=today))
        return None

    def _asked(self, request: HttpRequest, found: Reopening, *, seen_before: bool) -> HttpResponse:
        context = {"title": "Open these days again", "opts": self.opts, "found": found, "effect": found.effect}
        context |= {"seen_before": seen_before, **self.admin_site.each_context(request)}
        return TemplateResponse(request, "admin/programs/closure/undo.html", context)

    def holidays(self, request: HttpRequest) -> HttpResponse:
        """A year's holidays: choose year and reach, tick the days, look at what it does, confirm."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        at, url = timezone.now(), reverse("admin:programs_closure_changelist")
        today, user = timezone.localdate(at), cast("User", request.user)
        asked = YearForm(request.GET, user=user, today=today)
        if not asked.has_choice:
            raise PermissionDenied
        form = None
        if asked.is_valid():
            about = {"year": asked.cleaned_data["year"], "reach": asked.reach_chosen, "url": url}
            form = HolidaysForm(request.POST or None, **about, at=at, today=today)
        if request.method == "POST" and form and self._closed(request, form):
            return HttpResponseRedirect(url)
        return self._holidays_page(request, asked, form)

    def _closed(self, request: HttpRequest, form: HolidaysForm) -> bool:
        """Whether the form was confirmed and done, in one transaction under the calendar's lock."""
        with the_calendar():
            keys.lead_on(request.POST.get("key", ""), by=request.user)
            done = form.is_confirmed and form.saved(by=request.user)
        if done:
            days = len(form.chosen)
            messages.success(request, f"{days} {'day is' if days == 1 else 'days are'} closed: {form.reach}.")
            self.say(request, form.result)
        return done

    def _holidays_page(self, request: HttpRequest, asked: YearForm, form: HolidaysForm | None) -> HttpResponse:
        if form:
            form.issue_keys(by=request.user)
        status = 422 if form is not None and form.errors else 200
        context = {"title": "Holidays of a year", "opts": self.opts, "asked": asked, "form": form}
        context |= self.admin_site.each_context(request)
        return TemplateResponse(request, "admin/programs/closure/holidays.html", context, status=status)
