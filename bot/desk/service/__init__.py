"""People who serve chats: who is there, who is asked next, what she needs to know (R29, R31 to R38)."""
