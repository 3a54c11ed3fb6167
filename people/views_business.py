"""Open a business in three short steps, and change it afterwards with the same forms."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import clock, images
from people.access import BusinessRequest, in_business, owner_only
from people.forms import IdentityForm, LookForm, TaxForm
from people.models import Business, User
from people.settling_in import change_business, open_business

STEPS = {
    "identity": (gettext_lazy("Identity"), IdentityForm),
    "tax": (gettext_lazy("Taxes and bank"), TaxForm),
    "look": (gettext_lazy("Documents and payment"), LookForm),
}
NAMES = list(STEPS)
DRAFT = "new_business"
NOT_KEPT = {"csrfmiddlewaretoken", "go"}


@login_required
def new_business(request: HttpRequest, step: str = "identity") -> HttpResponse:
    """Ask one step at a time. What was typed waits in the session, so that going back or failing loses nothing."""
    if step not in STEPS:
        raise Http404
    draft = request.session.get(DRAFT) or {"request_id": str(uuid.uuid4()), "steps": {}}
    if request.method != "POST":
        form = _empty_form(step, draft)
        return render(request, "people/new_business.html", _about(step, form, draft))
    draft["steps"][step] = {name: value for name, value in request.POST.dict().items() if name not in NOT_KEPT}
    request.session[DRAFT] = draft
    if request.POST.get("go") == "back":
        return redirect("new_business_step", NAMES[max(NAMES.index(step) - 1, 0)])
    form = _filled_form(step, draft, request)
    if not form.is_valid():
        return render(request, "people/new_business.html", _about(step, form, draft))
    if step != NAMES[-1]:
        return redirect("new_business_step", NAMES[NAMES.index(step) + 1])
    return _open(request, form, draft)


def _open(request: HttpRequest, look: Any, draft: dict[str, Any]) -> HttpResponse:
    """Check the earlier steps again, then open. A second click on the last button finds the first one's business."""
    assert isinstance(request.user, User)
    request_id = uuid.UUID(request.POST.get("request_id") or draft["request_id"])
    already = Business.objects.filter(request_id=request_id, memberships__user=request.user).first()
    if already is not None:
        return redirect(already)
    facts: dict[str, Any] = look.facts()
    for step in NAMES[:-1]:
        form = _filled_form(step, draft)
        if not form.is_valid():
            return redirect("new_business_step", step)
        facts = form.facts() | facts
    business = open_business(
        by=request.user,
        at=clock.now(),
        request_id=request_id,
        facts=facts,
        local_currencies=look.cleaned_data["local_currencies"],
    )
    request.session.pop(DRAFT, None)
    messages.success(request, _("%(name)s is ready.") % {"name": business})
    return redirect(business)


def _empty_form(step: str, draft: dict[str, Any]) -> "ModelForm[Business]":
    typed = draft["steps"].get(step)
    form: ModelForm[Business] = STEPS[step][1](initial=typed or None)
    if typed:  # an unticked box is not in what was typed
        for name, field in form.fields.items():
            if field.widget.input_type == "checkbox" if hasattr(field.widget, "input_type") else False:
                form.initial[name] = name in typed
    return form


def _filled_form(step: str, draft: dict[str, Any], request: HttpRequest | None = None) -> Any:
    typed = draft["steps"].get(step, {})
    if step == "tax":
        identity = IdentityForm(draft["steps"].get("identity", {}))
        siren = identity.facts()["siren"] if identity.is_valid() else ""
        return TaxForm(typed, siren=siren)
    return STEPS[step][1](typed, request.FILES if request else None)


def _about(step: str, form: Any, draft: dict[str, Any]) -> dict[str, Any]:
    here = NAMES.index(step)
    steps = [
        {"name": name, "word": word, "here": name == step, "done": number < here}
        for number, (name, (word, _form)) in enumerate(STEPS.items())
    ]
    return {
        "form": form,
        "step": step,
        "steps": steps,
        "number": here + 1,
        "word": STEPS[step][0],
        "first": here == 0,
        "last": here == len(NAMES) - 1,
        "request_id": draft["request_id"],
    }


@owner_only
def settings(request: BusinessRequest, section: str = "identity") -> HttpResponse:
    """Change one part of what a business says of itself."""
    if section not in STEPS:
        raise Http404
    word, form_class = STEPS[section]
    form: Any = form_class(request.POST or None, request.FILES or None, instance=request.business)
    if request.method == "POST" and form.is_valid():
        change_business(
            request.business,
            by=request.user,
            at=clock.now(),
            facts=form.facts(),
            local_currencies=form.cleaned_data.get("local_currencies"),
        )
        messages.success(request, _("Saved. Documents already sent keep what they said."))
        return redirect("settings_section", request.business.slug, section)
    if request.method == "POST":  # the form has put what was typed on the row it was given
        request.business.refresh_from_db()
    return render(request, "people/settings.html", {"form": form, "section": section, "word": word})


@in_business
def logo(request: BusinessRequest) -> HttpResponse:
    """Send the logo, which was made clean when it came in."""
    if not request.business.logo:
        raise Http404
    kept = bytes(request.business.logo)
    return HttpResponse(kept, content_type=images.media_type(kept))
