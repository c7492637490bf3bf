"""How estimates answer to bad data: which points are outlying, what one of them does, and what robustness costs."""
