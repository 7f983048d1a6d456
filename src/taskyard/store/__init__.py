"""The one store over SQLite and PostgreSQL. SQL lives here and nowhere else."""
