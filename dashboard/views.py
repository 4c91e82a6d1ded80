from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from audit.actions import record_read
from patients.models import Patient
from staff.models import User
from web.doors import SIGNED_IN, door
from web.lists import PER_PAGE
from web.pages import is_fragment, page

from .chart import chart_of
from .forms import DayForm, ProgramForm, leaving_form, leaving_forms
from .leaving import Leaving, may_see
from .today import today_of
from .worklists import Worklist, count_in_words, named, open_to


@door(SIGNED_IN)
def today(request: HttpRequest) -> HttpResponse:
    """The day of whoever is signed in."""
    mine = today_of(cast("User", request.user), at=timezone.now())
    if mine.patients:
        record_read(action="today.read", by=request.user, patients=mine.patients, record_class="schedule")
    return page(request, "dashboard/today.html", today=mine)


@door("patients.view_chart")
def chart(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The chart's first page; `?episode=` chooses among the episodes in scope."""
    patient = get_object_or_404(Patient.objects.visible_to(request.user), pk=patient_id)
    shown = chart_of(patient, cast("User", request.user), asked=request.GET.get("episode", ""), at=timezone.now())
    if shown is None:
        raise Http404
    record_read(action="chart.read", by=request.user, about=patient, patients=[patient.pk], record_class="chart")
    return page(request, "dashboard/chart.html", patient=patient, chart=shown)


@door(SIGNED_IN)
def worklists(request: HttpRequest) -> HttpResponse:
    """The lists somebody may open; each fetches its own count."""
    return page(request, "dashboard/worklists.html", worklists=open_to(cast("User", request.user)))


@door(SIGNED_IN)
def worklist(request: HttpRequest, name: str) -> HttpResponse:
    """One list, fifty rows a page, of all programs or of one; htmx asks for its count alone."""
    user = cast("User", request.user)
    chosen = _open_worklist(request, name)
    rows = chosen.rows(user, timezone.now())
    if is_fragment(request):
        return page(request, "dashboard/worklist.html#count", worklist=chosen, count=count_in_words(rows))
    narrowed = ProgramForm(request.GET, rows=rows)
    shown = Paginator(narrowed.rows, PER_PAGE).get_page(request.GET.get("page"))
    if patients := {patient for row in shown for patient in row.patients}:
        record_read(action="worklist.read", by=user, patients=patients, record_class="schedule")
    lists = open_to(user)
    return page(request, "dashboard/worklist.html", worklist=chosen, worklists=lists, shown=shown, narrowed=narrowed)


def _open_worklist(request: HttpRequest, name: str) -> Worklist:
    """The list of this name: 404 where there is none, 403 where the role may not, kept as a closed door."""
    found = named(name)
    if found is None:
        raise Http404
    if not found.is_open_to(cast("User", request.user)):
        raise PermissionDenied(f"worklist {name}")
    return found


@door("staff.change_user")
def leaving(request: HttpRequest, user_id: int) -> HttpResponse:
    """What hangs on somebody from a day on, each section handed over by itself, and the end of the account."""
    found, asked = _leaving(request, user_id)
    form = leaving_form(request.POST, leaving=found) if request.method == "POST" else None
    if form is not None and form.is_valid() and form.saved(by=cast("User", request.user)):
        for level, text in form.result:
            messages.add_message(request, level, text)
        return redirect(request.get_full_path())
    if found.patients:
        record_read(action="leaving.read", by=request.user, about=found.leaver, patients=found.patients)
    forms = leaving_forms(found, sent=form)
    return page(request, "dashboard/leaving.html", form=form, leaving=found, asked=asked, forms=forms)


def _leaving(request: HttpRequest, user_id: int) -> tuple[Leaving, DayForm]:
    by, at = cast("User", request.user), timezone.now()
    today = timezone.localdate(at)
    leaver = get_object_or_404(User, pk=user_id)
    if not may_see(by, leaver, today):
        raise Http404
    asked = DayForm(request.GET or None, today=today)
    return Leaving(leaver, by=by, day=asked.chosen, today=today, at=at), asked
