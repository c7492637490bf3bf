"""The guide: twelve questions, two sentences each, and links that open states which exist."""

import re
from urllib.parse import parse_qsl

import pytest
from visiting import notice, query, visit

from lossviz.app.home import guide
from lossviz.app.kit import frame

ASKED = (
    *(r"what is a loss function", r"training", r"loss and cost|cost function", r"regression"),
    *(r"classification", r"neural network", r"affect the model", r"L1 or L2|L1 versus L2", r"cross-entropy"),
    *(r"imbalanced", r"own loss.*regularization|custom", r"gradient descent and backpropagation"),
)
"""What a beginner asks, in the order in which the guide answers."""


LINKS = [link for asked in guide.QUESTIONS for link in asked.links]


def built():
    return {page.key: page for page in frame.PAGES if page.exists}


def test_the_twelve_questions_are_answered_in_order():
    assert len(guide.QUESTIONS) == len(ASKED) == 12
    for asked, pattern in zip(guide.QUESTIONS, ASKED, strict=True):
        assert re.search(pattern, asked.question, re.IGNORECASE), asked.question


@pytest.mark.parametrize("asked", guide.QUESTIONS, ids=lambda asked: asked.question)
def test_answer_has_two_sentences_and_its_link_says_what_one_will_see(asked):
    assert len(re.findall(r"[.?!](?= |$)", asked.answer)) == 2
    assert asked.question.endswith("?")
    assert asked.links
    for link in asked.links:
        assert link.invitation.split()[0] in {"See", "Compare", "Follow", "Drag", "Move", "Bend", "Watch"}


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.invitation)
def test_link_opens_the_exact_state(link):
    at = visit(built()[link.page].file, dict(link.state))
    assert [e.message for e in at.exception] == []
    assert notice(at) == ""
    assert dict(parse_qsl(query(at))) == dict(link.state)


def test_home_shows_every_question_and_the_links_whose_pages_exist():
    at = visit("app.py")
    assert [expander.label for expander in at.expander] == [asked.question for asked in guide.QUESTIONS]
    offered = {link.proto.label for link in at.get("page_link")}
    assert {link.invitation for link in LINKS} <= offered


def test_pages_are_listed_once_and_their_files_exist_or_are_hidden():
    keys = [page.key for page in frame.PAGES]
    assert len(set(keys)) == len(keys)
    at = visit("app.py")
    menu = [link.proto.label for link in at.sidebar.get("page_link")]
    assert menu == ["LossViz", *(page.title for page in frame.PAGES[1:] if page.exists)]
