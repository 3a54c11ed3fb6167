"""A quote says « Préparer la facture finale » while there is one to prepare, and again once it is wholly credited."""

import uuid
from typing import Any

from django.test import Client as Visitor

from billing import crediting
from people.models import User
from tests import make
from tests.billing.conftest import NOW, accepted, deposit_of, final_of, issued_by, recorder_of

OFFERED = "Préparer la facture finale"


def test_the_final_invoice_is_offered_only_while_it_may_be_prepared(freelancer: User, activity: Any) -> None:
    deal = accepted(client=make.client(activity=activity), by=freelancer)
    visitor = Visitor()
    visitor.force_login(freelancer)

    def is_offered() -> bool:
        return OFFERED in visitor.get(deal.quote.get_absolute_url()).content.decode()

    deposit_of(deal)
    assert is_offered()
    draft = final_of(deal, issued=False)
    assert is_offered()  # it leads to the draft
    final = issued_by(draft)
    assert not is_offered()

    note = crediting.draft_credit_note(
        invoice=final, by=recorder_of(deal), at=NOW, reason="Erreur", request_id=uuid.uuid4()
    )
    assert not is_offered()
    issued_by(note)
    assert is_offered()
