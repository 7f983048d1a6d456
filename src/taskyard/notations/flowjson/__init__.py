"""Conductor's JSON notation: task, workflow and schema definitions as text, as documents, and their rules.

`member` turns native JSON into documents and back, the `*_rule` modules
say what is wrong with one.
"""
