"""Expressions that the engines evaluate themselves, bounded in time and size."""
