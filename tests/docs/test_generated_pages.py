"""Documents that are written from code say what the code says."""

from tools import coverage_table, metrics_table, settings_table


def test_the_settings_page_matches_the_settings() -> None:
    assert settings_table.FILE.read_text(encoding="utf-8") == settings_table.page(), (
        "run tools/settings_table.py"
    )


def test_the_coverage_pages_match_the_operation_tables() -> None:
    for path, text in coverage_table.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run tools/coverage_table.py"


def test_the_metrics_page_matches_the_instruments() -> None:
    assert metrics_table.FILE.read_text(encoding="utf-8") == metrics_table.page(), "run tools/metrics_table.py"
