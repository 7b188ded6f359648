# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Postrider authors
"""Python Proton as a client of the crash tests: it comes back whenever the broker does, and tells what it was told.

worker.py produce HOST:PORT NAME DESTINATION...    prints SENDING, CONFIRMED, REFUSED and the copy
worker.py consume HOST:PORT NAME DESTINATION       prints CONNECTED, and RECEIVED, ACKING, ACKED with the copy

READY is printed once, on the first connection. A line on standard input asks it to stop. Acknowledgements are sent
unsettled, so that the broker's settlement says when they are done. Destinations that begin with "topic." are topics, read
through a durable subscription called NAME.
"""

import socket
import sys
import threading
import time

import proton
from proton.handlers import MessagingHandler
from proton.reactor import Container, DurableSubscription, LinkOption

RECONNECT_PAUSE = 0.025
PREFETCH = 50
WINDOW = 8
TICK = 0.05

stopping = threading.Event()
ready = False


def say(*words):
    sys.stdout.write(" ".join(str(w) for w in words) + "\n")
    sys.stdout.flush()


def say_ready():
    global ready
    if not ready:
        ready = True
        say("READY")


class TopicCapability(LinkOption):
    def apply(self, link):
        terminus = link.target if link.is_sender else link.source
        terminus.capabilities.put_array(False, proton.Data.SYMBOL)
        terminus.capabilities.enter()
        terminus.capabilities.put_symbol("topic")
        terminus.capabilities.exit()


def link_options(destination, *more):
    return list(more) + ([TopicCapability()] if destination.startswith("topic.") else [])


class Worker(MessagingHandler):
    """One connection. Ends with the connection, or by itself when stopping and done."""

    def __init__(self, endpoint, name, **keywords):
        super().__init__(auto_accept=False, auto_settle=False, **keywords)
        self.endpoint = endpoint
        self.name = name

    def on_start(self, event):
        event.container.container_id = self.name
        self.connection = event.container.connect(
            "amqp://" + self.endpoint, reconnect=False, heartbeat=None, allowed_mechs="ANONYMOUS"
        )
        event.container.schedule(TICK, self)

    def on_timer_task(self, event):
        if stopping.is_set() and self.is_done():
            self.connection.close()
        else:
            event.container.schedule(TICK, self)

    def on_transport_error(self, event):
        event.container.stop()

    def on_disconnected(self, event):
        event.container.stop()

    def on_connection_closed(self, event):
        event.container.stop()


class Producer(Worker):
    def __init__(self, endpoint, name, state):
        super().__init__(endpoint, name, prefetch=0)
        self.state = state
        self.senders = {}
        self.open_count = 0

    def on_connection_opened(self, event):
        for destination in self.state.destinations:
            self.senders[destination] = event.container.create_sender(
                self.connection, destination, options=link_options(destination)
            )

    def on_link_opened(self, event):
        self.open_count += 1
        if self.open_count == len(self.senders):
            say_ready()
        self.pump()

    def on_sendable(self, event):
        self.pump()

    def is_done(self):
        return self.state.is_settled()

    def pump(self):
        state = self.state
        while len(state.unanswered) < WINDOW and self.open_count == len(self.senders):
            if stopping.is_set() and not state.doubtful:
                return
            destination = state.peek_destination()
            if self.senders[destination].credit <= 0:
                return
            copy = state.take()
            say("SENDING", copy_text(self.name, copy))
            delivery = self.senders[destination].send(
                proton.Message(body=copy_text(self.name, copy), durable=True)
            )
            state.unanswered[delivery] = copy

    def on_accepted(self, event):
        self.answered(event, "CONFIRMED")

    def on_rejected(self, event):
        self.answered(event, "REFUSED")

    def on_released(self, event):
        self.answered(event, "REFUSED")

    def answered(self, event, word):
        copy = self.state.unanswered.pop(event.delivery)
        say(word, copy_text(self.name, copy))
        event.delivery.settle()
        self.pump()


class Sends:
    """What a producer has sent over all its connections. A copy is (destination, sequence, number)."""

    def __init__(self, destinations):
        self.destinations = destinations
        self.last_sequence = dict.fromkeys(destinations, 0)
        self.last_number = dict.fromkeys(destinations, 0)
        self.doubtful = []
        self.unanswered = {}
        self.turn = 0

    def is_settled(self):
        return not self.doubtful and not self.unanswered

    def peek_destination(self):
        return self.doubtful[0][0] if self.doubtful else self.destinations[self.turn % len(self.destinations)]

    def take(self):
        destination = self.peek_destination()
        if self.doubtful:
            sequence = self.doubtful.pop(0)[1]
        else:
            self.turn += 1
            self.last_sequence[destination] += 1
            sequence = self.last_sequence[destination]
        self.last_number[destination] += 1
        return destination, sequence, self.last_number[destination]

    def connection_lost(self):
        self.doubtful = list(self.unanswered.values()) + self.doubtful
        self.unanswered = {}


class Consumer(Worker):
    def __init__(self, endpoint, name, destination):
        super().__init__(endpoint, name, prefetch=PREFETCH)
        self.destination = destination
        self.copies = {}

    def on_connection_opened(self, event):
        durable = [DurableSubscription()] if self.destination.startswith("topic.") else []
        event.container.create_receiver(
            self.connection, self.destination, name=self.name, options=link_options(self.destination, *durable)
        )

    def on_link_opened(self, event):
        say("CONNECTED")
        say_ready()

    def is_done(self):
        return True

    def on_message(self, event):
        copy = event.message.body
        say("RECEIVED", copy)
        self.copies[event.delivery] = copy
        say("ACKING", copy)
        event.delivery.update(proton.Delivery.ACCEPTED)

    def on_settled(self, event):
        say("ACKED", self.copies.pop(event.delivery))
        event.delivery.settle()


def copy_text(name, copy):
    return "%s/%s/%d/%d" % ((name,) + copy)


def wait_for_stop():
    sys.stdin.readline()
    stopping.set()


def is_listening(endpoint):
    """A bare connect, so that many clients in vain do not slow the broker's start down."""
    host, port = endpoint.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
        return True
    except OSError:
        return False


def main():
    operation, endpoint, name = sys.argv[1:4]
    destinations = sys.argv[4:]
    threading.Thread(target=wait_for_stop, daemon=True).start()
    sends = Sends(destinations)
    while not (stopping.is_set() and sends.is_settled()):
        if not is_listening(endpoint):
            time.sleep(RECONNECT_PAUSE)
            continue
        worker = Producer(endpoint, name, sends) if operation == "produce" else Consumer(endpoint, name, destinations[0])
        try:
            Container(worker).run()
        except proton.ProtonException as failure:
            sys.stderr.write("%s\n" % failure)
        sends.connection_lost()
        time.sleep(RECONNECT_PAUSE)


main()
