"""axe-core on an open page: what it finds against WCAG 2.2 AA and its own good practice."""

from __future__ import annotations

from importlib.resources import files

from playwright.sync_api import Page

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
_LOOK = """async ([colours, habits]) => (await axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", ...(habits ? ["best-practice"] : [])],
    resultTypes: ["violations"],
    rules: { "color-contrast": { enabled: colours } }
})).violations.map((found) => found.id + ": " + found.nodes.map((node) => node.html.slice(0, 200)).join(" | "))"""


def violations(page: Page, *, colours: bool = True, habits: bool = True) -> list[str]:
    """Each rule that is broken, with where. Colours may be left out where they were looked at before, and good habits
    of pages (a main part, say) of a mail.
    """
    page.evaluate(_AXE)
    found: list[str] = page.evaluate(_LOOK, [colours, habits])
    return found
