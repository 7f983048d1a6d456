"""Files of labelling tasks: JSON, JSON lines, comma and tab separated tables, plain text."""
