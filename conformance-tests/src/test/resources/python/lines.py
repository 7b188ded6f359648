# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Postrider authors
"""One message as one line of text: fields of the form name=type:value, separated by tabs.

Values are percent-encoded, so that the separators never occur in them. See MessageLine.java for the grammar.
"""

from urllib.parse import quote, unquote

import proton

SAFE = "_.-"


def encode_value(value):
    if value is None:
        return "null:"
    if isinstance(value, bool):
        return "bool:" + ("true" if value else "false")
    if isinstance(value, int):
        return "int:%d" % value
    if isinstance(value, float):
        return "double:%r" % float(value)
    if isinstance(value, (bytes, memoryview)):
        return "binary:" + bytes(value).hex()
    if isinstance(value, proton.symbol):
        return "symbol:" + quote(str(value), SAFE)
    return "string:" + quote(str(value), SAFE)


def decode_value(text):
    kind, _, value = text.partition(":")
    if kind == "null":
        return None
    if kind == "bool":
        return value == "true"
    if kind == "int":
        return proton.int32(int(value))
    if kind == "long":
        return int(value)
    if kind == "byte":
        return proton.byte(int(value))
    if kind == "double":
        return float(value)
    if kind == "binary":
        return bytes.fromhex(value)
    if kind == "symbol":
        return proton.symbol(unquote(value))
    return unquote(value)


def encode_body(message):
    body = message.body
    if isinstance(body, dict):
        return "map:" + ",".join("%s~%s" % (quote(k, SAFE), encode_value(v)) for k, v in body.items())
    if isinstance(body, list):
        return "list:" + ",".join(encode_value(v) for v in body)
    if isinstance(body, (bytes, memoryview)) and message.inferred:
        return "data:" + bytes(body).hex()
    return encode_value(body)


def encode(message):
    fields = ["durable=bool:" + ("true" if message.durable else "false"), "priority=int:%d" % message.priority]
    for name, value in (
        ("id", message.id),
        ("subject", message.subject),
        ("reply-to", message.reply_to),
        ("correlation-id", message.correlation_id),
        ("group-id", message.group_id),
    ):
        if value is not None:
            fields.append("%s=%s" % (name, encode_value(value)))
    fields.append("count=int:%d" % message.delivery_count)
    for name, value in (message.properties or {}).items():
        fields.append("p.%s=%s" % (quote(name, SAFE), encode_value(value)))
    for name, value in (message.annotations or {}).items():
        fields.append("a.%s=%s" % (quote(str(name), SAFE), encode_value(value)))
    fields.append("body=" + encode_body(message))
    return "\t".join(fields)


def decode(line):
    message = proton.Message()
    message.properties = {}
    annotations = {}
    for field in line.rstrip("\n").split("\t"):
        name, _, text = field.partition("=")
        kind, _, value = text.partition(":")
        if name == "body":
            message.inferred = kind in ("data", "list")
            if kind == "data":
                message.body = bytes.fromhex(value)
            elif kind == "map":
                pairs = (pair.split("~", 1) for pair in value.split(",") if pair)
                message.body = {unquote(k): decode_value(v) for k, v in pairs}
            elif kind == "list":
                message.body = [decode_value(v) for v in value.split(",") if v]
            else:
                message.body = decode_value(text)
        elif name.startswith("p."):
            message.properties[unquote(name[2:])] = decode_value(text)
        elif name.startswith("a."):
            annotations[proton.symbol(unquote(name[2:]))] = decode_value(text)
        elif name == "durable":
            message.durable = decode_value(text)
        elif name == "priority":
            message.priority = int(value)
        elif name == "count":
            continue
        else:
            setattr(message, name.replace("-", "_"), decode_value(text))
    if annotations:
        message.annotations = annotations
    return message
