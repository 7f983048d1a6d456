"""The HTTP kernel: operation tables, trie dispatch, decoding, native errors, OpenAPI."""
