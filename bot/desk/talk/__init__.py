"""Conversations 会话: what was said, by turns, who serves, what waits to be sent."""
