"""Devices that reach the person on duty away from the desk page: a webhook, a gateway for text messages."""
