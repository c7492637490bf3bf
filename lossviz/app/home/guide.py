"""The beginner's guide: twelve questions, two-sentence answers, and the state that shows each."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """Where an answer is demonstrated: the key of a page, its settings as they stand in its URL, the text of the link."""

    page: str
    state: Mapping[str, str]
    invitation: str


@dataclass(frozen=True)
class Question:
    """One question of the guide."""

    question: str
    answer: str
    links: tuple[Link, ...]


QUESTIONS = (
    Question(
        "What is a loss function?",
        "A rule that turns one prediction and the truth into a single number: how bad was that? "
        "Zero is perfect, and the rule you choose decides which mistakes hurt.",
        (Link("curves", {}, "See what a house price missed by 20 costs"),),
    ),
    Question(
        "Why does it matter in training?",
        "Training changes a model only in the direction that lowers the loss, so the slope of the loss is all "
        "that the model ever hears about its mistakes. Where the slope is flat, it learns nothing.",
        (
            Link(
                "curves",
                {"family": "binary", "loss": "binary_cross_entropy,brier", "over": "logit", "probe": "-5"},
                "See a loss that stops teaching when it is most wrong",
            ),
        ),
    ),
    Question(
        "What is the difference between loss and cost?",
        "The loss is what one example is charged; the cost is the mean over all of them, perhaps with a penalty "
        "on the model. Training lowers the cost, and every example votes through its own loss.",
        (Link("outliers", {"view": "bars"}, "See every point's loss as a bar, and the cost as their mean"),),
    ),
    Question(
        "Which losses are there for regression?",
        "Squared error when noise is bell-shaped, absolute error when you care about the median, and Huber or a "
        "redescending loss when some of the data cannot be trusted. They differ in how hard a distant point pulls.",
        (
            Link(
                "curves",
                {
                    "loss": "squared_error,huber,cauchy,tukey_biweight",
                    "reach": "10",
                    "probe": "9",
                    "panels": "weight",
                    "huber.delta": "1.345",
                },
                "Compare four ways to treat a point far away",
            ),
        ),
    ),
    Question(
        "Which losses are there for classification?",
        "Cross-entropy when you want probabilities, hinge and its relatives when only the side of the boundary counts. "
        "All of them are smooth or sloped stand-ins for counting errors, which gives no slope to follow.",
        (
            Link(
                "curves",
                {
                    "family": "binary",
                    "loss": "zero_one,hinge,squared_hinge,logistic,exponential",
                    "over": "logit",
                    "reach": "3",
                    "probe": "-1",
                },
                "See how five losses stand in for counting errors",
            ),
        ),
    ),
    Question(
        "What does the loss do in a neural network?",
        "It is the last node of the network: its derivative with respect to the output is the first number that "
        "travels backwards. Every weight's update is that number times local slopes.",
        (
            Link(
                "descent",
                {"task": "network", "data": "xor", "lr": "2", "units": "2", "frame": "60"},
                "Watch two units learn, and take one weight's update apart",
            ),
        ),
    ),
    Question(
        "How does the choice of loss affect the model?",
        "The same data and the same line give different fits: one minimises squared misses and follows outliers, "
        "another minimises absolute misses and follows the majority. Drag one point and watch them part.",
        (Link("outliers", {}, "Drag a point and watch the lines disagree"),),
    ),
    Question(
        "L1 or L2?",
        "L2 squares, so it prefers many small errors to one large one, and its best constant is the mean. "
        "L1 takes sizes as they are, so its best constant is the median and an outlier weighs no more than any point.",
        (Link("outliers", {"view": "constant"}, "See the mean and the median being minimised"),),
    ),
    Question(
        "What is cross-entropy?",
        "The surprise at what happened: minus the logarithm of the probability the model gave to it. "
        "Sure and right costs almost nothing, sure and wrong costs without limit.",
        (
            Link(
                "curves",
                {"family": "binary", "loss": "binary_cross_entropy"},
                "Move the predicted probability and read the surprise",
            ),
            Link(
                "descent",
                {"task": "many", "lr": "1", "steps": "60"},
                "Watch three classes divide the plane by their cross-entropy",
            ),
        ),
    ),
    Question(
        "What helps with imbalanced data?",
        "Class weights make each rare example count more, and focal loss makes each easy example count less. "
        "Both shift the pull of training towards the examples that would otherwise be drowned out.",
        (
            Link(
                "descent",
                {"task": "classes", "data": "imbalanced_blobs", "sample": "2", "lr": "0.5", "weight": "9"},
                "See a rare class found once each of it counts nine times",
            ),
        ),
    ),
    Question(
        "Can I make my own loss, and what is regularization?",
        "Any rule that is low for good predictions and has a usable slope can serve as a loss. Regularization adds a "
        "charge on the model itself, so that a simpler model wins unless the data insist.",
        (
            Link(
                "curves",
                {
                    "formula": "abs(r)**p",
                    "loss": "own,squared_error,absolute_error",
                    "own.p": "1.5",
                    "reach": "3",
                    "probe": "2",
                },
                "Bend a loss of your own by its parameter",
            ),
        ),
    ),
    Question(
        "What are gradient descent and backpropagation?",
        "Gradient descent takes small steps in the direction in which the cost falls fastest; backpropagation is the "
        "chain rule, organised so that the slope for every weight is found in one pass. Together they are training.",
        (
            Link(
                "descent",
                {"task": "network", "lr": "2", "units": "3"},
                "Watch a small network train, and see one step's chain rule in numbers",
            ),
        ),
    ),
)
