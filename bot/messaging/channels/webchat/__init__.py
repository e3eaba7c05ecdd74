"""The web chat 网页聊天: our own channel, its page and its HTTP interface (docs/channels/webchat.md)."""
