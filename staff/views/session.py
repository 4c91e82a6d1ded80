"""The locked session, and what was typed into it (R-64)."""

from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from staff import actions, kept
from staff.forms import UnlockForm, UnlockPasskeyForm
from web import errors
from web.doors import PUBLIC, SIGNED_IN, door
from web.drafts import discard_draft
from web.pages import page


@door(PUBLIC)
@sensitive_post_parameters("password")
def unlock(request: HttpRequest) -> HttpResponse:
    """Open the same session again, by password or passkey, without the second factor."""
    user = request.locked_user  # type: ignore[attr-defined]
    if user is None:
        return redirect(after_unlock(request))
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"request_options": webauthn.begin_authentication(None)})
    form_class = UnlockPasskeyForm if "credential" in request.POST else UnlockForm
    form = form_class(request.POST or None, user=user)
    if form.is_valid():
        actions.unlock(session=request.session, user=user, how=form.how)
        rotate_token(request)
        return redirect(after_unlock(request))
    return page(request, "staff/unlock.html", form=form, locked_user=user, next=local(asked_next(request)))


@door(PUBLIC)
@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock at once, and keep the form the person was typing into; sent by the page itself after idle time."""
    user = request.locked_user or (request.user if request.user.is_authenticated else None)  # type: ignore[attr-defined]
    if user is None:
        return errors.show(request, 401)
    typed = request.POST.copy()
    address = local("".join(typed.pop("lock_address", [])))
    kept.keep(request, address=address, typed=typed, by=user)
    actions.lock(session=request.session, user=user)
    return HttpResponse(status=204)


@door(PUBLIC)
@require_POST
def alive(request: HttpRequest) -> HttpResponse:
    """Somebody is typing or clicking; the middleware has noted it, or has locked the session before."""
    return HttpResponse(status=204) if request.user.is_authenticated else errors.show(request, 401)


@door(SIGNED_IN)
def kept_form(request: HttpRequest, pk: int) -> HttpResponse:
    """What I had typed, to be read and sent to where it was meant for."""
    draft = get_object_or_404(kept.all_of(request.user), pk=pk)
    return page(request, "staff/kept.html", draft=draft, pieces=kept.pieces(draft), mark=kept.MARK)


@door(SIGNED_IN)
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(kept.all_of(request.user), pk=pk)
    discard_draft(user_id=draft.user_id, pk=draft.pk)
    return redirect(settings.LOGIN_REDIRECT_URL)


def after_unlock(request: HttpRequest) -> str:
    """What was typed comes first, then where the person was going."""
    draft = request.session.pop(kept.SESSION_KEY, None)
    return reverse("kept", args=[draft]) if draft else local(asked_next(request))


def asked_next(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next") or settings.LOGIN_REDIRECT_URL


def local(address: str) -> str:
    """The address if it is one of ours, else the first page."""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else settings.LOGIN_REDIRECT_URL
