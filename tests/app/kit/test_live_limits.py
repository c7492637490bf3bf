"""Limits of the live socket by themselves: turns, rates, origins and lines of log."""

import asyncio
import logging

import pytest

from lossviz.app.kit import live_limits
from lossviz.app.kit.live_limits import Incidents, Turns, Visitor, is_own_origin


def test_one_who_waits_for_answers_goes_before_floods_however_much_was_answered():
    """Each flood has had one turn, the patient visitor fifty, and still it waits for one answer at most."""

    async def served():
        turns, order = Turns(), []
        floods, patient = [Visitor() for _ in range(20)], Visitor()

        async def ask(visitor, backlog, name):
            await turns.answer(visitor, backlog, lambda: order.append(name) or "")

        for _ in range(50):
            await ask(patient, 0, "before")
        asking = [asyncio.create_task(ask(flood, 8, "flood")) for flood in floods]
        await asyncio.sleep(0)
        asking.append(asyncio.create_task(ask(patient, 0, "patient")))
        await asyncio.gather(*asking)
        return order[50:]

    order = asyncio.run(served())
    assert len(order) == 21
    assert order.index("patient") <= 1


def test_among_equals_everybody_has_a_turn():
    async def served():
        turns, order = Turns(), []

        async def ask(name, visitor):
            for _ in range(5):
                await turns.answer(visitor, 8, lambda: order.append(name) or "")

        await asyncio.gather(*(ask(name, Visitor()) for name in range(6)))
        return order

    order = asyncio.run(served())
    assert all(set(order[6 * k : 6 * k + 6]) == set(range(6)) for k in range(5))


def test_one_who_leaves_while_waiting_holds_nobody_up():
    async def served():
        turns, order = Turns(), []

        async def ask(name):
            return await turns.answer(Visitor(), 0, lambda: order.append(name) or "")

        tasks = [asyncio.create_task(ask(name)) for name in range(10)]
        await asyncio.sleep(0)
        for task in tasks[1:9:2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return order

    assert sorted(asyncio.run(served())) == [0, 2, 4, 6, 8, 9]


def test_a_visitor_who_asks_faster_than_the_rate_waits():
    now = 0.0
    visitor = Visitor(lambda: now)
    assert [visitor.pause() for _ in range(int(live_limits.BURST))] == [0.0] * int(live_limits.BURST)
    assert visitor.pause() == pytest.approx(1 / live_limits.RATE)
    now = 10.0
    assert visitor.pause() == 0.0


def test_lines_of_log_are_few_and_count_the_rest(caplog):
    now = 0.0
    incidents = Incidents(logging.getLogger("zq"), lambda: now)
    for _ in range(100):
        incidents.tell("a binary message")
    assert len(caplog.records) == Incidents.FEW
    now = Incidents.PAUSE
    incidents.tell("a binary message")
    assert caplog.records[-1].getMessage().endswith("(and 95 more)")


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"origin": "http://a.example", "host": "a.example"}, True),
        ({"origin": "http://a.example:80", "host": "a.example"}, True),
        ({"origin": "https://A.example", "host": "a.example:443"}, True),
        ({"origin": "https://a.example", "host": "127.0.0.1:8501", "x-forwarded-host": "a.example"}, True),
        ({"origin": "https://a.example", "host": "b", "x-forwarded-host": "a.example, proxy"}, True),
        ({"origin": "http://[::1]:8501", "host": "[::1]:8501"}, True),
        ({"origin": "http://localhost:8501", "host": "127.0.0.1:8501"}, True),
        ({"origin": "http://localhost:3000", "host": "127.0.0.1:8501"}, False),
        ({"origin": "http://a.example:8080", "host": "a.example"}, False),
        ({"origin": "https://evil.example", "host": "a.example"}, False),
        ({"origin": "https://a.example.evil.example", "host": "a.example"}, False),
        ({"origin": "https://a.example@evil.example", "host": "a.example"}, False),
        ({"origin": "null", "host": "null"}, False),
        ({"origin": "", "host": ""}, False),
        ({"origin": "http://", "host": ""}, False),
        ({"origin": "http://a:b:c", "host": "a:b:c"}, False),
        ({"origin": "http://[", "host": "["}, False),
        ({"host": "a.example"}, False),
    ],
)
def test_only_the_own_origin(headers, own):
    assert is_own_origin(headers) is own
