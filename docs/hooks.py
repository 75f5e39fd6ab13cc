"""Hooks of the documentation's build: the list of the decisions."""

from pathlib import Path
from typing import Any

DECISIONS = Path(__file__).parent / "decisions"


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Add a link to every decision to their index."""
    if page.file.src_uri != "decisions/index.md":
        return markdown
    pages = sorted(DECISIONS.glob("[0-9]*.md"))
    titles = {path.name: path.read_text(encoding="utf-8").partition("\n")[0] for path in pages}
    links = [f"- [{title.removeprefix('# ')}]({name})" for name, title in titles.items()]
    return "\n".join([markdown, *links, ""])
