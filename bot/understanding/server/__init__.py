"""The Rasa server itself: launcher, importer, input channel, turns, trackers, what it gives back."""
