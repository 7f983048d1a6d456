"""Names: what is legal, which files make a task, and how full names are put together."""

import pytest

from taskyard.notations.puppet import names


@pytest.mark.parametrize("text", ["production", "no_dash", "A1", "_", "0"])
def test_words_are_environment_names(text):
    assert names.is_environment_name(text)


@pytest.mark.parametrize("text", ["", "no-dash", "a/b", "..", "a b", "a\n", "ünder", "a;b", "%"])
def test_everything_else_is_not(text):
    assert not names.is_environment_name(text)


@pytest.mark.parametrize(
    ("text", "legal"),
    [
        ("package", True),
        ("a_1", True),
        ("Service", False),
        ("1a", False),
        ("_a", False),
        ("", False),
        ("a\n", False),
    ],
)
def test_segments_start_with_a_lowercase_letter(text, legal):
    assert names.is_segment(text) is legal


@pytest.mark.parametrize(
    ("file_name", "belongs"),
    [
        ("install.rb", True),
        ("install", True),
        ("init.json", True),
        ("foo.tar.gz", False),
        ("readme.md", False),
        ("app.conf", False),
        ("Init.rb", False),
        (".hidden", False),
        ("install.rb~", True),
    ],
)
def test_only_legal_names_without_their_last_extension_make_tasks(file_name, belongs):
    assert names.is_task_file_name(file_name) is belongs


@pytest.mark.parametrize(
    ("module", "task", "name"), [("package", "linux", "package::linux"), ("exec", "init", "exec")]
)
def test_the_init_task_has_its_modules_bare_name(module, task, name):
    assert names.qualified(module, task) == name
    assert names.unqualified(name) == (module, task)
