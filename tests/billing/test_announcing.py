"""An invoice that will be paid by set-off says so: frozen, printed, valid, to the cent."""

import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing import facturx, issuing, paper, replacing, stating
from billing.dunning import overdue
from billing.models import Invoice, PlannedSetOff, ReceivedInvoice
from billing.partners import announcing, receiving, setting_off
from billing.partners.set_off_paper import set_off_pdf
from billing.selfbilled import drafting as selfbilled_drafting
from billing.selfbilled import issuing as selfbilling
from lib import clock
from lib.money import euros
from quotes.models import Acceptance
from records import verifying
from tests import kit, make
from tests.billing.conftest import accepted, basket_came, final_of, issued_by, recorder_of
from tests.billing.mandated import mandated
from tests.billing.partners import FRIDAYS, JANUARY, received_of, set_off_of
from tests.conftest import logged_in
from tests.kit.rules import failures

pytestmark = [pytest.mark.django_db]


def draft_and_theirs(amount: str, *terms: dict[str, Any]) -> tuple[Acceptance, Invoice, ReceivedInvoice]:
    deal = accepted(terms=terms or ({},))
    return deal, final_of(deal, at=JANUARY, issued=False), received_of(deal, amount)


def announce(deal: Acceptance, draft: Invoice, theirs: ReceivedInvoice, value: str) -> PlannedSetOff | None:
    return announcing.announce(invoice=draft, received=theirs, value=euros(value), by=recorder_of(deal), at=JANUARY)


def test_it_says_which_invoice_pays_it_and_what_is_left() -> None:
    deal, draft, theirs = draft_and_theirs("200")
    announce(deal, draft, theirs, "200")

    issued = issued_by(draft, at=JANUARY)
    said = stating.facts_of(issued)

    sentence = "Paiement par compensation à hauteur de 200,00 € avec votre facture n° FC-014 du 29 janvier 2027"
    assert sentence in said.terms.replace("\u00a0", " ").replace("\u202f", " ")
    assert "1 000,00 €" in said.terms.replace("\u00a0", " ").replace("\u202f", " ")
    assert [note.code for note in said.notes].count("PAI") == 1
    assert (said.payable, said.set_off, said.to_transfer) == (euros("1200"), euros("200"), euros("1000"))
    assert facturx.payment_means(said).code == "58"
    page = paper.invoice_html(said)
    assert "FC-014" in page
    assert "dont par compensation" in page
    assert failures(facturx.xml(said)) == []


def test_no_euro_left_is_cleared_between_partners() -> None:
    deal, draft, theirs = draft_and_theirs("1500")
    announce(deal, draft, theirs, "1200")

    said = stating.facts_of(issued_by(draft, at=JANUARY))

    assert facturx.payment_means(said).code == "97"
    assert said.payable == euros("1200")
    assert "IBAN" not in paper.invoice_html(said)
    assert failures(facturx.xml(said)) == []


def test_baskets_that_came_before_the_issue_are_what_is_set_off_first() -> None:
    deal = accepted(terms=({"value": euros("1140"), "closes": True}, make.baskets(3)))
    for friday in FRIDAYS:
        basket_came(deal, friday)
    draft, theirs = final_of(deal, at=JANUARY, issued=False), received_of(deal, "100")
    announce(deal, draft, theirs, "100")

    issued = issued_by(draft, at=JANUARY)
    said = stating.facts_of(issued)

    assert (issued.settled_at_issue, said.set_off) == (euros("60"), euros("40"))
    assert [note.code for note in facturx.notes(said)].count("PAI") == 1
    assert failures(facturx.xml(said)) == []


def test_baskets_that_another_invoice_is_for_are_not_what_is_set_off() -> None:
    """Three baskets came and a self-billed invoice is for them: the client's own invoice is for something else."""
    deal = accepted(terms=({"value": euros("1140"), "closes": True}, make.baskets(3)))
    came = [basket_came(deal, friday) for friday in FRIDAYS]
    mandate = mandated(deal.quote.client, starts_on=FRIDAYS[0])
    by = recorder_of(deal)
    theirs = selfbilled_drafting.draft_from_receipts(
        mandate=mandate, receipts=[row.pk for row in came], by=by, at=JANUARY, request_id=uuid.uuid4()
    )
    selfbilling.issue(invoice=theirs, by=by, at=JANUARY)
    draft, other = final_of(deal, at=JANUARY, issued=False), received_of(deal, "100")
    announce(deal, draft, other, "100")

    issued = issued_by(draft, at=JANUARY)

    assert (issued.settled_at_issue, stating.facts_of(issued).set_off) == (euros("60"), euros("100"))


