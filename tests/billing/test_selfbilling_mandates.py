"""A mandate is proposed, accepted or declined, and ended: what it says is frozen, where it stands is computed."""

import io
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing.models import Mandate, MandateAcceptance
from billing.selfbilled import mandate_answering, mandate_doors, mandating
from billing.selfbilled.mandating import MandateError, State, holds, state_of
from billing.selfbilled.verifying import mandates_as_sealed
from lib import freezing
from people import keeping_clients
from people.models import Business, Client
from records import keeping
from records.models import Document, LedgerEntry, Mail
from tests import make
from tests.billing.mandated import (
    NOW,
    TODAY,
    drafted,
    farm,
    link_of,
    mandated,
    owner_of,
    proposed,
    terms,
    with_vat,
    yes,
)

pytestmark = [pytest.mark.engine, pytest.mark.django_db, pytest.mark.usefixtures("papers_cost_nothing")]
LATER = NOW + timedelta(days=30)


def ended(mandate: Mandate, ends_on: date, **changed: Any) -> Any:
    said = {"by": owner_of(mandate.client), "at": NOW, "reason": "", "request_id": uuid.uuid4()} | changed
    return mandate_answering.end_by_us(mandate=mandate, ends_on=ends_on, **said)


# The draft and the proposal ---------------------------------------------------------------------------------------


def test_a_draft_changes_and_goes() -> None:
    mandate = drafted()
    by = owner_of(mandate.client)
    mandating.save_mandate(mandate=mandate, revision=1, terms=terms(contest_days=20), by=by, at=NOW)

    mandate.refresh_from_db()
    assert (mandate.contest_days, mandate.revision) == (20, 2)
    with pytest.raises(MandateError, match="autre fenêtre"):
        mandating.save_mandate(mandate=mandate, revision=1, terms=terms(), by=by, at=NOW)
    mandating.delete_mandate(mandate=mandate, by=by)
    assert not Mandate.objects.exists()


def test_the_same_form_sent_twice_drafts_one_mandate() -> None:
    client, request_id = farm(), uuid.uuid4()
    said: Any = {"client": client, "terms": terms(), "by": owner_of(client), "at": NOW, "request_id": request_id}

    assert mandating.draft_mandate(**said) == mandating.draft_mandate(**said)


@pytest.mark.parametrize("kind", [Client.Kind.PERSON, Client.Kind.PUBLIC])
def test_a_private_person_and_a_public_body_give_none(kind: str) -> None:
    with pytest.raises(MandateError, match="ceux qui vendent"):
        drafted(farm(kind=kind))


def test_a_proposed_mandate_says_its_text_as_the_law_data_had_it() -> None:
    mandate = proposed(**with_vat("5.5", "20"))

    said = " ".join((mandate.clauses or {}).values())
    assert "Ferme des Trois Chênes EI (le mandant) donne mandat à Lise Potager EI (le mandataire)" in said
    assert "paniers de légumes livrés en paiement" in said
    assert "FR19552008443, aux taux suivants\u00a0: 5,5\u00a0%, 20\u00a0%" in said
    assert "pendant 15 jours" in said
    assert "prend effet le 1er décembre 2026" in said
    assert (mandate.agent or {})["siren"] == make.SIREN


def test_what_is_missing_is_said_before_it_leaves() -> None:
    mandate = drafted(siren="552008444", city="", **with_vat())
    Business.objects.update(siren="")

    with pytest.raises(MandateError) as refused:
        mandating.propose(mandate=mandate, by=owner_of(mandate.client), at=NOW, contacts=[])
    assert len(refused.value.reasons) == 4


def test_it_leaves_with_its_pdf_and_a_link(run_errands: Any) -> None:
    mandate = proposed()
    run_errands(NOW)

    mail = Mail.objects.get(event="billing/mandate_proposed")
    assert (mail.to, mail.link_path, mail.link_id) == ("camille@example.org", "/m/{token}/", link_of(mandate).pk)
    document = mail.documents.get()
    assert keeping.read(document).startswith(b"%PDF-")
    assert document.name == "mandat-552008443-2026-12-01.pdf"


