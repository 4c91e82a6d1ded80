"""The portal's addresses and one page with a form, as the clinical rooms have them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from iopportal.urls import handler400, handler403, handler404, handler500  # noqa: F401
from iopportal.urls import urlpatterns as portal
from web.doors import SIGNED_IN, door


@door(SIGNED_IN)
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    if request.POST.get("note"):
        return redirect("/account/")
    return HttpResponse("", status=422)


urlpatterns = [path("sessions/<int:pk>/notes/", notes), *portal]
