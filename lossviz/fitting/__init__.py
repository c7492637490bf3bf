"""Fits: the line or constant with the lowest cost, under any loss of the residual."""

from lossviz.fitting.estimator import Fit, fit, fit_line, fit_location

__all__ = ["Fit", "fit", "fit_line", "fit_location"]
