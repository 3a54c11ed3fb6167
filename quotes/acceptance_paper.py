"""The proof of a yes on paper: who said it, when, in which capacity, to which exact document, and the digests.

Holds no personal trace (address, device): those stay in the side row that can be erased. Not claimed to be more than a
simple electronic signature (eIDAS art. 25-1; C. civ. 1366 and 1367).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from lib import law, pdf
from lib.days import day_written
from lib.money import written
from people import letterhead
from quotes.models import Acceptance


def acceptance_pdf(acceptance: Acceptance, *, created: datetime) -> bytes:
    """Return the PDF that shows an acceptance, in the language of the quote."""
    version = acceptance.version
    logo = letterhead.picture(version.logo)
    return pdf.render(
        acceptance_html(acceptance),
        language=version.language,
        created=created,
        title=_title(acceptance),
        pictures=[logo] if logo else [],
    )


def acceptance_html(acceptance: Acceptance) -> str:
    with override(acceptance.version.language):
        return render_to_string("documents/acceptance.html", _page(acceptance))


def _title(acceptance: Acceptance) -> str:
    version = acceptance.version
    with override(version.language):
        return _("Agreement on quote %(number)s – %(name)s") % {
            "number": version.number,
            "name": (version.seller or {}).get("name", ""),
        }


def _page(acceptance: Acceptance) -> dict[str, Any]:
    version = acceptance.version
    seller = version.seller or {}
    return {
        **letterhead.frame(
            seller=letterhead.party(seller),
            buyer=letterhead.party(version.buyer or {}),
            language=version.language,
            accent=seller.get("accent_colour", ""),
            logo=letterhead.picture(version.logo),
            title=_title(acceptance),
            stamp=letterhead.stamp(preview=False, demonstration=bool(seller.get("is_demonstration"))),
        ),
        "number": version.number,
        "object": version.title,
        "said": [text for text in (acceptance.consent, acceptance.power) if text],
        "rows": list(_rows(acceptance)),
        "worth": law.fact("acceptance.simple_signature", acceptance.on).text(version.language)
        if acceptance.how == Acceptance.How.ONLINE
        else "",
    }


def _rows(acceptance: Acceptance) -> Iterable[tuple[str, str]]:
    version = acceptance.version
    yield _("Name"), acceptance.name
    yield _("Capacity"), acceptance.capacity
    yield _("When"), moment_written(acceptance.at, acceptance.quote.business.time_zone)
    yield _("How"), str(acceptance.get_how_display())
    yield _("Version"), str(version.version)
    yield _("Total"), written(version.total, version.language)
    yield _("SHA-256 of the PDF agreed to"), grouped(acceptance.document_sha256)
    yield _("Seal of the version"), grouped(acceptance.version_seal)
    if acceptance.traces_digest:
        yield _("Salted digest of the traces"), grouped(acceptance.traces_digest)


def moment_written(at: datetime, time_zone: str) -> str:
    """Return the moment of a yes, where the business is and in UTC."""
    local = at.astimezone(ZoneInfo(time_zone))
    words = {
        "day": day_written(local.date()),
        "time": f"{local:%H:%M:%S}",
        "utc": f"{at.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}",
    }
    return _("%(day)s, %(time)s (%(utc)s UTC)") % words


def grouped(digest: str) -> str:
    """Return a digest in groups of eight, which people can compare and lines can break."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))
