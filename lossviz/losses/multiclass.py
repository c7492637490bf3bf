"""Losses of a distribution over many classes, on the last axis."""
