"""Telegram as a channel (docs/channels/telegram.md): receiving, reading, hearing, sending."""
