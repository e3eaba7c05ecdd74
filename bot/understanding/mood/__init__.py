"""How upset somebody is, and in what manner she writes (R14)."""
