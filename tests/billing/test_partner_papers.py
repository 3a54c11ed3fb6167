"""The statement of a set-off and the delivery slip on paper: every amount, both sides, valid PDF/A and PDF/UA."""

import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billing.models import SetOff, Slip
from billing.partners import papers as partner_papers
from billing.partners import setting_off, slips
from billing.partners.set_off_paper import set_off_html, set_off_pdf
from billing.partners.slip_paper import slip_html, slip_pdf
from lib.money import euros
from people.models import Client
from quotes.models import Acceptance, Kind
from records.models import Mail
from tests import kit
from tests.billing.conftest import accepted, basket_came, final_of, recorder_of
from tests.billing.partners import FRIDAYS, JANUARY, farm_deal, hours_came, received_of, set_off_of

pytestmark = [pytest.mark.django_db]


def plain(page: str) -> str:
    return " ".join(page.replace("\u00a0", " ").replace("\u202f", " ").replace("&#x27;", "'").split())


def slip_of(deal: Acceptance, **said: Any) -> Slip:
    client = deal.quote.client
    return slips.make_slip(
        client=client,
        receipts=list(slips.waiting(client)),
        by=recorder_of(deal),
        at=JANUARY,
        request_id=uuid.uuid4(),
        **said,
    )


def undone(deal: Acceptance, made: SetOff) -> SetOff:
    return setting_off.undo(set_off=made, by=recorder_of(deal), at=JANUARY, reason="Mauvaise <b>facture</b>")


def test_the_statement_says_both_sides_and_the_balance() -> None:
    deal, final = farm_deal(3)
    made = set_off_of(deal, final, received_of(deal, "100"), rest="40")

    page = plain(set_off_html(made))

    assert f"Facture n° {final.number} du" in page
    assert "paiement par compensation à hauteur de 100,00 € avec la facture n° FC-014 du 29 janvier 2027" in page
    assert "(art. 1347 et s. du code civil). Reste à payer : 500,00 €." in page
    assert f"avec la facture n° {final.number}" in page
    assert "Reste à payer : 0,00 €." in page
    assert f"Soulte : 500,00 €, à payer par {deal.quote.client.name} à Lise Potager EI." in page
    assert "240,00 € restent à recevoir en nature" in page
    assert page.count("1 panier (Panier de légumes)") == 3
    assert "réputées payées le 30 janvier 2027" in page


def test_their_balance_is_ours_to_pay_and_two_debts_left_are_no_balance() -> None:
    deal, final = farm_deal(0)
    ours = plain(set_off_html(set_off_of(deal, final, received_of(deal, "600"), rest="540")))
    assert f"Soulte : 60,00 €, à payer par Lise Potager EI à {deal.quote.client.name}." in ours

    other, other_final = farm_deal(0)
    both = plain(set_off_html(set_off_of(other, other_final, received_of(other, "600"), rest="100")))
    assert "Soulte" not in both


def test_what_undoes_says_what_and_why_and_hostile_words_stay_words() -> None:
    deal, final = farm_deal(1)
    page = set_off_html(undone(deal, set_off_of(deal, final, received_of(deal, "20", "<i>1</i>"))))

    assert "CP2027-0001" in page
    assert "Mauvaise &lt;b&gt;facture&lt;/b&gt;" in page
    assert "<i>1" not in page


def test_a_statement_is_in_the_language_of_our_invoice() -> None:
    deal, final = farm_deal(1)
    made = set_off_of(deal, final, received_of(deal, "20"))
    made.language = "en"

    assert "Set-off statement" in set_off_html(made)


def test_the_slip_says_days_values_names_and_that_it_is_a_receipt() -> None:
    deal, final = farm_deal(3)

    page = plain(slip_html(slip_of(deal, handed_over_by="Camille Ferrand", received_by="Lise", place="Marché")))

    for words in ("8 janvier 2027", "15 janvier 2027", "22 janvier 2027", "20,00 €", "Camille Ferrand", "Marché"):
        assert words in page
    assert "Ce bon vaut quittance à hauteur de 60,00 €." in page
    assert "prix public à la ferme" in page
    assert final.number is not None
    assert final.number in page


def test_a_paper_is_made_once_and_mailed_once_to_each(run_errands: Any) -> None:
    deal, _final = farm_deal(1)
    slip = slip_of(deal)
    contact = deal.quote.client.contacts.get()

    first = partner_papers.made_pdf(slip)
    assert partner_papers.made_pdf(slip) == first
    partner_papers.mail_paper(paper=slip, by=recorder_of(deal), at=JANUARY, contacts=[contact])
    run_errands(JANUARY)
    with pytest.raises(partner_papers.MailingError):
        partner_papers.mail_paper(paper=slip, by=recorder_of(deal), at=JANUARY, contacts=[contact])
    with pytest.raises(partner_papers.MailingError):
        partner_papers.mail_paper(paper=slip, by=recorder_of(deal), at=JANUARY, contacts=[])
    assert Mail.objects.get(event="billing/slip").documents.get() == first


@pytest.mark.kit
def test_they_pass_independent_validators(tmp_path: Path) -> None:
    deal, final = farm_deal(3)
    made = set_off_of(deal, final, received_of(deal, "100"), rest="40")
    other, _other_final = farm_deal(2)
    for number in range(40):
        basket_came(other, FRIDAYS[2], quantity=1 + number % 2, surplus_is_sure=True)
    Client.objects.filter(pk=other.quote.client_id).update(language="en")
    other.quote.client.refresh_from_db()
    papers = {
        "set_off": set_off_pdf(made),
        "undone": set_off_pdf(undone(deal, made)),
        "slip": slip_pdf(slip_of(other)),
    }
    paths = [tmp_path / f"{name}.pdf" for name in papers]
    for path, content in zip(paths, papers.values(), strict=True):
        path.write_bytes(content)

    assert kit.validate(paths, invoices=False) == []


def test_hours_are_slipped_and_covered_like_goods() -> None:
    hours = {"kind": Kind.TIME, "label": "Taille de haies", "unit": "heure", "quantity": 6, "unit_value": euros("45")}
    hours |= {"if_missed": "CARRIED_OVER", "first_on": FRIDAYS[0], "rhythm": "ONCE", "per_delivery": 6}
    deal = accepted(terms=({"value": euros("930"), "closes": True}, hours))
    final = final_of(deal)
    hours_came(deal, FRIDAYS[0], Decimal("2.5"))

    assert "2,5 heures" in plain(slip_html(slip_of(deal)))
    assert setting_off.covers_of(final)[0].value == euros("112.50")
