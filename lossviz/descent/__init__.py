"""Gradient descent: runs and sweeps of runs, races, the optimum they make for, and runs as scripts."""

from lossviz.descent.runs import DIVERGED, Problem, Trajectory, descend, mini_batches, sweep, train

__all__ = ["DIVERGED", "Problem", "Trajectory", "descend", "mini_batches", "sweep", "train"]
