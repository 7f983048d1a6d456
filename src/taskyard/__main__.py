"""`python -m taskyard`."""

from taskyard.cli.main import main

main()
