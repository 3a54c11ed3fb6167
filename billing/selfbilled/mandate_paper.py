"""A mandate on paper: the text that is proposed, with a signature box; once accepted, who said yes, when, and to what.

Pure but for the acceptance that it is given. Everything is in the language of the mandate.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.models import Mandate, MandateAcceptance
from billing.selfbilled.mandating import CLAUSES, day_of
from lib import law, pdf
from lib.days import day_written
from people import letterhead
from quotes.acceptance_paper import grouped, moment_written


def mandate_pdf(
    mandate: Mandate, *, created: datetime, acceptance: MandateAcceptance | None = None, preview: bool = False
) -> bytes:
    """Return PDF/A-3a + PDF/UA-1 of a filled mandate (see mandating.fill), with its acceptance where there is one."""
    return pdf.render(
        mandate_html(mandate, created=created, acceptance=acceptance, preview=preview),
        language=mandate.language,
        created=created,
        title=_title(mandate),
    )


def mandate_html(
    mandate: Mandate, *, created: datetime, acceptance: MandateAcceptance | None = None, preview: bool = False
) -> str:
    with override(mandate.language):
        return render_to_string("documents/mandate.html", _page(mandate, created, acceptance, preview))


def clauses_of(mandate: Mandate) -> list[str]:
    """Return the sentences of a mandate, in their order."""
    said = mandate.clauses or {}
    return [said[name] for name in CLAUSES if name in said]


def _title(mandate: Mandate) -> str:
    with override(mandate.language):
        return _("Invoicing mandate – %(name)s") % {"name": mandate.legal_name}


def _page(mandate: Mandate, created: datetime, acceptance: MandateAcceptance | None, preview: bool) -> dict[str, Any]:
    agent = mandate.agent or {}
    on = mandate.proposed_on or day_of(mandate, created)
    return {
        **letterhead.frame(
            seller=letterhead.party(mandate.identity()),
            buyer=letterhead.party(agent),
            language=mandate.language,
            accent=agent.get("accent_colour", ""),
            logo=None,
            title=_title(mandate),
            stamp=letterhead.stamp(preview=preview, demonstration=bool(agent.get("is_demonstration"))),
        ),
        "rows": list(_parties(mandate, agent)),
        "clauses": clauses_of(mandate),
        "said": [text for text in (acceptance.consent, acceptance.power) if text] if acceptance else [],
        "proof": list(_proof(mandate, acceptance)) if acceptance else [],
        "paper_signature": "" if acceptance else law.fact("mandate.paper_signature", on).text(mandate.language),
        "worth": law.fact("acceptance.simple_signature", acceptance.on).text(mandate.language)
        if acceptance and acceptance.how == MandateAcceptance.How.ONLINE
        else "",
    }


def _parties(mandate: Mandate, agent: dict[str, Any]) -> Iterable[tuple[str, str]]:
    yield _("Seller, who gives the mandate"), f"{mandate.legal_name}, {_siren(mandate.siren)}"
    yield _("Buyer, who draws up the invoices"), f"{agent.get('name', '')}, {_siren(agent.get('siren', ''))}"
    yield _("What it covers"), mandate.covers
    yield _("Takes effect on"), day_written(mandate.starts_on)
    yield _("Days to contest an invoice"), str(mandate.contest_days)


def _siren(number: str) -> str:
    return _("SIREN %(number)s") % {"number": letterhead.spaced(number, (3, 3, 3))}


def _proof(mandate: Mandate, acceptance: MandateAcceptance) -> Iterable[tuple[str, str]]:
    yield _("Name"), acceptance.name
    yield _("Capacity"), acceptance.capacity
    if acceptance.how == MandateAcceptance.How.ONLINE:
        yield _("When"), moment_written(acceptance.at, mandate.business.time_zone)
    else:
        yield _("When"), day_written(acceptance.on)
    yield _("How"), str(acceptance.get_how_display())
    yield _("SHA-256 of the PDF agreed to"), grouped(acceptance.document_sha256)
    yield _("Seal of the mandate"), grouped(acceptance.mandate_seal)
