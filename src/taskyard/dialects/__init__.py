"""The wire APIs, one package each. No dialect knows another."""
