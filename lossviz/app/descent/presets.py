"""Races worth seeing, each a named state of the descent page."""

from lossviz.app.kit.address import Preset

APART = ("frame", "tab", "map", "shown")
"""Where somebody looks, not what is computed: no part of a preset but for the frame it begins at."""

PRESETS = (
    Preset("A line", {"frame": 0}, "Press play: each step moves the line against the mean pull of all samples."),
    Preset(
        "Too large a step",
        {"frame": 0, "race": "rates", "rates": ["0.05", "0.3", "0.72", "0.85"], "steps": 45},
        "Below 2/λₘₐₓ a larger step is a faster one, near it the path leaps from wall to wall, beyond it each leap is longer.",
    ),
    Preset(
        "Narrow valley",
        {"frame": 0, "task": "surface", "opt": ["sgd", "momentum", "nesterov"], "lr": 0.02, "bowl.condition": 50.0},
        "Plain steps crawl along the floor; a velocity that remembers adds them up.",
    ),
    Preset(
        "Adam against SGD",
        {"frame": 0, "opt": ["sgd", "adam"], "lr": 0.5, "batch": 8, "log": True},
        "The same mini-batches for both: Adam's first steps have the size of the learning rate, whatever the slope.",
    ),
    Preset(
        "Outliers pull",
        {"frame": 0, "data": "outliers", "race": "losses", "loss": ["squared_error", "absolute_error", "huber"], "lr": 0.5, "steps": 200},
        "The same data and start: squared error follows the outliers, absolute error and Huber the rest.",
    ),
    Preset(
        "Separable classes",
        {"frame": 0, "task": "classes", "lr": 2.0, "steps": 300, "log": True},
        "The boundary is found at once, yet the cost keeps falling: surer is always cheaper.",
    ),
    Preset(
        "Circles",
        {"frame": 0, "task": "classes", "data": "circles", "features": "squares", "opt": ["adam"], "lr": 0.2, "over": ["3", "4"]},
        "A straight boundary in x₁² and x₂² is a circle in x₁ and x₂.",
    ),
    Preset(
        "Rare class",
        {"frame": 0, "task": "classes", "data": "imbalanced_blobs", "sample": 2, "weight": 9.0, "lr": 0.5},
        "One sample in ten is of class 1. Counted once each, five of those eight are found; counted nine times, all are.",
    ),
    Preset(
        "Three classes",
        {"frame": 0, "task": "many", "lr": 1.0, "steps": 60},
        "Each class has a score of its own, linear in x₁ and x₂: where two scores are equal, their regions meet in a straight line.",
    ),
    Preset(
        "Three units",
        {"frame": 0, "task": "network", "lr": 2.0, "units": 3},
        "Each hidden unit draws one straight line; three of them close a ring around the inner class, which two cannot.",
    ),
    Preset(
        "XOR",
        {"frame": 0, "task": "network", "data": "xor", "lr": 2.0, "units": 2},
        "No straight line separates these classes. Two hidden units draw one each, and the score adds what they say.",
    ),
    Preset(
        "Rosenbrock",
        {"frame": 0, "task": "surface", "surface": "rosenbrock", "start": (-1.2, 1.0), "opt": ["sgd", "momentum", "adam"], "lr": 0.001,
         "steps": 500, "log": True},
        "Finding the valley takes a few steps, following it hundreds.",
    ),
    Preset(
        "Saddle",
        {"frame": 0, "task": "surface", "surface": "saddle", "start": (-1.5, 0.01), "opt": ["sgd", "momentum", "adagrad", "adam"],
         "lr": 0.05, "steps": 80},
        "Near the pass the slope is almost zero: plain descent waits there, rules that rescale each coordinate leave at once.",
    ),
)  # fmt: skip
