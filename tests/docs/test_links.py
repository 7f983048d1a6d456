"""What the documents point at is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "src").rglob("*.md")),
]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    """The places in a document that a link can name: explicit anchors and headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    for target in LINK.findall(
        re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    ):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _, fragment = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        assert file.exists(), f"{document.name} links to {target}"
        if fragment and file.suffix == ".md":
            assert fragment in anchors(file.read_text(encoding="utf-8")), f"{document.name} links to {target}"


def test_every_decision_is_in_the_index_once() -> None:
    adr = ROOT / "docs" / "adr"
    index = (adr / "README.md").read_text(encoding="utf-8")
    numbers = []
    for file in sorted(adr.glob("[0-9]*.md")):
        assert index.count(f"({file.name})") == 1, f"{file.name} is not in docs/adr/README.md"
        numbers.append(file.name[:4])
    assert len(numbers) == len(set(numbers)), "two decisions have one number"
