"""The only user of premailer: styles move from the head onto the elements, once per mail and language."""

from __future__ import annotations

import logging
from functools import lru_cache

from premailer import Premailer


@lru_cache(maxsize=32)  # a preview and its sending, or two letters of a kind, are the same HTML
def inlined(html: str) -> str:
    """`html` with the rules of its `<style>` on the elements they are about.

    A `<style data-premailer="ignore">` stays as it is: media queries and dark mode. Nothing is fetched.
    """
    worker = Premailer(
        html,
        allow_network=False,
        disable_validation=True,  # validation would drop what Outlook understands and CSS does not
        disable_basic_attributes=["width", "height"],  # CSS lengths make wrong attributes; ours are written by hand
        align_floating_images=False,
        cssutils_logging_level=logging.CRITICAL,
    )
    made: str = worker.transform(pretty_print=False)
    return made
