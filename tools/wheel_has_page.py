"""A build hook: a wheel or source archive without the built page is refused."""

from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface):
    """Stops the build when `src/taskyard/web/dist/index.html` is absent; an editable install needs no page yet."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Check the page before anything is packed."""
        if version == "editable":
            return
        page = Path(self.root, "src", "taskyard", "web", "dist", "index.html")
        if not page.is_file():
            raise RuntimeError("The web page is not built. Run tools/build_page first.")
