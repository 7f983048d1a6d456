"""The imperative shell: use-cases over the store, for every dialect alike."""
