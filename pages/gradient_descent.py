"""Gradient descent: a model walks downhill, seen on the data, on the cost surface and over time."""

from lossviz.app.descent import page

page.run()
