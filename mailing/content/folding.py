"""Words and addresses made comparable: two spellings of one thing fold to one text."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "·": "", "‧": ""})
_GAP = re.compile(r"[\W_]+")
_TRACKING = re.compile(
    r"(?:utm_|mc_|pk_|mtm_|matomo_|at_)\w*|fbclid|gclid|dclid|msclkid|yclid|igshid|mkt_tok|wt_mc|xtor|var_mode|ref_src",
    re.IGNORECASE,
)
_PORTS = {"http": ":80", "https": ":443"}


def fold(text: str) -> str:
    """Lower case without accents; every run of apostrophes, dashes, slashes and spaces is one space.

    Middle dots of inclusive writing vanish: « aîné·e·s » and « ainées » are one word.
    """
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS))
    return _GAP.sub(" ", "".join(c for c in bare if not unicodedata.combining(c))).strip()


def canonical(url: str) -> str:
    """One spelling for all addresses that lead to the same page.

    The host is in lower case without `www.`, tracking parameters, the fragment, the standard port and a last slash
    are gone, and http counts as https. Meant for comparing, not for going there.
    """
    parts = urlsplit(url.strip())
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(_PORTS.get(parts.scheme.lower(), "/"))
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(name)
    ]
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=-._~").rstrip("/")
    return urlunsplit(("https", host.removeprefix("www."), path, urlencode(sorted(kept)), ""))[:1000]


def typographic(text: str) -> str:
    """French text with the curly apostrophe that SPIP's feeds straighten."""
    return re.sub(r"(?<=\w)'(?=[\w«])", "’", text)
