"""Gradient descent: training, played step by step."""
