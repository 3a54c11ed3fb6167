"""A farm's own invoice, as its software would make it: what the tests of reading and set-off bring."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pikepdf

from billing import facturx
from billing.facts import STANDARD, TO_PAY, InvoiceFacts, Part
from people.letterhead import Party
from tests import make
from tests.kit import samples

FARM = Party(
    name="Ferme des Trois Chênes",
    address="Lieu-dit Les Chênes",
    postal_code="67120",
    city="Molsheim",
    siren="552008443",
    email="camille@example.org",
    vat_number="FR27552008443",
)
FREELANCER = Party(name="Lise Potager EI", siren=make.SIREN, address="4 rue des Haies", city="Strasbourg")
VEGETABLES = Decimal("5.5")


def says(number: str = "FC-2027-014", *, net: str = "200", rate: Decimal = Decimal(0), **fields: Any) -> InvoiceFacts:
    """What the farm's invoice says: vegetables for 200 € before VAT, without VAT unless a rate is given."""
    line = samples.line(1, "Paniers de légumes", "1", net, vat_rate=rate)
    made = samples.invoice(
        STANDARD,
        (line,),
        franchise=not rate,
        number=number,
        **{"seller": FARM, "buyer": FREELANCER, "issued_on": date(2027, 1, 29), "due_on": date(2027, 2, 28)} | fields,
    )
    return replace(made, parts=(Part("money", "Solde", made.total, TO_PAY),))


def xml(number: str = "FC-2027-014", **fields: Any) -> bytes:
    return facturx.xml(says(number, **fields))


def attached(made: pikepdf.Pdf, name: str, content: bytes) -> pikepdf.AttachedFileSpec:
    said = {"description": "", "mime_type": "text/xml", "creation_date": "", "mod_date": ""}
    return pikepdf.AttachedFileSpec(made, content, filename=name, **said)


def pdf(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]] = (), **encryption: Any) -> bytes:
    """A one-page PDF with these files attached; several may have one name."""
    made, target = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    pairs = files.items() if isinstance(files, Mapping) else files
    for place, (name, content) in enumerate(pairs):
        made.attachments[f"{place:04} {name}"] = attached(made, name, content)
    made.save(target, **encryption)
    return target.getvalue()


def facturx_pdf(number: str = "FC-2027-014", **fields: Any) -> bytes:
    return pdf({"factur-x.xml": xml(number, **fields)})
