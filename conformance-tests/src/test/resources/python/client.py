# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Postrider authors
"""Python Proton as a client of the interoperability tests.

client.py send    HOST:PORT ADDRESS [topic=true]                  messages on standard input, one a line
client.py receive HOST:PORT ADDRESS count=N [timeout-ms=10000] [topic=true] [browse=true] [selector=TEXT]
                                    [durable=NAME container=ID] [unsubscribe=true]

send prints the outcome of each message; receive prints "attached", then each message, then "end" after a drain showed
that nothing more is there.
"""

import sys
from urllib.parse import unquote

import lines
import proton
from proton.reactor import Container, Copy, DurableSubscription, LinkOption, Selector
from proton.utils import BlockingConnection, SendException


class TopicCapability(LinkOption):
    def apply(self, link):
        terminus = link.target if link.is_sender else link.source
        terminus.capabilities.put_array(False, proton.Data.SYMBOL)
        terminus.capabilities.enter()
        terminus.capabilities.put_symbol("topic")
        terminus.capabilities.exit()


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def connect(endpoint, options):
    container = Container()
    if "container" in options:
        container.container_id = options["container"]
    return BlockingConnection(
        "amqp://" + endpoint, timeout=20, container=container, allowed_mechs="ANONYMOUS", heartbeat=None
    )


def link_options(options):
    chosen = []
    if options.get("topic") == "true":
        chosen.append(TopicCapability())
    if options.get("browse") == "true":
        chosen.append(Copy())
    if "selector" in options:
        chosen.append(Selector(unquote(options["selector"])))
    if "durable" in options:
        chosen.append(DurableSubscription())
    return chosen


def send(endpoint, address, options):
    connection = connect(endpoint, options)
    sender = connection.create_sender(address, options=link_options(options))
    for line in sys.stdin:
        try:
            sender.send(lines.decode(line))
            say("accepted")
        except SendException as failure:
            say("refused %s" % failure)
    connection.close()


def receive(endpoint, address, options):
    connection = connect(endpoint, options)
    timeout = int(options.get("timeout-ms", "10000")) / 1000
    count = int(options["count"])
    receiver = connection.create_receiver(
        address, credit=count, name=options.get("durable"), options=link_options(options)
    )
    say("attached")
    browse = options.get("browse") == "true"

    def take():
        say(lines.encode(receiver.receive(timeout=timeout)))
        if not browse:
            receiver.accept()
        else:
            receiver.release(delivered=False)

    for _ in range(count):
        take()
    receiver.link.drain(10)
    connection.wait(lambda: receiver.link.credit == 0, timeout=timeout, msg="waiting for the drain to be answered")
    while receiver.fetcher.has_message:
        take()
    say("end")
    if "durable" in options and options.get("unsubscribe") != "true":
        receiver.link.detach()
    else:
        receiver.close()
    connection.close()


def main():
    operation, endpoint, address = sys.argv[1:4]
    options = dict(argument.split("=", 1) for argument in sys.argv[4:])
    {"send": send, "receive": receive}[operation](endpoint, address, options)


main()
