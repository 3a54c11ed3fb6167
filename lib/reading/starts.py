"""What a file is, by how it starts. A PDF may have up to 1,024 bytes before its header, as its readers accept (a mail's
blank line, a server's noise); an XML may follow the mark of its encoding and blank lines."""

PDF_HEADER = b"%PDF-"
HEADER_WITHIN = 1024
UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_STARTS = (b"\xff\xfe<\0", b"\xfe\xff\0<")


def pdf_in(content: bytes) -> bytes:
    """Return a file's PDF, from its header on; nothing when it is none, or an XML that only speaks of one."""
    place = content.find(PDF_HEADER, 0, HEADER_WITHIN + len(PDF_HEADER))
    return content[place:] if place == 0 or (place > 0 and not xml_in(content)) else b""


def xml_in(content: bytes) -> bytes:
    """Return a file's XML, from its first character on; nothing when it is none."""
    if content.startswith(UTF_16_STARTS):
        return content
    bare = content.removeprefix(UTF_8_MARK).lstrip()
    return bare if bare.startswith(b"<") else b""
