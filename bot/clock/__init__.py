"""What happens by time: promises, retries, reminders."""
