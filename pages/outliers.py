"""Outliers: points that can be dragged, and the line each loss fits to them."""

from lossviz.app.outliers import page

page.run()
