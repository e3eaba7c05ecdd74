"""Guanjia's Rasa server beside a stock one: same sentences, same actions, same store."""
