"""Work beside the page: done, stopped, failed."""

import threading

from streamlit.testing.v1 import AppTest

from lossviz.app.kit.background import Job


def test_result_and_share_of_work_that_is_done():
    job = Job(lambda report: [report(share) for share in (0.25, 0.5)])
    job.wait(10)
    assert (job.running, job.result, job.share) == (False, [True, True], 0.5)


def test_stopped_work_hears_of_it_at_its_next_report_and_leaves_no_result():
    begun, go_on, heard = threading.Event(), threading.Event(), []

    def work(report):
        begun.set()
        go_on.wait(10)
        heard.append(report(0.5))
        return "too late"

    job = Job(work)
    begun.wait(10)
    job.stop()
    go_on.set()
    job.wait(10)
    assert (heard, job.result) == ([False], None)


def test_error_of_the_work_is_kept():
    job = Job(lambda report: 1 / 0)
    job.wait(10)
    assert isinstance(job.error, ZeroDivisionError)


def page():
    import streamlit as st

    from lossviz.app.kit import background

    token = st.text_input("token", "a")
    found = background.result("job", token, lambda report: token.upper(), lambda: None)
    st.markdown(f"found {found}")


def test_page_shows_the_result_and_begins_anew_for_another_token():
    at = AppTest.from_function(page).run()
    assert at.markdown[0].value == "found A"
    at.text_input[0].set_value("b").run()
    assert at.markdown[0].value == "found B"


def failing():
    from lossviz.app.kit import background

    background.result("job", "a", lambda report: [][0], lambda: None)


def test_page_raises_what_the_work_raised():
    at = AppTest.from_function(failing).run()
    assert len(at.exception) == 1
    assert not at.markdown
