"""Invitations: mailed once, for one person, open for thirty days; leaving."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Visitor

from desk.inviting import invite
from lib import links
from people.inviting import OPEN_FOR, CannotInvite, join, open_invitation, revoke, take_off, token_of
from people.models import Business, Invitation, Membership, Role, User
from records.models import Mail
from tests import make
from tests.conftest import logged_in


def invited(business: Business, by: User, **fields: Any) -> Invitation:
    return invite(business, **{"email": "nour@example.org", "role": Role.ACCOUNTANT, "by": by, "at": make.NOW} | fields)


def test_an_invitation_is_mailed_with_its_link_and_the_row_holds_no_secret(
    business: Business, freelancer: User, run_errands: Callable[[], int]
) -> None:
    invitation = invited(business, freelancer, at=_recently())
    row = Mail.objects.get()
    token = token_of(invitation)
    assert row.to == "nour@example.org"
    assert token not in row.body
    run_errands()
    assert f"/invitation/{token}/" in mail.outbox[0].body
    assert "Lise Potager" in mail.outbox[0].subject


def test_a_double_click_invites_once(as_freelancer: Visitor, business: Business) -> None:
    asked = {"email": "nour@example.org", "role": "ACCOUNTANT", "request_id": str(uuid.uuid4())}
    for _ in range(2):
        assert as_freelancer.post(f"/b/{business.slug}/members/", asked).status_code == 302
    assert Invitation.objects.count() == Mail.objects.count() == 1


def test_inviting_again_closes_the_earlier_link(business: Business, freelancer: User) -> None:
    first, second = invited(business, freelancer), invited(business, freelancer)
    assert open_invitation(token_of(first)) is None
    assert open_invitation(token_of(second)) == second


def test_the_mail_of_a_closed_invitation_does_not_leave(
    business: Business, freelancer: User, run_errands: Callable[[], int]
) -> None:
    invited(business, freelancer, at=_recently())
    second = invited(business, freelancer, at=_recently())
    run_errands()
    assert [row.state for row in Mail.objects.order_by("pk")] == [Mail.State.OUTDATED, Mail.State.SENT]
    assert f"/invitation/{token_of(second)}/" in mail.outbox[0].body
    assert len(mail.outbox) == 1


def test_a_member_is_not_invited_again(business: Business, freelancer: User, accountant: User) -> None:
    with pytest.raises(CannotInvite):
        invited(business, freelancer, email=accountant.email.upper())


def test_a_quote_link_opens_no_invitation(business: Business, freelancer: User) -> None:
    invitation = invited(business, freelancer)
    assert open_invitation(links.make(invitation.pk, invitation.generation)) is None


def test_an_invitation_ends_after_thirty_days(business: Business, freelancer: User) -> None:
    invitation = invited(business, freelancer)
    late = make.NOW + OPEN_FOR + timedelta(seconds=1)
    assert open_invitation(token_of(invitation), make.NOW + OPEN_FOR) == invitation
    assert open_invitation(token_of(invitation), late) is None
    with pytest.raises(CannotInvite):
        join(invitation, by=make.user(email="nour@example.org"), at=late)


def test_opening_the_link_changes_nothing(business: Business, freelancer: User, as_anonymous: Visitor) -> None:
    invitation = invited(business, freelancer, at=_recently())
    assert as_anonymous.get(f"/invitation/{token_of(invitation)}/").status_code == 200
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_the_person_invited_joins_by_a_click(business: Business, freelancer: User) -> None:
    invitation = invited(business, freelancer, at=_recently())
    person = make.user(email="nour@example.org")
    answer = logged_in(person).post(f"/invitation/{token_of(invitation)}/")
    assert answer.url == business.get_absolute_url()
    assert Membership.objects.get(user=person).role == Role.ACCOUNTANT


def test_somebody_else_cannot_use_the_link(business: Business, freelancer: User, as_stranger: Visitor) -> None:
    invitation = invited(business, freelancer, at=_recently())
    answer = as_stranger.post(f"/invitation/{token_of(invitation)}/")
    assert answer.status_code == 409
    assert "nour@example.org" in answer.content.decode()
    assert not Membership.objects.filter(business=business, role=Role.ACCOUNTANT).exists()


def test_joining_twice_is_joining_once(business: Business, freelancer: User) -> None:
    invitation = invited(business, freelancer)
    person = make.user(email="nour@example.org")
    assert join(invitation, by=person, at=make.NOW) == join(invitation, by=person, at=make.NOW)


def test_a_freelancer_who_joins_a_cooperative_has_an_activity_of_their_own(freelancer: User) -> None:
    cooperative = make.business(status=Business.Status.CAE)
    invitation = invited(cooperative, freelancer, role=Role.FREELANCER)
    membership = join(invitation, by=make.user(email="nour@example.org", name="Nour"), at=make.NOW)
    assert membership is not None
    assert membership.activities.get().name == "Nour"


def test_a_withdrawn_invitation_is_closed(business: Business, freelancer: User, as_anonymous: Visitor) -> None:
    invitation = invited(business, freelancer, at=_recently())
    revoke(invitation, by=freelancer, at=make.NOW)
    assert as_anonymous.get(f"/invitation/{token_of(invitation)}/").status_code == 404
    with pytest.raises(CannotInvite):
        join(invitation, by=make.user(email="nour@example.org"), at=make.NOW)


def test_a_business_keeps_an_owner(business: Business, freelancer: User) -> None:
    with pytest.raises(CannotInvite):
        take_off(business.memberships.get(user=freelancer), by=freelancer, at=make.NOW)
    make.member(business, Role.OWNER)
    take_off(business.memberships.get(user=freelancer), by=freelancer, at=make.NOW)
    assert not business.memberships.filter(user=freelancer).exists()


def test_an_accountant_may_leave_but_take_nobody_off(
    business: Business, freelancer: User, accountant: User, as_accountant: Visitor
) -> None:
    mine, hers = (business.memberships.get(user=user) for user in (accountant, freelancer))
    assert as_accountant.post(f"/b/{business.slug}/members/{hers.pk}/remove/").status_code == 403
    assert as_accountant.post(f"/b/{business.slug}/members/{mine.pk}/remove/").url == "/businesses/"


def _recently() -> Any:
    from lib import clock

    return clock.now() - timedelta(days=1)
