"""Guanjia 管家: the desk of a residential estate. `docs/architecture.md` says which room does what."""
