"""What was promised and could not be done: errands, mails."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from desk.today.todo import MANY, Todo
from people.models import Membership
from records import errands, mails
from records.models import Errand, Mail


def failures(membership: Membership, on: date) -> Iterator[Todo]:
    slug = membership.business.slug
    for errand in errands.visible_to(membership, Errand.objects.filter(failed_at__isnull=False))[:MANY]:
        yield Todo(
            _("Something that was promised could not be done (%(what)s).") % {"what": errand.what},
            reverse("errands", args=[slug]), _("See why"), "bad",
        )  # fmt: skip
    stuck = Q(state=Mail.State.PERHAPS) | Q(state=Mail.State.FAILED)
    for mail in mails.visible_to(membership).filter(stuck)[:MANY]:
        said = _("was perhaps sent") if mail.state == Mail.State.PERHAPS else _("could not be sent")
        yield Todo(
            _("The mail to %(to)s %(said)s.") % {"to": mail.to, "said": said},
            reverse("mail", args=[slug, mail.pk]), _("Look and send again"), "bad",
        )  # fmt: skip
