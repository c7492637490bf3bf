"""Loss curves: value, gradient and more of any losses of one family, and a probe that reads them."""
