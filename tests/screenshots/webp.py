"""Keeps a picture of a page as WebP: 15 to 80 KB, and the text stays sharp."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

QUALITY = 72


def keep(page: Page, path: Path) -> None:
    """What the page shows now."""
    Image.open(io.BytesIO(page.screenshot())).save(path, quality=QUALITY, method=6)
