"""Custom actions (thin): read the tracker, call the desk, return response keys and slots."""
