"""What a page in the browser says of its state: the settings in its address, the tabs it has."""

from urllib.parse import parse_qsl, urlsplit

TAB = '[class*="-tabs"] [role="radio"]'


def held(page):
    """The settings in the address."""
    return dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))


def unfold(page, fold):
    """Open an expander and return once it has moved to its place, and what is in it can be hit."""
    fold.click()
    page.wait_for_function("document.getAnimations().every((one) => one.playState !== 'running')")
