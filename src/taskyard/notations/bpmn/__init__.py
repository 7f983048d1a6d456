"""BPMN 2.0: hardened reading, validation, and our own structs for what a process says."""

from taskyard.notations.bpmn.document import LIMITS, Limits
from taskyard.notations.bpmn.fault import Fault
from taskyard.notations.bpmn.process import Element, Flow, ProcessModel, Reading
from taskyard.notations.bpmn.read import history_days, read_bpmn

__all__ = [
    "LIMITS",
    "Element",
    "Fault",
    "Flow",
    "Limits",
    "ProcessModel",
    "Reading",
    "history_days",
    "read_bpmn",
]
