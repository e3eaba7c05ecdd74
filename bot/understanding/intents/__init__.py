"""What is wanted: intent, category and matters, by several voices."""
