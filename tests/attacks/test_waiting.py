"""Who waits is not waited for: however slowly something is sent or read, it ends, and others are served meanwhile."""

import socket
import struct
import time

from tests.attacks import patience
from tests.attacks.serving import SECONDS, Served, post, read, request
from tests.attacks.sockets import ending, opened

PAGE = {
    "query": '{organizations(first:100){nodes{id name}} activities(network:"net_002_derma",first:100){nodes{id title}}}'
}


def test_what_never_comes_to_an_end_is_ended_while_others_are_served(service: Served) -> None:
    with opened(service) as client:  # which says nothing
        held = patience.begin(service)
        patience.waited(held, service.alive)
        assert ending(client) == 4408
    ended = {name: patience.answered(each) for name, each in held.items()}
    wanted = {name: each.how.status or 0 for name, each in held.items()}
    assert {name: answer.status for name, answer in ended.items()} == wanted
    assert {answer.codes[0] for answer in ended.values() if answer.status == 408} == {"LIMIT_EXCEEDED"}


def test_three_hundred_who_say_nothing_keep_nobody_out(service: Served) -> None:
    idle = [service.connected() for _ in range(300)]
    for each in idle[::2]:
        each.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 9")
    service.alive()
    for each in idle:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # broken off, not closed
        each.close()
    service.alive()


def test_who_leaves_in_the_middle_leaves_nothing_behind(service: Served) -> None:
    for most in range(0, 400, 7):
        with service.connected() as connection:
            connection.sendall(post({"query": "{viewer{subject}}"}, accept_language="en")[:most])
    for _ in range(20):  # with the question asked, and before it is answered
        with service.connected() as connection:
            connection.sendall(post(PAGE))
    service.alive()


def test_requests_one_behind_the_other_are_answered_in_their_order(service: Served) -> None:
    texts = [f"{{a{each}:viewer{{subject}}}}" for each in range(50)]
    with service.connected() as connection:
        connection.sendall(b"".join(post({"query": text}, connection="keep-alive") for text in texts))
        told = connection.makefile("rb")
        for each in range(50):
            while b"content-length" not in (line := told.readline().lower()):
                assert line
            size = int(line.split()[1])
            while told.readline() != b"\r\n":
                pass
            assert b'"a%d"' % each in told.read(size)


def test_what_is_at_fault_behind_a_request_is_not_taken_for_its_answer(service: Served) -> None:
    slow = post(PAGE, connection="keep-alive")
    with service.connected() as connection:
        connection.sendall(slow + b"NONSENSE\r\n\r\n")
        answer = read(connection)
    assert answer.status in (0, 200)


def test_who_reads_nothing_is_not_kept(service: Served) -> None:
    """So many answers that the kernel holds no more: the service stops asking for more instead of keeping them all."""
    before = service.memory()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(1)
        connection.connect(("127.0.0.1", service.port))
        began, asking = time.monotonic(), request("GET", "/docs", connection="keep-alive")
        try:
            while time.monotonic() - began < SECONDS:
                connection.sendall(asking)
        except TimeoutError:
            blocked = True
        assert blocked
        assert service.memory() - before < 50 * 1_024
        service.alive()
