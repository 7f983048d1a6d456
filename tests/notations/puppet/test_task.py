"""The tasks of a module and the files of each, from listings alone."""

import json

import pytest

from taskyard.notations.puppet.metadata import TaskFault, read_metadata
from taskyard.notations.puppet.task import TaskSources, files_of, group_sources


class Listings:
    """Modules as a set of file paths `module/mount/path`."""

    def __init__(self, *paths):
        self.paths = set(paths)

    def directory(self, module):
        known = any(path.startswith(module + "/") for path in self.paths)
        return f"/modules/{module}" if known and module else None

    def entry(self, module, mount, path):
        place = "/".join(part for part in (module, mount, path) if part)
        if place in self.paths:
            return "file"
        return "directory" if any(known.startswith(place + "/") for known in self.paths) else None

    def below(self, module, mount, path):
        start = "/".join(part for part in (module, mount, path) if part) + "/"
        return [known.split("/", 2)[2] for known in self.paths if known.startswith(start)]


def files(metadata, executables=("t.sh",), modules=None, sources=None):
    found = files_of(
        "m::t",
        "m",
        sources or TaskSources("t.json", tuple(name for name in executables if name.startswith("t."))),
        read_metadata(json.dumps(metadata).encode()),
        executables,
        modules or Listings("m/tasks/t.sh"),
    )
    return [file.filename for file in found]


def fault(*args, **kwargs):
    with pytest.raises(TaskFault) as caught:
        files(*args, **kwargs)
    return caught.value


def test_files_are_grouped_by_name_without_the_last_extension():
    names = [
        "init.rb",
        "init.json",
        "linux.sh",
        "only.json",
        "notes.md",
        "Upper.sh",
        "a.tar.gz",
        "two.py",
        "two.sh",
    ]
    assert group_sources(names) == {
        "init": TaskSources("init.json", ("init.rb",)),
        "linux": TaskSources(None, ("linux.sh",)),
        "only": TaskSources("only.json", ()),
        "two": TaskSources(None, ("two.py", "two.sh")),
    }


def test_the_one_executable_comes_first_then_the_extra_files():
    modules = Listings("m/tasks/t.sh", "other/files/helper.rb", "m/files/a")
    assert files({"files": ["other/files/helper.rb", "m/files/a"]}, modules=modules) == [
        "t.sh",
        "other/files/helper.rb",
        "m/files/a",
    ]


def test_implementations_come_in_the_order_of_the_metadata():
    metadata = {
        "implementations": [{"name": "z.rb"}, {"name": "a.ps1", "files": ["m/files/c"]}, {"name": "l.sh"}]
    }
    modules = Listings("m/tasks/z.rb", "m/files/c")
    assert files(metadata, ("a.ps1", "l.sh", "z.rb"), modules) == ["z.rb", "a.ps1", "l.sh", "m/files/c"]


def test_a_directory_stands_for_every_file_below_it_in_order_of_its_segments():
    modules = Listings("m/files/5", "m/files/B", "m/files/a/2", "m/files/a/b/1", "m/files/a-b", "m/lib/x.rb")
    assert files({"files": ["m/files/", "m/lib/"]}, modules=modules)[1:] == [
        "m/files/5",
        "m/files/B",
        "m/files/a/2",
        "m/files/a/b/1",
        "m/files/a-b",
        "m/lib/x.rb",
    ]


def test_a_file_named_twice_is_listed_once():
    modules = Listings("m/tasks/t.sh", "m/files/d/x")
    assert files({"files": ["m/files/d/x", "m/files/d/", "m/files/d/x"]}, modules=modules) == [
        "t.sh",
        "m/files/d/x",
    ]


def test_no_implementations_at_all_is_a_valid_task_without_files():
    assert files({"implementations": []}, ()) == []


def test_missing_sources_are_named():
    assert fault({}, ()).kind == "puppet.tasks/no-implementation"
    assert fault({}, ()).message == (
        "No source besides task metadata was found in directory /modules/m/tasks for task m::t"
    )
    missing = fault({"implementations": [{"name": "t.sh"}, {"name": "gone.sh"}]})
    assert (missing.kind, missing.details) == (
        "puppet.tasks/missing-implementation",
        {"missing": ["gone.sh"]},
    )


def test_two_executables_need_implementations():
    several = fault({}, ("t.py", "t.sh"))
    assert several.kind == "puppet.tasks/multiple-implementations"
    assert several.message == (
        "Multiple executables were found in directory /modules/m/tasks/t.py for task m::t; "
        "define 'implementations' in metadata to differentiate between them"
    )


@pytest.mark.parametrize(
    ("reference", "kind", "text"),
    [
        ("nomod/files/x", "invalid-metadata", "Could not find module nomod containing task file x"),
        ("m/manifests/x", "invalid-metadata", "files, lib, scripts, tasks"),
        ("m", "invalid-metadata", "files, lib, scripts, tasks"),
        ("", "invalid-metadata", "Could not find module"),
        ("/etc/passwd", "invalid-metadata", "Could not find module"),
        ("m/files/../../secret", "invalid-metadata", "relative"),
        ("m/files/./x", "invalid-metadata", "relative"),
        ("m/files/x\0y", "invalid-metadata", "relative"),
        ("m/files/gone", "invalid-file", "Could not find /modules/m/files/gone on disk"),
        ("m/files/x/", "invalid-file", "Could not find /modules/m/files/x/ on disk"),
        ("m/files/d", "invalid-metadata", "must include a trailing slash: m/files/d"),
        ("m/files", "invalid-metadata", "must include a trailing slash: m/files"),
    ],
)
def test_bad_references_make_the_task_invalid(reference, kind, text):
    found = fault({"files": [reference]}, modules=Listings("m/files/x", "m/files/d/y"))
    assert found.kind == f"puppet.tasks/{kind}"
    assert text in found.message
