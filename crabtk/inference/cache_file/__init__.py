"""The SQLite file behind the response cache: its layout, its rows, and what keeps it small and sound."""
