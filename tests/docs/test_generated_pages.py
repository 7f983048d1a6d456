"""Documents that are written from code say what the code says."""

from pathlib import Path

import pytest
from tools.generated_pages import ROOT, pages

PAGES = pages()


@pytest.mark.parametrize("path", list(PAGES), ids=lambda path: path.name)
def test_a_generated_page_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path], f"{path.relative_to(ROOT)}: run make docs"
