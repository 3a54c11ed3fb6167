"""Who opens a link: a person, or a mail filter, a preview or a robot? An informed guess, shown as such. Pure."""

import re
from collections.abc import Mapping

SELF_NAMED = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|scan|fetch|monitor|checker|validator|headless|phantom|curl|wget|httpie|"
    r"python|java/|okhttp|axios|node-fetch|undici|go-http|libwww|ruby|perl|php|postman|facebookexternalhit|whatsapp|"
    r"mastodon|barracuda|proofpoint|mimecast|fortinet|fortigate|sophos|"
    r"symantec|trendmicro|kaspersky|bitdefender|avast|forcepoint|cloudmark|messagelabs|safelinks|vade|"
    r"googleimageproxy|yahoomailproxy|ms-office|microsoft office|bingpreview",
    re.IGNORECASE,
)
AHEAD_OF_A_PERSON = ("purpose", "sec-purpose", "x-purpose", "x-moz")
SAID_BY_BROWSERS = ("user-agent", "accept-language")  # every browser sends both; most filters forget one


def is_probably_automatic(method: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request looks like nobody reads its answer."""
    said = {name.lower(): value for name, value in headers.items()}
    if method.upper() == "HEAD":
        return True
    if any(re.search("prefetch|prerender|preview", said.get(name, ""), re.IGNORECASE) for name in AHEAD_OF_A_PERSON):
        return True
    if any(not said.get(name, "").strip() for name in SAID_BY_BROWSERS):
        return True
    return bool(SELF_NAMED.search(said["user-agent"]))
