"""Add and change clients and their contacts. Documents keep the copy they were made with."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from people.models import Activity, Client, Contact, User


class CannotKeepClient(Exception):
    """Why a client or contact cannot be kept as asked; the message is fit for a person."""


def add_client(
    *,
    by: User,
    at: datetime,
    activity: Activity,
    request_id: uuid.UUID,
    facts: Mapping[str, Any],
    contact: Mapping[str, Any] | None = None,
) -> Client:
    """Return a new client of an activity, with a first contact if given; the same request twice makes one client."""
    with transaction.atomic(durable=True):
        already = Client.objects.filter(request_id=request_id, activity=activity).first()
        if already is not None:
            return already
        client = Client.objects.create(**facts, activity=activity, request_id=request_id, created_at=at)
        if contact:
            Contact.objects.create(client=client, **contact)
        return client


def change_client(client: Client, *, by: User, at: datetime, facts: Mapping[str, Any]) -> Client:
    with transaction.atomic(durable=True):
        row = Client.objects.select_for_update().get(pk=client.pk)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        return row


def put_away(client: Client, *, by: User, at: datetime) -> None:
    """Take a client off the lists; its quotes and invoices stay."""
    with transaction.atomic(durable=True):
        Client.objects.filter(pk=client.pk, archived_at=None).update(archived_at=at)


def take_out(client: Client, *, by: User, at: datetime) -> None:
    """Put a client back on the lists."""
    with transaction.atomic(durable=True):
        Client.objects.filter(pk=client.pk).update(archived_at=None)


def keep_contact(
    client: Client, *, by: User, at: datetime, facts: Mapping[str, Any], contact: Contact | None = None
) -> Contact:
    """Add a contact, or change one. An address is listed once per client: adding it again changes the one there."""
    email = str(facts["email"])
    try:
        with transaction.atomic(durable=True):
            row = contact or client.contacts.filter(email__iexact=email).first() or Contact(client=client)
            for name, value in facts.items():
                setattr(row, name, value)
            row.archived_at = None
            row.save()
            return row
    except IntegrityError as error:
        raise CannotKeepClient(_("%(email)s is already a contact of this client.") % {"email": email}) from error


def remove_contact(contact: Contact, *, by: User, at: datetime) -> None:
    """Stop writing to a contact; links and mails already sent keep pointing at the row."""
    with transaction.atomic(durable=True):
        Contact.objects.filter(pk=contact.pk, archived_at=None).update(archived_at=at)
