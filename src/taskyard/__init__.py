"""Taskyard: one task server that speaks the APIs of six task systems."""

__version__ = "0.1.0"
