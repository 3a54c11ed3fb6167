"""Documents look as they did when somebody last looked at them. After a wanted change: `UPDATE_PICTURES=1 pytest …`,
look at each picture at 100 %, and commit those that changed."""

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from tests import kit
from tests.pictures.samples import DOCUMENTS

KEPT = Path(__file__).parent / "kept"
DPI = "60"
DIFFERENT = 1.5  # of 255, on average, once slightly blurred: fonts' edges differ between versions of poppler


def pictures_of(name: str, folder: Path) -> list[Path]:
    (folder / f"{name}.pdf").write_bytes(DOCUMENTS[name]())
    command = ["pdftoppm", "-r", DPI, "-gray", "-png", str(folder / f"{name}.pdf"), str(folder / name)]
    subprocess.run(command, check=True, timeout=60)
    return sorted(folder.glob(f"{name}-*.png"))


def difference(one: Path, other: Path) -> float:
    left, right = (Image.open(path).convert("L").filter(ImageFilter.GaussianBlur(1)) for path in (one, other))
    if left.size != right.size:
        return 255.0
    return float(ImageStat.Stat(ImageChops.difference(left, right)).mean[0])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_looks_as_it_was_last_seen(name, tmp_path):
    made = pictures_of(name, tmp_path)
    if os.environ.get("UPDATE_PICTURES"):
        KEPT.mkdir(exist_ok=True)
        for path in made:
            Image.open(path).quantize(8).save(KEPT / path.name, optimize=True)
    kept = sorted(KEPT.glob(f"{name}-[0-9]*.png"))
    assert [path.name for path in made] == [path.name for path in kept]
    assert {
        path.name: difference(path, KEPT / path.name) for path in made if difference(path, KEPT / path.name) > DIFFERENT
    } == {}


@pytest.mark.kit
def test_a_quote_and_a_receipts_book_are_pdf_a_3a_and_pdf_ua_1(tmp_path):
    paths = [tmp_path / f"{name}.pdf" for name in ("quote", "receipts-book")]
    for path in paths:
        path.write_bytes(DOCUMENTS[path.stem]())
    assert kit.validate(paths, invoices=False) == []
