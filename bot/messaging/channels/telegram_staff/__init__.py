"""The agents' group at Telegram, a mirror of the workspace (docs/channels/telegram-staff.md)."""
