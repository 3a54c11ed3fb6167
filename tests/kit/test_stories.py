"""Every document of every story is valid, and the same to the cent on screen, on paper, in its XML, in the database and
in the accountant's archive; another program reads back who, when, how much; its transfer code asks for what is left."""

import io
import uuid
import zipfile
from pathlib import Path

import pytest

from billing import facts
from desk import exporting
from desk.periods import Period
from records import keeping
from records.models import Errand
from tests import kit, make
from tests.conftest import logged_in
from tests.kit import agreement
from tests.kit.deals import Parties, pdf_of
from tests.kit.stories import STORIES

pytestmark = [pytest.mark.kit, pytest.mark.django_db]
MOST_BYTES = 45_000


@pytest.mark.parametrize("name", STORIES)
def test_its_documents_are_valid_and_agree_to_the_cent(name: str, tmp_path: Path) -> None:
    deal = STORIES[name]()
    deal.work()
    rows, owner = rows_of_archive(deal), logged_in(deal.by)
    for document in deal.documents:
        one = agreement.issued(document)
        path = tmp_path / f"{document.number}.pdf"
        path.write_bytes(pdf_of(document))
        assert facts.problems(one.said) == []
        assert kit.validate([path]) == []
        assert path.stat().st_size <= MOST_BYTES
        agreement.with_facts(one)
        agreement.with_reader(one, path)
        agreement.with_paper(one, path)
        agreement.with_screen(one, owner)
        agreement.with_archive(one, rows[str(document.number)])
        agreement.with_code(one, path)


def rows_of_archive(deal: Parties) -> dict[str, list[dict[str, str]]]:
    """Return the rows of the tables of invoices in the archive an accountant takes away, by number."""
    export = exporting.ask(
        business=deal.business,
        by=deal.by,
        at=deal.at,
        period=Period(make.TODAY, deal.today),
        basis="ISSUE",
        language="fr",
        request_id=uuid.uuid4(),
    )
    exporting.build(Errand.objects.get(what="build_export", subject=f"export:{export.pk}"))
    export.refresh_from_db()
    assert export.document is not None
    return agreement.archive_rows(zipfile.ZipFile(io.BytesIO(keeping.read(export.document))))
