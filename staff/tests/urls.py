"""The portal's addresses and one page with a form, as the clinical rooms have them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from web.doors import SIGNED_IN, door


@door(SIGNED_IN)
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    if request.POST.get("note"):
        return redirect("/account/")
    return HttpResponse("", status=422)


handler404 = "web.views.not_found"
urlpatterns = [path("sessions/<int:pk>/notes/", notes), path("", include("iopportal.urls"))]
