"""The only doors: which businesses, and what in them, a person may see and change."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from people.models import Activity, Business, Client, Membership, Role, User

P = ParamSpec("P")
SAFE = {"GET", "HEAD", "OPTIONS"}


class BusinessRequest(HttpRequest):
    """A request that came through a door: it knows the business and what the person is in it."""

    user: User
    business: Business
    membership: Membership


def businesses_of(user: User | AnonymousUser) -> QuerySet[Business]:
    """Return the businesses a person belongs to."""
    if not user.is_authenticated:
        return Business.objects.none()
    return Business.objects.filter(memberships__user=user).order_by("legal_name")


def activities_of(membership: Membership) -> QuerySet[Activity]:
    """Return the activities a member may see: all for owners and accountants, their own for freelancers."""
    activities = Activity.objects.filter(business=membership.business_id)
    if membership.role == Role.FREELANCER:
        activities = activities.filter(memberships=membership)
    return activities


def sees_everything(membership: Membership) -> bool:
    """Tell whether a member may see all the activities: what the accounts of a business are made of."""
    return (
        not Activity.objects.filter(business=membership.business_id).exclude(pk__in=activities_of(membership)).exists()
    )


def clients_of(membership: Membership) -> QuerySet[Client]:
    return Client.objects.filter(activity__in=activities_of(membership))


def in_business(
    view: Callable[Concatenate[BusinessRequest, P], HttpResponseBase], *, accountant_may_post: bool = False
) -> Callable[..., HttpResponseBase]:
    """Open `/b/<slug>/…` to the members of that business: 404 to a stranger, 403 when an accountant would write.

    The view receives the request with `.business` and `.membership`, without the slug.
    """

    @wraps(view)
    def door(request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        membership = (
            Membership.objects.select_related("business", "user")
            .filter(business__slug=slug, user=request.user.pk)
            .first()
        )
        if membership is None:
            raise Http404
        if membership.role == Role.ACCOUNTANT and request.method not in SAFE and not accountant_may_post:
            raise PermissionDenied
        request.business, request.membership = membership.business, membership  # type: ignore[attr-defined]
        with timezone.override(membership.business.time_zone):  # the hours on its pages are its own
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

    return login_required(door)


def open_to_accountants(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Like `in_business`, for the few pages where an accountant may also POST: exports and questions."""
    return in_business(view, accountant_may_post=True)


def who_sees_everything(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Like `open_to_accountants`, but a freelancer among others does not enter: it tells of the others' clients."""

    @wraps(view)
    def check(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not sees_everything(request.membership):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return open_to_accountants(check)


def writers_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Like `in_business`, for pages that only serve to write: an accountant does not see a form she cannot send."""

    @wraps(view)
    def check(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.membership.role == Role.ACCOUNTANT:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return in_business(check)


def owner_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Like `in_business`, but only owners may enter: settings, members."""

    @wraps(view)
    def check(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.membership.role != Role.OWNER:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return in_business(check)


def visible_activities(membership: Membership, path: str = "activity") -> Q:
    """Return the filter that keeps rows whose activity (found by `path`) the member may see."""
    return Q(**{f"{path}__in": activities_of(membership)})
