"""The doing of the tasks that are the server's own, one module per type. Importing it registers them."""

from taskyard.app.system_tasks import http

__all__ = ["http"]
