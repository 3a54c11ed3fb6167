"""What an invoice says on paper: by its kind, in its language, three lines never merged, hostile text as text."""

import re
from dataclasses import replace

import pytest
from django.utils.translation import override

from billing import paper, stating
from billing.facts import STANDARD
from lib import pdf
from tests.kit.samples import FARM, SAMPLES, SITE, invoice, line


def words(facts, **options):
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", paper.invoice_html(facts, **options))
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("franchise", "Facture F2026-0001"),
        ("deposit", "Facture d’acompte F2026-0001"),
        ("final", "Facture finale F2026-0002"),
        ("credit-note", "Avoir A2026-0001"),
        ("credit-note-of-deposit", "Avoir sur acompte A2026-0002"),
        ("english", "Invoice F2026-0001"),
    ],
)
def test_an_invoice_is_called_by_its_kind(name, called):
    assert called in words(SAMPLES[name])


def test_what_was_received_what_is_to_come_and_what_is_to_be_paid_are_three_lines():
    said = words(SAMPLES["part-in-kind"])
    assert "Déjà reçu 440,00 € À recevoir en nature 220,00 € À payer en euros 540,00 €" in said


def test_an_invoice_wholly_in_kind_asks_for_no_euros_and_shows_no_account():
    said = words(SAMPLES["wholly-in-kind-to-come"])
    assert "À recevoir en nature 1 200,00 € À payer en euros 0,00 €" in said
    assert "IBAN" not in said


def test_franchise_prints_prices_without_ht_or_ttc_and_no_rate():
    said = words(SAMPLES["franchise"])
    assert "Prix Montant" in said
    assert "TVA non applicable, art. 293 B du CGI" in said
    assert not any(word in said for word in ("HT", "TTC", "20 %", "Taux"))


def test_vat_is_shown_by_rate_with_net_and_gross():
    said = words(SAMPLES["vat-several-rates"])
    assert "20 % 1 542,75 € 308,55 €" in said
    assert "Total HT 1 928,56 € TVA 341,58 € Total TTC 2 270,14 €" in said


def test_a_final_invoice_takes_its_deposits_off():
    said = words(SAMPLES["final"])
    assert "Acompte F2026-0001 du 27 novembre 2026 −360,00 € Reste à régler 840,00 €" in said


def test_a_credit_note_names_the_invoice_it_corrects_and_asks_for_nothing():
    said = words(SAMPLES["credit-note"])
    assert "Avoir sur la facture n° F2026-0002 du 4 décembre 2026." in said
    assert "À payer" not in said
    assert "IBAN" not in said


def test_nothing_about_penalties_is_printed_for_a_consumer():
    assert "pénalité" not in words(SAMPLES["franchise-person"])
    assert "pénalité" in words(SAMPLES["franchise"])


def test_a_preview_says_so_and_has_neither_number_nor_code():
    html = paper.invoice_html(SAMPLES["franchise"], preview=True)
    assert "F2026-0001" not in html
    assert "aperçu" in html
    assert "data:image/png" not in html


def test_the_document_is_in_its_own_language_whoever_asks():
    with override("en"):
        assert "Facture" in words(SAMPLES["franchise"])
    with override("fr"):
        assert "To be paid in euros €1,200.00" in words(SAMPLES["english"])


def test_hostile_text_prints_as_text():
    nasty = (
        '</title><script>x</script><img src="file:///etc/passwd"><style>@import url(http://e.org)</style>{{ 7|add:7 }}'
    )
    facts = invoice(
        STANDARD,
        (line(1, nasty, "1", "10", description=nasty), *SITE),
        title=nasty,
        buyer=replace(FARM, name=nasty, address=nasty),
        seller=replace(SAMPLES["franchise"].seller, trade_name=nasty),
        accent="red } body { background: url(file:///etc/passwd)",
    )
    html = paper.invoice_html(facts)
    assert "<script" not in html
    assert "etc/passwd)" not in html
    assert "{{ 7|add:7 }}" in html
    assert '<img src="file' not in html


def grouped():
    sections = ("Conception", "Conception", "Réalisation", "", "Conception")
    return invoice(
        STANDARD, tuple(replace(line(n, f"Ligne {n}", "1", "100"), section=s) for n, s in enumerate(sections, start=1))
    )


def test_neighbours_of_one_section_are_printed_under_its_heading_with_a_subtotal_where_they_are_several():
    said = words(grouped())
    assert "Conception Ligne 1 " in said
    assert "Ligne 2 1 forfait 100,00 € 100,00 € Sous-total · Conception 200,00 € Réalisation Ligne 3" in said
    assert said.count("Sous-total") == 1
    assert said.count("Conception") == 3  # heading, subtotal, and the heading again lower down


def test_lines_without_sections_have_neither_heading_nor_subtotal():
    html = paper.invoice_html(SAMPLES["franchise"])
    assert 'class="section"' not in html
    assert "Sous-total" not in html


def test_in_two_languages_labels_and_the_laws_sentences_are_said_twice_and_told_apart():
    facts = replace(SAMPLES["final"], second_language="en")
    said = words(facts)
    assert "Facture finale / Final invoice F2026-0002" in said
    assert "Quantité / Quantity" in said
    assert "Reste à régler / Left to settle 840,00 €" in said
    assert "À payer en euros / To be paid in euros 540,00 €" in said
    assert "Référence à indiquer / Reference to give:" in said
    assert "TVA non applicable, art. 293 B du CGI / VAT not applicable, art. 293 B of the French tax code" in said
    assert "Fixed compensation for recovery costs in case of late payment: €40." in said
    html = paper.invoice_html(facts)
    assert html.count('lang="en"') > 10
    assert '<html lang="fr">' in html


def test_what_people_typed_is_said_once_in_two_languages():
    facts = replace(SAMPLES["final"], second_language="en")
    assert words(facts).count("Site vitrine sobre") == 1
    assert words(replace(facts, second_language="fr")) == words(SAMPLES["final"])


def test_the_same_invoice_in_one_language_has_no_trace_of_a_second():
    html = paper.invoice_html(SAMPLES["final"])
    assert 'class="other"' not in html
    assert 'lang="en"' not in html


def test_a_duplicate_says_so_beside_what_its_corner_says_already():
    assert words(SAMPLES["franchise"], duplicate=True).count("duplicata") == 1
    assert "duplicata" not in words(SAMPLES["franchise"])
    assert "duplicata · démonstration" in words(replace(SAMPLES["franchise"], is_demonstration=True), duplicate=True)


def test_every_text_that_is_printed_is_looked_at_for_characters_that_no_font_has():
    under_a_heading = line(1, "Site", "1", "80", section="🌱 Site")
    hostile = invoice(STANDARD, (under_a_heading,), terms="Paiement à réception 🌧")
    assert {"🌱", "🌧"} <= pdf.missing_glyphs(stating.texts(hostile))
