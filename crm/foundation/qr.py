"""Codes to be scanned: a text as a square of black and white, drawn as SVG."""

from __future__ import annotations

import io

import segno


def data_address(text: str) -> str:
    """A `data:` address of the picture, black on white whatever the page's colours."""
    return segno.make(text, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff", svgclass=None)


def drawing(text: str) -> str:
    """The picture alone, for a printed page; without a border."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=0, dark="#000", xmldecl=False)
    return drawn.getvalue().decode()
