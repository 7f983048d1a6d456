"""Pure data and pure rules: rows, queries, principals, problems. Imports only the standard library and msgspec."""
