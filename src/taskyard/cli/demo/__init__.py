"""The demo: a small furniture shop that uses all the APIs, filled in through those APIs themselves."""
