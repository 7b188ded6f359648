# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Postrider authors
"""Sends a message and receives it with Python Proton."""

import sys

from proton import Message
from proton.utils import BlockingConnection

url = sys.argv[1] if len(sys.argv) > 1 else "amqp://localhost:5672"
connection = BlockingConnection(url, allowed_mechs="ANONYMOUS")
sender = connection.create_sender("hello")
sender.send(Message(body="hello from Python", durable=True))  # returns once the broker has it on disk
receiver = connection.create_receiver("hello")
print(receiver.receive(timeout=5).body)
receiver.accept()
connection.close()