@pytest.mark.kit
def test_its_pdf_is_valid(tmp_path: Path) -> None:
    deal, draft, theirs = draft_and_theirs("1500")
    announce(deal, draft, theirs, "1200")
    issued = issued_by(draft, at=JANUARY)

    made = set_off_of(deal, issued, theirs, rest="1200", covers=[])
    files = {
        "invoice.pdf": issuing.pdf_bytes(stating.facts_of(issued), created=JANUARY),
        "set_off.pdf": set_off_pdf(made),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    assert kit.validate([tmp_path / "invoice.pdf"]) == []
    assert kit.validate([tmp_path / "set_off.pdf"], invoices=False) == []


def test_what_is_announced_is_no_more_than_is_left_or_claimed() -> None:
    deal, draft, theirs = draft_and_theirs("1500")
    with pytest.raises(announcing.AnnouncingError):
        announce(deal, draft, theirs, "1500.01")
    announce(deal, draft, theirs, "1300")

    with pytest.raises(issuing.IssuingError, match="compensations"):
        issued_by(draft, at=JANUARY)
    announce(deal, draft, theirs, "0")
    assert not PlannedSetOff.objects.exists()
    assert "set_off" not in (issued_by(draft, at=JANUARY).mentions or {})


def test_two_invoices_never_announce_the_same_euros() -> None:
    deal, draft, theirs = draft_and_theirs("1500")
    second = final_of(accepted(client=deal.quote.client), at=JANUARY, issued=False)
    announce(deal, draft, theirs, "1000")
    announce(deal, second, theirs, "1000")  # both are drafts: the first one issued has it
    issued = issued_by(draft, at=JANUARY)

    with pytest.raises(issuing.IssuingError, match="FC-014"):
        issued_by(second, at=JANUARY)
    with pytest.raises(announcing.AnnouncingError, match="500,00"):
        announce(deal, second, theirs, "500.01")
    set_off_of(deal, issued, theirs, rest="400", covers=[])  # of what is left, 600 are still for the first one
    with pytest.raises(announcing.AnnouncingError, match="500,00"):
        announce(deal, second, theirs, "500.01")
    announce(deal, second, theirs, "500")
    issued_by(second, at=JANUARY)


def test_nobody_is_asked_in_euros_for_what_the_invoice_says_will_be_set_off() -> None:
    deal, draft, theirs = draft_and_theirs("500")
    announce(deal, draft, theirs, "500")
    issued, day = issued_by(draft, at=JANUARY), JANUARY.date()

    assert overdue.claim_on(issued, day).left == euros("700")
    made = set_off_of(deal, issued, theirs, rest="200", covers=[])
    assert overdue.claim_on(issued, day).left == euros("700")
    setting_off.undo(set_off=made, by=recorder_of(deal), at=JANUARY, reason="Erreur")
    assert overdue.claim_on(issued, day).left == euros("700")
    received_of(deal, "300", "AV-1", corrects=theirs)  # only 200 of theirs are left to set off
    assert overdue.claim_on(issued, day).left == euros("1000")


def test_what_waits_for_a_set_off_is_not_late() -> None:
    deal, draft, theirs = draft_and_theirs("1200")
    announce(deal, draft, theirs, "1200")
    issued = issued_by(draft, at=JANUARY)
    visitor, slug = logged_in(recorder_of(deal)), deal.quote.business.slug
    late = JANUARY + timedelta(days=90)

    def listed(state: str) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda: late)
            return visitor.get(f"/b/{slug}/invoices/?state={state}").content.decode()

    set_off_page = f"/b/{slug}/received-invoices/{theirs.pk}/set-off/{issued.pk}/"
    assert set_off_page in listed("to_set_off")
    assert set_off_page in listed("open")
    assert str(issued.number) not in listed("overdue")
    receiving.withdraw(received=theirs, by=recorder_of(deal), at=JANUARY, reason="Erreur")
    assert str(issued.number) in listed("overdue")
    assert str(issued.number) not in listed("to_set_off")


