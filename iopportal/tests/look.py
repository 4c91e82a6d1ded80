"""Every part of the look on one page, answered to a browser without a server, under the portal's own CSP."""

from types import SimpleNamespace
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import Context, Template
from django.utils.csp import build_policy
from playwright.sync_api import Page, Route

ADDRESS = "http://portal.test"
CODES = ["P", "L", "E", "LE", "EX", "CX", "HOSP", "LV", "NS", "CP", "H", "SUS", "FM", ""]
KINDS = ["ok", "due", "stop", "info", "draft"]
PARTS = """
{% extends "base.html" %}
{% block title %}Parts{% endblock %}
{% block banner %}{% include "components/_banner.html" with who="Theo Brandt" %}{% endblock %}
{% block tabs %}{% include "components/_tabs.html" with label="Chart" %}{% endblock %}
{% block crumb %}Evening IOP{% endblock %}{% block heading %}Parts{% endblock %}{% block lede %}Each once.{% endblock %}
{% block acts %}<button class="btn btn-stop">Void</button><button class="btn btn-primary">Save</button>{% endblock %}
{% block body %}
  {% include "components/_errors.html" %}
  {% include "components/_refusal.html" %}
  {% for kind in kinds %}
    {% include "components/_msg.html" with lead="Not saved." text="The disk is full." url="/x" label="Try again" %}
    {% include "components/_chip.html" with text="Due Sun Nov 22" %}
  {% endfor %}
  {% for code in codes %}{% include "components/_att.html" with name="Present" %}{% endfor %}
  <span class="atts">{% for code in codes %}{% include "components/_att.html" with name="Present" %}{% endfor %}</span>
  <section class="panel"><header><h2>Facts</h2></header>{% include "components/_facts.html" %}</section>
  {% include "components/_empty.html" with heading="Nobody is short" text="All is well." url="/x" label="Last week" %}
  {% include "components/_filter_bar.html" %}
  {% include "components/_pager.html" %}
  <div id="part"><button class="btn btn-plain" hx-get="/signed-out/" hx-target="#part">Load</button></div>
  <form>{{ form.as_div }}</form>
{% endblock %}
{% block dock %}<div class="dock"><span class="saved">Saved 7:41 PM</span></div>{% endblock %}
"""


class Form(forms.Form):
    day = forms.DateField(label="Day")


class Filter(forms.Form):
    role = forms.ChoiceField(label="Role", choices=[("", "Any role"), ("intern", "Intern")], required=False)


def item(label: str, **more: object) -> SimpleNamespace:
    return SimpleNamespace(label=label, url=f"/{label.lower()}/", icon="sun", current=label == "Today", **more)


def context(**more: object) -> dict[str, object]:
    """What a page of a signed-in person gets."""
    user = SimpleNamespace(is_authenticated=True)
    return {"navigation": [item("Today"), item("Patients")], "user": user, "place": "Northside", "demo": True} | more


def parts(request, **more: object) -> str:
    own = {
        "form": Form({"day": "soon"}),
        "filter": SimpleNamespace(form=Filter({"role": "intern"})),
        "page": Paginator(range(150), 50).page(2),
        "refusal": SimpleNamespace(sentence="The group is full.", rule="R-26", step=item("Wait")),
        "facts": [("Age", "41, he/him"), ("Number", "N-2041"), ("Admitted", "")],
        "flags": [SimpleNamespace(text="Allergy: penicillin", icon="key", stop=True)],
        "tabs": [item("Today"), item("Plan")],
        "codes": CODES,
        "kinds": KINDS,
    }
    filled = Context(context(**own, **more))
    filled.request = request
    return Template(PARTS).render(filled)


def answer(page: Page, html: str) -> None:
    """Let `page` find `html` at every address of ADDRESS, and our static files; `/signed-out/` answers 401."""

    def fulfill(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith(settings.STATIC_URL):
            found = finders.find(path.removeprefix(settings.STATIC_URL))
            route.fulfill(path=found) if found else route.fulfill(status=404)
        elif path == "/signed-out/":
            route.fulfill(status=401)
        else:
            headers = {"Content-Security-Policy": build_policy(settings.SECURE_CSP)}
            route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)

    page.route(f"{ADDRESS}/**", fulfill)
