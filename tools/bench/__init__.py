"""The tracked benchmarks: ratios within one run, a table with the goal beside the figure."""
