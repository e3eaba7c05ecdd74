"""Telegram: 50 residents who write at once, one of them in a chat that Telegram holds back (429)."""