def test_a_withdrawn_invoice_is_announced_no_more() -> None:
    deal, draft, theirs = draft_and_theirs("200")
    announce(deal, draft, theirs, "200")

    receiving.withdraw(received=theirs, by=recorder_of(deal), at=JANUARY, reason="Erreur")

    assert announcing.announced(draft) == []


def test_several_are_announced_in_one_sentence_that_names_each() -> None:
    deal, draft, _theirs = draft_and_theirs("200")
    numbers = [f"FACTURE-2027-LEGUMES-{n:02d}" for n in range(9)]
    for number in numbers:
        announce(deal, draft, received_of(deal, "50", number), "50")

    said = stating.facts_of(issued_by(draft, at=JANUARY))

    assert all(number in said.terms for number in numbers)
    assert said.terms.count("Reste à payer") == said.terms.count("450,00") == 1
    assert len(next(note.text for note in facturx.notes(said) if note.code == "PAI")) < 1024
    assert (said.set_off, said.to_transfer) == (euros("450"), euros("750"))
    assert failures(facturx.xml(said)) == []


def test_the_drafts_page_shows_all_that_it_announces_and_what_may_follow() -> None:
    deal, draft, theirs = draft_and_theirs("200", {"value": euros("1200"), "closes": True})
    rows = [received_of(deal, "10", f"N-{n}", issued_on=date(2027, 1, 29 - n)) for n in range(9)]
    for row in rows[:7]:
        announce(deal, draft, row, "10")
    page = logged_in(recorder_of(deal)).get(draft.get_absolute_url()).content.decode()

    assert all(f">{row.number}<" in page for row in rows[:7])
    assert any(f">{row.number}<" in page for row in (*rows[7:], theirs))


def test_a_replacement_announces_what_it_announced_as_far_as_that_is_left() -> None:
    deal, draft, theirs = draft_and_theirs("200")
    other, gone = received_of(deal, "50", "FC-015"), received_of(deal, "30", "FC-016")
    for row, value in ((theirs, "200"), (other, "50"), (gone, "30")):
        announce(deal, draft, row, value)
    issued, by = issued_by(draft, at=JANUARY), recorder_of(deal)
    received_of(deal, "20", "AV-1", corrects=other)
    receiving.withdraw(received=gone, by=by, at=JANUARY, reason="Erreur")

    second = replacing.draft_replacement(invoice=issued, by=by, at=JANUARY, request_id=uuid.uuid4())

    assert [(row.received, row.value) for row in announcing.announced(second)] == [
        (theirs, euros("200")),
        (other, euros("30")),
    ]
    replacement = issued_by(second, at=JANUARY)
    assert announcing.to_set_off(replacement) == euros("230")
    assert set_off_of(deal, replacement, theirs, rest="200", covers=[]).value == euros("200")


@pytest.mark.engine
def test_what_an_issued_invoice_announced_never_changes() -> None:
    deal, draft, theirs = draft_and_theirs("200")
    row = announce(deal, draft, theirs, "200")
    issued = issued_by(draft, at=JANUARY)
    assert row is not None

    with pytest.raises(announcing.AnnouncingError):
        announce(deal, issued, theirs, "100")
    for change in (lambda: row.delete(), lambda: PlannedSetOff.objects.update(value=euros("1"))):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            change()
    late = PlannedSetOff(invoice=issued, received=received_of(deal, "5", "Z"), value=euros("5"))
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        late.save()
    assert not [text for text in verifying.problems(issued.business) if "Invoice" in text]


def test_it_is_announced_on_the_drafts_page() -> None:
    deal, draft, theirs = draft_and_theirs("200")
    visitor = logged_in(recorder_of(deal))
    page = visitor.get(draft.get_absolute_url()).content.decode()
    assert theirs.number in page

    slug = deal.quote.business.slug
    visitor.post(f"/b/{slug}/invoices/{draft.pk}/announce/", {"received": theirs.pk, "value": "150,50"})

    assert PlannedSetOff.objects.get().value == euros("150.50")
    assert "annoncée" in visitor.get(draft.get_absolute_url()).content.decode()
    assert date(2027, 1, 29) == theirs.issued_on
