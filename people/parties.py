"""The parties of a document, as copied onto it when it is sent or issued: plain data, never a live row."""

from typing import Any

from people.models import Address, Business, Client


def _place(row: Address) -> dict[str, str]:
    return {
        "address": row.address,
        "address_more": row.address_more,
        "postal_code": row.postal_code,
        "city": row.city,
        "country": row.country,
    }


def seller(business: Business) -> dict[str, Any]:
    """Return who sells, with what the law wants on documents (CGI ann. II 242 nonies A, c. com. R123-237)."""
    return _place(business) | {
        "name": business.legal_name,
        "trade_name": business.trade_name,
        "status": business.status,
        "siren": business.siren,
        "siret": business.siret,
        "registration": business.registration,
        "vat_regime": business.vat_regime,
        "vat_exemption": business.vat_exemption,
        "vat_number": business.vat_number,
        "vat_on_debits": business.vat_on_debits,
        "email": business.email,
        "phone": business.phone,
        "website": business.website,
        "iban": business.iban,
        "bic": business.bic,
        "accent_colour": business.accent_colour,
        "is_demonstration": business.is_demonstration,
    }


def buyer(client: Client) -> dict[str, Any]:
    """Return who buys; `email` is that of the first contact who receives invoices."""
    contact = client.contacts.filter(receives_invoices=True, archived_at=None).first()
    return _place(client) | {
        "name": client.name,
        "kind": client.kind,
        "siren": client.siren,
        "siret": client.siret,
        "vat_number": client.vat_number,
        "rna": client.rna,
        "court_register": client.court_register,
        "service_code": client.service_code,
        "delivery_address": client.delivery_address,
        "delivery_postal_code": client.delivery_postal_code,
        "delivery_city": client.delivery_city,
        "delivery_country": client.delivery_country,
        "email": contact.email if contact else "",
        "contact": contact.name if contact else "",
    }