# The yes ----------------------------------------------------------------------------------------------------------


def test_a_yes_keeps_the_seal_the_digest_and_the_words_and_is_mailed_to_both(run_errands: Any) -> None:
    mandate = proposed()
    acceptance = yes(mandate)
    run_errands(NOW)

    assert acceptance.mandate_seal == mandate.seal
    assert acceptance.document_sha256 == Document.objects.get(what="mandate_pdf").sha256
    assert "Je donne à Lise Potager EI le mandat" in acceptance.consent
    assert state_of(mandate, TODAY) == State.IN_FORCE
    entry = LedgerEntry.objects.get(event="mandate_accepted")
    assert "Camille" not in entry.facts
    events = dict(Mail.objects.filter(event__startswith="billing/mandate_accepted").values_list("event", "to"))
    assert events == {
        "billing/mandate_accepted": owner_of(mandate.client).email,
        "billing/mandate_accepted_partner": "camille@example.org",
    }
    assert Document.objects.filter(what="mandate_accepted_pdf").count() == 1


def test_a_contact_removed_since_reads_but_neither_accepts_nor_ends() -> None:
    mandate = proposed()
    link = link_of(mandate)
    keeping_clients.remove_contact(link.contact, by=owner_of(mandate.client), at=NOW)

    assert mandate_doors.open_link(mandate_doors.token_of(link))[0] == link
    with pytest.raises(MandateError, match="retiré"):
        yes(mandate, link=link)
    with pytest.raises(MandateError, match="retiré"):
        mandate_answering.end_by_partner(link=link, ends_on=TODAY, reason="", request_id=uuid.uuid4(), at=NOW)
    assert state_of(mandate, TODAY) == State.PROPOSED


def test_a_yes_said_twice_is_one() -> None:
    mandate, request_id = proposed(), uuid.uuid4()

    assert yes(mandate, request_id=request_id) == yes(mandate, request_id=request_id)
    with pytest.raises(MandateError, match="déjà"):
        yes(mandate)


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ({"name": " "}, "Écrivez votre nom"),
        ({"power": False}, "pouvoir"),
        ({"consent": False}, "Cochez"),
        ({"seal": "0" * 64}, "pas ce qui a été envoyé"),
        ({"name": "Camille 🥕"}, "caractères"),
    ],
)
def test_a_yes_without_what_it_needs_is_refused(missing: dict[str, Any], why: str) -> None:
    with pytest.raises(MandateError, match=why):
        yes(proposed(), **missing)
    assert not MandateAcceptance.objects.exists()


def test_a_link_that_was_renewed_or_revoked_accepts_nothing(run_errands: Any) -> None:
    mandate = proposed()
    old = link_of(mandate)
    by = owner_of(mandate.client)
    mandating.renew_link(link=link_of(mandate), by=by, at=NOW, generation=1)
    with pytest.raises(MandateError, match="plus récent"):
        yes(mandate, link=old)
    mandating.revoke_link(link=link_of(mandate), by=by, at=NOW)
    with pytest.raises(MandateError, match="retiré"):
        yes(mandate)
    run_errands(NOW)
    assert Mail.objects.get(event="billing/mandate_link_renewed").state == Mail.State.OUTDATED


def test_a_mandate_signed_on_paper_is_recorded_with_its_scan() -> None:
    mandate = proposed()
    paper: dict[str, Any] = {"by": owner_of(mandate.client), "at": LATER, "name": "Camille Ferrand", "capacity": ""}
    paper |= {"how_words": "mandat signé, rendu au marché", "request_id": uuid.uuid4()}
    scan = b"%PDF-1.4 signed"

    for day, why in ((TODAY - timedelta(days=1), "pas encore"), (LATER.date() + timedelta(days=1), "à venir")):
        with pytest.raises(MandateError, match=why):
            mandate_answering.accept_on_paper(mandate=mandate, on=day, scan=io.BytesIO(scan), **paper)
    with pytest.raises(MandateError, match="ni un PDF"):
        mandate_answering.accept_on_paper(mandate=mandate, on=TODAY, scan=io.BytesIO(b"MZ"), **paper)

    acceptance = mandate_answering.accept_on_paper(mandate=mandate, on=TODAY, scan=io.BytesIO(scan), **paper)

    assert acceptance.how == "OTHERWISE"
    assert keeping.read(Document.objects.get(what="mandate_scan")) == scan
    assert holds(mandate, LATER.date())


