"""Readers of definition languages: bytes in, our own structs or problems out. Pure, and independent of the wire."""
