"""Outliers: points that are dragged, and what each loss makes of them."""
