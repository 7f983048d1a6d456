"""The engine of workflows that are written as a tree of tasks: Conductor's decider, edge by edge.

`plan` knows the definition, `run` drives one execution within one command, `behaviors` has a module per type of task.
"""
