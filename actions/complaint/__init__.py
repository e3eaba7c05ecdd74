"""Complaints 投诉 (R8): listened to, read back, asked what is missing, opened with a person in charge."""
