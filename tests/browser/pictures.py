"""Takes the pictures of `docs/segments.md` from a running demonstration: `python -m tests.browser.pictures ADDRESS`."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from crm.segments.questions import ASKED
from tests.browser import chromium

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
EMAIL, PASSWORD = "claire@amnesty-demonstration.test", "bougie-jaune-claire"
WIDTH, HEIGHT, QUALITY = 1280, 800, 42
TALLEST, AROUND = 760, 12
LARGEST = 40_000


def take(page: Page, name: str) -> int:
    """A picture of the conditions and of the number beside them, as WebP; how many bytes."""
    page.wait_for_load_state("networkidle")
    found = page.locator(".builder-sides").bounding_box()
    assert found is not None
    clip = {
        "x": found["x"] - AROUND,
        "y": found["y"] + page.evaluate("scrollY") - AROUND,
        "width": found["width"] + 2 * AROUND,
        "height": min(found["height"] + 2 * AROUND, TALLEST),
        "scale": 1,
    }
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    )
    picture = base64.b64decode(taken["data"])
    assert len(picture) <= LARGEST, (name, len(picture))
    FOLDER.joinpath(f"{name}.webp").write_bytes(picture)
    return len(picture)


def main(address: str) -> None:
    """One picture a question, of the builder that holds it."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.found(), args=chromium.FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="fr-BE")
        page.goto(f"{address}/office/")
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        for one in ASKED:
            page.goto(f"{address}/office/segments/new?from={one.key}")
            print(one.key, take(page, one.key))
        page.goto(f"{address}/office/segments/new")
        page.select_option("select[name$='-source']", "voter")
        page.get_by_label("1 mars").check()
        print("voters", take(page, "ask-voters"))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
