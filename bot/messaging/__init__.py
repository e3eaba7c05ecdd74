"""Messages in and out: inbox, dispatcher, outbox, channels."""
