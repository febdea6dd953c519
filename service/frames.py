"""WebSocket frames as uvicorn serves them, with what the open internet needs beside.

uvicorn 0.54 drops the connection in the moment in which it finds a frame at fault, so that its close frame may be lost
and the client sees 1006; lets a close frame wait behind data that nobody reads; answers pings without end to who reads
no answers; leaves a handshake with a body or a long header open, without an answer; keeps empty fragments without end;
logs a trace for each text that is no UTF-8; tells an end as 1012.
"""

from uvicorn._types import ASGIReceiveEvent, ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from service.connections import refusal

MOST_FRAGMENTS = 1_000  # of one message
CLOSING_SECONDS, LEAVING_SECONDS = 10.0, 1.0  # for the other side to close as well: at any time, and when we end


class Frames(WebSocketsSansIOProtocol):
    """One connection."""

    def shutdown(self) -> None:
        if self.close_sent or not self.handshake_complete:
            super().shutdown()
        else:
            self.conn.send_close(CloseCode.GOING_AWAY)
            self._end(LEAVING_SECONDS)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_complete and not self.transport.is_closing():
            self.transport.write(refusal(400))
            self.transport.close()

    async def send(self, message: ASGISendEvent) -> None:
        if self.close_sent:  # which the application is yet to hear of
            raise ClientDisconnected
        closing = message["type"] == "websocket.close" and self.handshake_complete
        if closing:
            self.writable.set()
        await super().send(message)
        if closing and self.close_timer is not None:
            self.close_timer.cancel()
            self._wait_for_the_other_side(CLOSING_SECONDS)

    async def receive(self) -> ASGIReceiveEvent:
        message = await super().receive()
        if not self.writable.is_set():
            self.transport.pause_reading()
        return message

    def pause_writing(self) -> None:
        super().pause_writing()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()

    def handle_ping(self) -> None:
        if not self.close_sent:
            super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        else:
            self._fail(CloseCode.MESSAGE_TOO_BIG)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            self._fail(CloseCode.INVALID_DATA)
        else:
            super().send_receive_event_to_app()

    def keepalive_timeout(self) -> None:
        self.pong_timer = None
        self._fail(CloseCode.INTERNAL_ERROR)

    def handle_parser_exception(self) -> None:
        if not self.close_sent:  # else what still arrives is thrown away
            self._end(CLOSING_SECONDS)

    def _fail(self, code: CloseCode) -> None:
        self.frames = []
        if not self.close_sent:
            self.conn.fail(code)
            self._end(CLOSING_SECONDS)

    def _end(self, seconds: float) -> None:
        """Send the close frame and nothing more, and read on: a connection closed on unread data takes it back."""
        self.stop_keepalive()
        code = self.conn.close_sent.code if self.conn.close_sent else CloseCode.ABNORMAL_CLOSURE  # before the handshake
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.close_sent = True
        self.writable.set()
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._wait_for_the_other_side(seconds)

    def _wait_for_the_other_side(self, seconds: float) -> None:
        self.read_paused = False
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(seconds, self.transport.abort)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
