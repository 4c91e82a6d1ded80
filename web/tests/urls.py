"""Addresses for the tests of this room: views that open, refuse, raise and fill forms, one of each kind."""

from functools import update_wrapper, wraps

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views import View

from web.doors import PUBLIC, SIGNED_IN, door
from web.pages import page
from web.refusals import AlreadyDone, NextStep, Refusal, Side, Stale
from web.tests.forms import MakeForm, NameForm
from web.tests.listings import names


def plain(request):
    return HttpResponse("plain")


def passed_on(view):
    @wraps(view)
    def inner(*args, **kwargs):
        return view(*args, **kwargs)

    return inner


def covered(view):
    """A decorator that leads back to what it covers and copies nothing of it."""

    def outer(*args, **kwargs):
        return view(*args, **kwargs)

    return update_wrapper(outer, view, updated=())


class Shown(View):
    door = SIGNED_IN

    def get(self, request):
        return HttpResponse("shown")


@method_decorator(door(PUBLIC), name="dispatch")
class OpenToAll(View):
    def get(self, request):
        return HttpResponse("open")


def raising(exception):
    @door(SIGNED_IN)
    def view(request):
        raise exception

    return view


@door(SIGNED_IN)
def missing(request, number):
    if get_user_model().objects.filter(pk=number).exists():
        raise Http404("It exists, and it is out of scope.")
    raise Http404("There is no such row.")


@door(SIGNED_IN)
def stale(request):
    sides = [Side("Note", request.POST["text"], "He named two triggers.")]
    raise Stale(sides, by="Ines Duarte", url="/plain/", version=4)


@door(SIGNED_IN)
def defect(request):
    return HttpResponse(1 / 0)


@door(SIGNED_IN)
def lookup(request):
    return HttpResponse(get_user_model().objects.filter(last_name=request.POST.get("name", "")).count())


@door(SIGNED_IN)
def count(request):
    return HttpResponse(get_user_model().objects.count())


@door(SIGNED_IN)
def rename(request):
    form = NameForm(request.POST or None, user=request.user)
    if form.is_valid() and form.saved(by=request.user):
        return redirect("/plain/")
    return page(request, "web/tests/form.html", form=form)


@door(SIGNED_IN)
def make(request):
    form = MakeForm(request.POST or None)
    if form.is_valid() and form.saved(by=request.user):
        return redirect(form.result)
    return page(request, "web/tests/form.html", form=form)


NO = Refusal(
    "Relapse Prevention is full. Put Nadia on the waiting list.",
    code="full",
    rule="R-26",
    step=NextStep("Waiting list", "/plain/"),
    patients=[41],
)
FRAME = ["account_logout", "account", "session_alive", "session_lock", "session_unlock"]  # what base.html leads to
inner = (
    [path("table/", plain, name="table"), path("marked/", door(SIGNED_IN)(passed_on(plain)), name="marked")],
    "inner",
)

urlpatterns = [
    path("", door(SIGNED_IN)(passed_on(plain)), name="home"),
    path("account/login/", door(PUBLIC)(passed_on(plain)), name="account_login"),
    *[path(f"account/{name}/", door(SIGNED_IN)(passed_on(plain)), name=name) for name in FRAME],
    path("plain/", door(SIGNED_IN)(passed_on(plain)), name="plain"),
    path("public/", door(PUBLIC)(passed_on(plain)), name="public"),
    path("set-up/", door("staff.use_admin")(passed_on(plain)), name="set_up"),
    path("unmarked/", passed_on(passed_on(raising)), name="unmarked"),
    path("wrapped/", passed_on(door(SIGNED_IN)(passed_on(plain))), name="wrapped"),
    path("covered/", covered(door(SIGNED_IN)(passed_on(plain))), name="covered"),
    path("shown/", Shown.as_view(), name="shown"),
    path("open/", OpenToAll.as_view(), name="open"),
    path("inner/", include(inner)),
    path("missing/<int:number>/", missing, name="missing"),
    path("refused/", raising(NO), name="refused"),
    path("done/", raising(AlreadyDone("/plain/")), name="done"),
    path("huge/", raising(OverflowError("Python int too large to convert to SQLite INTEGER")), name="huge"),
    path("nul/", raising(ValueError("A string literal cannot contain NUL (0x00) characters.")), name="nul"),
    path("locked/", raising(OperationalError("database is locked")), name="locked"),
    path("forbidden/", raising(PermissionDenied()), name="forbidden"),
    path("defect/", defect, name="defect"),
    path("stale/", stale, name="stale"),
    path("lookup/", lookup, name="lookup"),
    path("count/", count, name="count"),
    path("rename/", rename, name="rename"),
    path("make/", make, name="make"),
    path("names/", door(SIGNED_IN)(names), name="names"),
    path("", include("web.urls")),
]
handler400 = "web.views.bad_request"
handler403 = "web.views.permission_denied"
handler404 = "web.views.not_found"
handler500 = "web.views.server_error"
