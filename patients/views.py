from operator import attrgetter

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from audit.actions import record_read
from programs.deputies import may_in
from web.doors import door
from web.lists import Empty, Listing, list_page
from web.pages import page
from web.refusals import require

from . import rules
from .filters import PatientFilters
from .forms import AcceptForm, ReferralForm, SearchForm
from .models import Episode, Patient
from .tables import PatientTable

NOBODY = Empty("Nobody is here yet", "People appear here once they are referred to a program you work in.")


@door("patients.find_patients")
def patients(request: HttpRequest) -> HttpResponse:
    """The open episodes in scope, by need."""
    day = timezone.localdate()
    listing = Listing(
        title="Patients",
        lede="Open episodes of the programs you work in; who waits for us stands first.",
        rows=Episode.objects.visible_to(request.user, day).open().for_list(day).by_need(),
        table=PatientTable,
        filters=PatientFilters,
        nothing_yet=NOBODY,
        patient_of=attrgetter("patient_id"),
        record_class="patient list",
        template="patients/list.html",
    )
    return list_page(request, listing, day=day)


@door("patients.find_patients")
def search(request: HttpRequest) -> HttpResponse:
    """POST finds the 20 best; the words stay out of addresses and logs."""
    form, day = SearchForm(request.POST if request.method == "POST" else None), timezone.localdate()
    found = form.found_in(Patient.objects.visible_to(request.user, day)) if form.is_valid() else []
    if form.is_bound and form.is_valid():
        record_read(action="search", by=request.user, record_class="patient list", patients=[row.pk for row in found])
    Episode.objects.visible_to(request.user, day).attach_to(found, day)
    return page(request, "patients/search.html", form=form, found=found, day=day)


@door("patients.add_episode")
def new(request: HttpRequest) -> HttpResponse:
    form = ReferralForm(request.POST or None, user=request.user, at=timezone.now())
    if form.is_valid() and form.saved(by=request.user):
        messages.success(request, "The referral is saved. It waits to be accepted.")
        return redirect("patients")
    if form.alike:
        ids = [patient.pk for patient in form.alike]
        record_read(action="search", by=request.user, record_class="patient list", patients=ids)
    return page(request, "patients/new.html", form=form)


@door("patients.accept_episode")
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    at, day = timezone.now(), timezone.localdate()
    episode = get_object_or_404(Episode.objects.visible_to(request.user, day).for_list(day), pk=pk)
    require(may_in(request.user, "patients.accept_episode", episode.program, day))
    form = AcceptForm(request.POST or None, episode=episode, at=at)
    if form.is_valid() and form.saved(by=request.user):
        messages.success(request, "Accepted. Treatment begins with the first attended session.")
        return redirect(episode.patient)
    record_read(action="read", by=request.user, about=episode, record_class="episode", patients=[episode.patient_id])
    refusal = None if form.is_bound else rules.may_accept(episode)
    return page(request, "patients/accept.html", form=form, episode=episode, day=day, refusal=refusal)
