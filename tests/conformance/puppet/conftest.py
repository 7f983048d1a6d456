"""The same server and environments as the dialect's own tests."""

from tests.dialects.puppet.conftest import code_tree, puppet_server, service, site

__all__ = ["code_tree", "puppet_server", "service", "site"]
