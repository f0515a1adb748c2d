"""The stores of one machine, in one SQLite file; nothing else in the project imports sqlite3."""
