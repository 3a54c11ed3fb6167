"""What could not be done is told to whoever works on it, in a business of several."""

import pytest
from django.db import transaction
from django.test import Client as Visitor
from django.urls import reverse

from people.models import Activity, Business
from records import errands
from records.models import Errand
from records.subjects import ref
from tests import make
from tests.make import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("records.tasks.run_errand.apply_async", lambda *_, **__: None)


def failed(activity: Activity, error: str) -> Errand:
    version = make.quote(client=make.client(activity=activity))
    with transaction.atomic():
        errand = errands.promise(what="mail_version", subject=ref(version), at=NOW, business=activity.business)
    Errand.objects.filter(pk=errand.pk).update(failed_at=NOW, last_error=error)
    return errand


def test_a_freelancer_is_told_what_failed_of_their_activities_only(
    activity: Activity, as_teammate: Visitor, as_freelancer: Visitor
) -> None:
    theirs = Activity.objects.get(name="Graphisme")
    of_others = failed(activity, "camille@example.org: refused")
    failed(theirs, "jo@example.org: refused")
    with transaction.atomic():
        errands.promise(what="build_export", subject="export:1", at=NOW, business=activity.business)
    page = reverse("errands", args=[activity.business.slug])
    seen = as_teammate.get(page)
    assert "jo@example.org" in seen.content.decode()
    assert "camille@example.org" not in seen.content.decode()
    assert seen.context["waiting_count"] == 0
    assert as_teammate.post(f"{page}{of_others.pk}/retry/").status_code == 404
    all_of_it = as_freelancer.get(page)
    assert "camille@example.org" in all_of_it.content.decode()
    assert all_of_it.context["waiting_count"] == 1


def test_a_freelancer_tries_again_what_is_theirs(as_teammate: Visitor, business: Business) -> None:
    errand = failed(Activity.objects.get(name="Graphisme"), "refused")
    as_teammate.post(reverse("errand_retry", args=[business.slug, errand.pk]))
    assert Errand.objects.get(pk=errand.pk).failed_at is None


def test_what_is_about_two_rows_belongs_to_the_first(
    activity: Activity, as_teammate: Visitor, business: Business
) -> None:
    theirs = Activity.objects.get(name="Graphisme")
    for owner, error in ((activity, "camille@example.org: refused"), (theirs, "jo@example.org: refused")):
        contact = make.contact(client=make.client(activity=owner))
        version = make.quote(client=contact.client)
        with transaction.atomic():
            errand = errands.promise(what="mail", subject=f"{ref(version)}/{ref(contact)}", at=NOW, business=business)
        Errand.objects.filter(pk=errand.pk).update(failed_at=NOW, last_error=error)
    seen = as_teammate.get(reverse("errands", args=[business.slug])).content.decode()
    assert "jo@example.org" in seen
    assert "camille@example.org" not in seen