def test_one_mandate_at_a_time_is_in_force() -> None:
    client = farm()
    first, second = mandated(client), proposed(client)

    with pytest.raises(MandateError, match="en vigueur"):
        yes(second)
    ended(first, TODAY)
    yes(second)
    assert mandating.in_force(client, TODAY) == second


# Where it stands --------------------------------------------------------------------------------------------------


def test_it_takes_effect_on_its_day_and_ends_on_another() -> None:
    mandate = mandated(starts_on=TODAY + timedelta(days=10))
    ended(mandate, TODAY + timedelta(days=20))

    states = {days: state_of(mandate, TODAY + timedelta(days=days)) for days in (0, 9, 10, 19, 20)}
    assert states == {0: State.TO_COME, 9: State.TO_COME, 10: State.IN_FORCE, 19: State.IN_FORCE, 20: State.ENDED}


def test_the_partner_ends_it_by_the_link_and_the_business_is_told(run_errands: Any) -> None:
    mandate = mandated()
    said: Any = {"link": link_of(mandate), "ends_on": TODAY + timedelta(days=5), "reason": "J’ai un logiciel."}

    end = mandate_answering.end_by_partner(**said, request_id=uuid.uuid4(), at=NOW)
    run_errands(NOW)

    assert end.by_partner
    mail = Mail.objects.get(event="billing/mandate_ended")
    assert mail.to == owner_of(mandate.client).email
    assert "J’ai un logiciel." in mail.body
    with pytest.raises(MandateError, match="déjà"):
        ended(mandate, TODAY)


def test_a_no_before_any_yes_declines_it_at_once() -> None:
    mandate = proposed()
    later = TODAY + timedelta(days=90)
    end = mandate_answering.end_by_partner(
        link=link_of(mandate), ends_on=later, reason="", request_id=uuid.uuid4(), at=NOW
    )

    assert end.ends_on == TODAY
    assert state_of(mandate, TODAY) == State.DECLINED
    with pytest.raises(MandateError, match="refusé ou retiré"):
        yes(mandate)


def test_no_end_is_dated_back() -> None:
    mandate = mandated()
    with pytest.raises(MandateError, match="passé"):
        ended(mandate, TODAY - timedelta(days=1))


# Frozen -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("billing_mandate", "contest_days = 1"),
        ("billing_mandateacceptance", "name = 'Autre'"),
        ("billing_mandateend", "reason = 'Autre'"),
    ],
)
def test_what_was_proposed_and_said_never_changes(table: str, column: str) -> None:
    ended(mandated(), TODAY)

    for statement in (f"UPDATE {table} SET {column}", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_refuses_a_vat_payer_without_a_number_and_a_yes_from_nowhere() -> None:
    mandate = drafted()
    acceptance = MandateAcceptance(mandate=mandate, how="ONLINE", name="Personne", at=NOW, on=TODAY)
    with pytest.raises(IntegrityError, match="vat_number"), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(vat_regime="NORMAL")
    with pytest.raises(IntegrityError, match="accepted_by_a_link"), transaction.atomic():
        acceptance.save()


def test_a_flipped_sentence_is_found() -> None:
    mandate = mandated()
    assert list(mandates_as_sealed(mandate.business)) == []
    with freezing.melted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE billing_mandate SET contest_days = 90")
        cursor.execute("UPDATE billing_mandateacceptance SET name = 'Autre'")

    assert list(mandates_as_sealed(mandate.business)) == [
        f"Mandate {mandate.pk} is not what was sealed.",
        f"The acceptance of mandate {mandate.pk} is not what the ledger was told.",
    ]
