"""environment.conf: where an environment looks for modules."""

import pytest

from taskyard.notations.puppet.environment import EnvironmentConf, module_path, read_environment_conf

VARIABLES = {"codedir": "/code", "environment": "production"}


def directories(text, base="/base/a:/base/b"):
    conf = EnvironmentConf() if text is None else read_environment_conf(f"modulepath = {text}\n")
    return module_path(conf, environment_dir="/env", base=base, variables=VARIABLES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ("/env/modules", "/base/a", "/base/b")),
        ("site-modules:modules:$basemodulepath", ("/env/site-modules", "/env/modules", "/base/a", "/base/b")),
        ("site:${basemodulepath}", ("/env/site", "/base/a", "/base/b")),
        ("$codedir/shared:/opt/modules/", ("/code/shared", "/opt/modules")),
        ("modules/$environment", ("/env/modules/production",)),
        ("modules:modules::./modules", ("/env/modules",)),
        ("", ()),
        (".", ("/env",)),
    ],
)
def test_entries_are_found_in_order_each_once(text, expected):
    assert directories(text) == (expected, ())


def test_an_entry_with_an_unknown_variable_is_left_out_and_reported():
    found, warnings = directories("$vardir/modules:modules")
    assert found == ("/env/modules",)
    assert warnings == ("modulepath: $vardir/modules names a setting that is not known here",)


def test_comments_other_settings_and_spaces_do_not_matter():
    conf = read_environment_conf(
        "\ufeff# a comment\n\n  modulepath   =  site:modules   \n"
        "environment_timeout = unlimited\r\nmanifest=site.pp\n"
    )
    assert conf == EnvironmentConf(modulepath="site:modules")


def test_a_main_section_counts_and_others_do_not():
    conf = read_environment_conf("[agent]\nmodulepath = a\n[main]\nmodulepath = b\n")
    assert conf.modulepath == "b"
    assert len(conf.warnings) == 1


def test_the_first_of_two_settings_counts():
    assert read_environment_conf("modulepath = a\nmodulepath = b\n").modulepath == "a"


def test_lines_that_make_no_sense_are_named():
    conf = read_environment_conf("modulepath\ncolour = red\n")
    assert conf.warnings == ("line 1: neither a setting nor a comment", "line 2: unknown setting colour")
