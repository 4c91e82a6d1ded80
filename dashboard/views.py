from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from audit.actions import record_read
from patients.models import Patient
from staff.models import User
from web import trail
from web.doors import SIGNED_IN, door
from web.lists import PER_PAGE
from web.pages import is_fragment, page

from .chart import chart_of
from .forms import ProgramForm
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
        trail.closed_door(f"worklist {name}", by=request.user)
        raise PermissionDenied
    return found
