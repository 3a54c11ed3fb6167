"""The PDF around a Factur-X invoice, checked with pikepdf after the Factur-X 1.0 specification."""

from pathlib import Path
from typing import Any

import pikepdf
from facturx.facturx import FACTURX_LEVEL2xmp
from lxml import etree

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"


def read(path: Path) -> tuple[list[str], bytes | None, str | None]:
    """Return what is wrong with the container, the embedded XML, and the conformance level its metadata declare."""
    with pikepdf.open(path) as pdf:
        bad = ["encrypted"] if pdf.is_encrypted else []
        spec, found = _embedded(pdf.Root)
        bad += found
        xml = None
        if spec is not None:
            xml = spec.EF.F.read_bytes()
            bad += _attachment(pdf.Root, spec)
        level, said = _metadata(pdf.Root)
    return bad + said, xml, level


def _embedded(root: Any) -> tuple[Any, list[str]]:
    files: dict[str, Any] = {}
    if "/Names" in root and "/EmbeddedFiles" in root.Names:
        files = {str(name): spec for name, spec in pikepdf.NameTree(root.Names.EmbeddedFiles).items()}
    specs = [spec for spec in files.values() if str(spec.get("/UF", spec.get("/F", ""))) == "factur-x.xml"]
    if len(specs) != 1:
        return None, [f"expected one embedded factur-x.xml, found {[str(key) for key in files]}"]
    return specs[0], []


def _attachment(root: Any, spec: Any) -> list[str]:
    bad = []
    if str(spec.get("/AFRelationship", "")) not in ("/Data", "/Alternative", "/Source"):
        bad.append(f"AFRelationship {spec.get('/AFRelationship', '')!s}")
    if str(spec.EF.F.get("/Subtype", "")) != "/text/xml":
        bad.append(f"Subtype {spec.EF.F.get('/Subtype')}")
    if "/ModDate" not in spec.EF.F.get("/Params", {}):
        bad.append("no Params/ModDate")
    if str(spec.get("/F", "")) != "factur-x.xml" or str(spec.get("/UF", "")) != "factur-x.xml":
        bad.append("F and UF must both be factur-x.xml")
    times = [item.objgen for item in root.get("/AF", [])].count(spec.objgen)
    if times != 1:
        bad.append(f"attachment named {times} times in the catalog's /AF")
    return bad


def _metadata(root: Any) -> tuple[str | None, list[str]]:
    if "/Metadata" not in root:
        return None, ["no XMP"]
    rdfs = list(etree.fromstring(root.Metadata.read_bytes()).iter(RDF + "RDF"))
    bad = [] if len(rdfs) == 1 else [f"{len(rdfs)} rdf:RDF elements in XMP, readers use the first only"]
    said: dict[str, str | None] = {}
    for description in rdfs[0].iter(RDF + "Description"):
        attributes = {str(key): str(value) for key, value in description.attrib.items()}
        said |= {key[len(FX) :]: value for key, value in attributes.items() if key.startswith(FX)}
        said |= {child.tag[len(FX) :]: child.text for child in description if str(child.tag).startswith(FX)}
    level = said.get("ConformanceLevel")
    whole = said.get("DocumentType") == "INVOICE" and said.get("DocumentFileName") == "factur-x.xml"
    if not whole or not said.get("Version") or level not in FACTURX_LEVEL2xmp.values():
        bad.append(f"XMP fx properties {said}")
    return level, bad
