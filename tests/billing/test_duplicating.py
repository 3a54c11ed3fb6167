"""A duplicate of an invoice: the same page with a word in its corner, no XML, and the original left as it is."""

import io

import pikepdf
import pytest
from django.urls import reverse

from billing import duplicating, issuing
from people.models import Role
from quotes.models import Acceptance
from records import keeping
from records.models import Document
from records.subjects import ref
from tests import make
from tests.billing.conftest import deposit_of

pytestmark = pytest.mark.django_db


def test_a_duplicate_is_kept_apart_from_the_original_which_stays(acceptance: Acceptance) -> None:
    invoice = deposit_of(acceptance)
    original = issuing.made_pdf(invoice)

    duplicate = duplicating.duplicate_of(invoice)

    assert (duplicate.what, duplicate.name) == ("invoice_duplicate", f"{invoice.number}-duplicata.pdf")
    assert duplicate.sha256 != original.sha256
    assert duplicating.duplicate_of(invoice) == duplicate
    assert issuing.pdf_of(invoice) == original
    assert Document.objects.filter(subject=ref(invoice)).count() == 2


def test_a_duplicate_carries_no_data_that_a_program_could_book_twice(acceptance: Acceptance) -> None:
    invoice = deposit_of(acceptance)
    issuing.made_pdf(invoice)

    with pikepdf.open(io.BytesIO(keeping.read(duplicating.duplicate_of(invoice)))) as file:
        assert len(file.attachments) == 0
        assert "factur-x" not in str(file.open_metadata())


def test_there_is_no_duplicate_before_there_is_an_original(acceptance: Acceptance) -> None:
    invoice = deposit_of(acceptance)

    with pytest.raises(issuing.IssuingError):
        duplicating.duplicate_of(invoice)


def test_a_member_asks_for_one_and_an_accountant_does_not(acceptance: Acceptance, client) -> None:
    invoice = deposit_of(acceptance)
    address = reverse("invoice_duplicate", args=[invoice.business.slug, invoice.pk])
    client.force_login(make.member(invoice.business))

    assert client.post(address).url == invoice.get_absolute_url()  # nothing to repeat yet
    issuing.made_pdf(invoice)
    answer = client.post(address)

    assert answer.headers["Content-Type"] == "application/pdf"
    assert "duplicata" in answer.headers["Content-Disposition"]
    assert client.get(address).status_code == 405
    client.force_login(make.member(invoice.business, Role.ACCOUNTANT))
    assert client.post(address).status_code == 403
