"""Pure decisions: one decider per command, no I/O, no clock, no randomness."""
