"""What a quote says on paper: a draft or a frozen version, in the client's language; and the proof of a yes."""

import re
from datetime import date, datetime

import pytest

from lib.money import euros
from people.models import Business, Client
from quotes import acceptance_paper, paper
from quotes.models import Acceptance
from tests import kit, make

pytestmark = pytest.mark.django_db
DEAL = {
    "title": "Site de la ferme",
    "introduction": "Bonjour **Camille**,\n\n# Un titre\n\n<script>x</script>",
    "terms": [
        {"due": "ACCEPTANCE", "value": euros(360), "closes": False},
        {"value": euros(540)},
        {
            "kind": "goods",
            "unit": "panier",
            "quantity": 15,
            "per_delivery": 1,
            "unit_value": euros(20),
            "value": euros(300),
            "first_on": date(2027, 1, 8),
            "rhythm": "WEEKLY",
            "if_missed": "CARRIED_OVER",
            "valuation": "prix à l’étal",
        },
    ],
}


def words(html):
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html)
    return " ".join(text.split())


def facts(**fields):
    return paper.quote_facts(make.quote(**DEAL | fields), on=make.TODAY)


def test_a_draft_is_printed_as_a_preview_without_a_number():
    said = words(paper.quote_html(facts(), preview=True))
    assert "Devis aperçu" in said
    assert "Ferme des Trois Chênes" in said


def test_a_quote_says_the_deal_in_plain_words_then_its_lines_and_how_it_is_paid():
    said = words(paper.quote_html(facts()))
    assert said.index("En clair") < said.index("Désignation") < said.index("Comment ce prix est réglé")
    assert "Valeur : prix à l’étal 300,00 €" in said
    assert "Total 1 200,00 €" in said


def test_franchise_prints_neither_ht_nor_ttc_and_says_why_once():
    said = words(paper.quote_html(facts()))
    assert said.count("art. 293 B") == 1
    assert "HT" not in said
    assert "TTC" not in said


def test_a_business_that_charges_vat_prints_it_by_rate():
    business = make.vat_business()
    client = make.client(activity=make.activity(business=business))
    lines = [{"vat_rate": 20, "unit_price": euros(1000)}, {"vat_rate": "5.5", "unit_price": euros(100)}]
    made = facts(client=client, lines=lines, terms=[{"value": euros("1305.50")}])
    said = words(paper.quote_html(made))
    assert "20 % 1 000,00 € 200,00 € 5,5 % 100,00 € 5,50 €" in said
    assert "Total TTC 1 305,50 €" in said


def test_what_people_typed_in_markdown_is_prose_and_never_markup_of_theirs():
    html = paper.quote_html(facts())
    assert "<strong>Camille</strong>" in html
    assert "<h1>Un titre" not in html
    assert "<script" not in html


def test_a_quote_is_in_the_language_of_its_client():
    said = words(paper.quote_html(facts(language="en")))
    assert "How this price is paid" in said
    assert "€1,200.00" in said


def test_every_client_can_accept_on_paper():
    client = make.client(kind=Client.Kind.PERSON, name="Noé Weiß", siren="")
    assert "Bon pour accord" in words(paper.quote_html(facts(client=client)))


def test_a_sent_version_is_printed_from_its_copies_whatever_became_of_the_business():
    version = make.quote(**DEAL)
    seller = {"name": "Autrefois EI", "vat_regime": "FRANCHISE", "accent_colour": "#2f6b3c", "is_demonstration": False}
    version.seller, version.buyer, version.number = seller, {"name": "Ferme d’alors"}, "D2026-0009"
    version.sent_on, version.mentions = make.TODAY, [{"key": "k", "text": "Une mention"}]
    Business.objects.update(legal_name="Maintenant EI")
    said = words(paper.quote_html(paper.quote_facts(version)))
    assert "Autrefois EI" in said
    assert "Ferme d’alors" in said
    assert "Une mention." in said
    assert "Maintenant" not in said


@pytest.mark.kit
def test_the_proof_of_a_yes_says_who_when_what_and_the_digests(tmp_path):
    version = make.quote(**DEAL)
    version.number = "D2026-0001"
    version.seller = {"name": "Lise Potager EI"}
    yes = Acceptance(
        quote=version.quote,
        version=version,
        name="Camille Ferrand",
        capacity="agricultrice",
        consent="J’accepte le devis n° D2026-0001.",
        version_seal="ab" * 32,
        document_sha256="cd" * 32,
        at=datetime(2026, 12, 2, 9, 30, tzinfo=make.NOW.tzinfo),
        on=date(2026, 12, 2),
    )
    said = words(acceptance_paper.acceptance_html(yes))
    assert "Camille Ferrand" in said
    assert "2 décembre 2026 à 10:30:00 (2026-12-02 09:30:00 UTC)" in said
    assert "cdcdcdcd cdcdcdcd" in said
    path = tmp_path / "yes.pdf"
    path.write_bytes(acceptance_paper.acceptance_pdf(yes, created=make.NOW))
    assert kit.validate([path], invoices=False) == []
