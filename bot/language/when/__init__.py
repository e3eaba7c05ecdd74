"""What residents say of time: found in a text, and read as real times."""
