"""Channels 渠道: one folder each, behind the protocol in `base.py`."""
