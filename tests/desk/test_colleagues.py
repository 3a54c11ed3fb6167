"""Freelancers of one cooperative work side by side: what is one's is not told to the others."""

import uuid
from datetime import datetime

from django.test import Client as Visitor
from django.urls import reverse

from desk import exporting, today
from desk.periods import year_of
from people.models import Activity, Role, User
from records.models import Mail
from tests import make

NOW, TODAY = make.NOW, make.TODAY


def archive(activity: Activity, owner: User, at: datetime = NOW) -> str:
    export = exporting.ask(
        business=activity.business,
        by=owner,
        at=at,
        period=year_of(TODAY),
        basis="ISSUE",
        language="fr",
        request_id=uuid.uuid4(),
    )
    make.run_errands(at)
    return reverse("export_download", args=[activity.business.slug, export.pk])


def test_the_accounts_of_all_are_not_for_one_freelancer_among_others(
    activity: Activity, freelancer: User, as_teammate: Visitor
) -> None:
    slug = activity.business.slug
    taken = archive(activity, freelancer)

    assert as_teammate.get(taken).status_code == 403
    assert as_teammate.get(reverse("accounting", args=[slug])).status_code == 403
    assert as_teammate.post(reverse("accounting", args=[slug])).status_code == 403
    assert reverse("accounting", args=[slug]) not in as_teammate.get(reverse("quotes", args=[slug])).content.decode()


def test_a_freelancer_of_all_the_activities_takes_the_archive(activity: Activity, freelancer: User) -> None:
    taken = archive(activity, freelancer)
    visitor = Visitor()
    visitor.force_login(make.member(activity.business, Role.FREELANCER, activity))

    assert visitor.get(taken).status_code == 200


def test_the_mail_that_tells_of_an_archive_says_its_whole_address(activity: Activity, freelancer: User) -> None:
    archive(activity, freelancer)

    body = Mail.objects.get(event="desk/export_ready").body
    assert f"http://localhost:8000/b/{activity.business.slug}/accounting/exports/" in body


def test_today_tells_nobody_of_the_mails_of_another(activity: Activity, freelancer: User, teammate: User) -> None:
    Mail.objects.create(
        business=activity.business,
        activity=activity,
        event="quotes/sent",
        to="ferme@example.org",
        subject="Devis",
        body="Bonjour",
        message_id="<1@example.org>",
        state=Mail.State.FAILED,
        made_at=NOW,
    )

    def told(user: User) -> str:
        return " ".join(todo.sentence for todo in today.todos(user.memberships.get(), TODAY))

    assert "ferme@example.org" in told(freelancer)
    assert "ferme@example.org" not in told(teammate)
