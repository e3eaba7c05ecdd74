"""How quick the workspace is with a year of messages, ten people and five hundred open chats."""
