"""Who may do what: the application's door to the permission model."""

from taskyard.engine.access import can, require, require_admin, scope_of

__all__ = ["can", "require", "require_admin", "scope_of"]
