// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
// One message as one line of text: fields of the form name=type:value, separated by tabs. Values are percent-encoded, so
// that the separators never occur in them. See MessageLine.java for the grammar.
import rhea from "rhea";

const types = rhea.types;

function quote(text) {
  return encodeURIComponent(text).replace(/[!'()*~]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
}

function number(value) {
  return Number.isInteger(value) ? "int:" + value : "double:" + value;
}

function encodeValue(value) {
  if (value === null || value === undefined) return "null:";
  if (typeof value === "boolean") return "bool:" + value;
  if (typeof value === "number") return number(value);
  if (typeof value === "bigint") return "int:" + value;
  if (Buffer.isBuffer(value)) return "binary:" + value.toString("hex");
  if (value instanceof Date) return "int:" + value.getTime();
  if (typeof value === "object" && "value" in value) return encodeValue(value.value);
  return "string:" + quote(String(value));
}

function decodeValue(text) {
  const at = text.indexOf(":");
  const kind = text.slice(0, at);
  const value = text.slice(at + 1);
  switch (kind) {
    case "null":
      return null;
    case "bool":
      return types.wrap_boolean(value === "true");
    case "int":
      return types.wrap_int(Number(value));
    case "long":
      return types.wrap_long(Number(value));
    case "byte":
      return types.wrap_byte(Number(value));
    case "double":
      return types.wrap_double(Number(value));
    case "binary":
      return types.wrap_binary(Buffer.from(value, "hex"));
    case "symbol":
      return types.wrap_symbol(decodeURIComponent(value));
    default:
      return types.wrap_string(decodeURIComponent(value));
  }
}

function encodeBody(body) {
  // rhea hands data and sequence sections over as objects with a typecode, and an amqp-value bare.
  if (body && typeof body === "object" && body.typecode === 0x75) return "data:" + Buffer.from(body.content).toString("hex");
  if (body && typeof body === "object" && body.typecode === 0x76) return "list:" + body.content.map(encodeValue).join(",");
  if (Array.isArray(body)) return "list:" + body.map(encodeValue).join(",");
  if (body && typeof body === "object" && !Buffer.isBuffer(body)) {
    return "map:" + Object.entries(body).map(([k, v]) => quote(k) + "~" + encodeValue(v)).join(",");
  }
  return encodeValue(body);
}

export function encode(message) {
  const fields = [
    "durable=bool:" + Boolean(message.durable),
    "priority=int:" + (message.priority ?? 4),
    "count=int:" + (message.delivery_count ?? 0),
  ];
  const named = {
    id: message.message_id,
    subject: message.subject,
    "reply-to": message.reply_to,
    "correlation-id": message.correlation_id,
    "group-id": message.group_id,
  };
  for (const [name, value] of Object.entries(named)) {
    if (value !== undefined && value !== null) fields.push(name + "=" + encodeValue(value));
  }
  for (const [name, value] of Object.entries(message.application_properties ?? {})) {
    fields.push("p." + quote(name) + "=" + encodeValue(value));
  }
  for (const [name, value] of Object.entries(message.message_annotations ?? {})) {
    fields.push("a." + quote(name) + "=" + encodeValue(value));
  }
  fields.push("body=" + encodeBody(message.body));
  return fields.join("\t");
}

export function decode(line) {
  const message = { application_properties: {}, message_annotations: {} };
  for (const field of line.split("\t")) {
    const at = field.indexOf("=");
    const name = field.slice(0, at);
    const text = field.slice(at + 1);
    const kind = text.slice(0, text.indexOf(":"));
    const value = text.slice(kind.length + 1);
    if (name === "body") {
      if (kind === "data") {
        message.body = rhea.message.data_section(Buffer.from(value, "hex"));
      } else if (kind === "list") {
        message.body = rhea.message.sequence_section(value.split(",").filter(Boolean).map(decodeValue));
      } else if (kind === "map") {
        const map = {};
        for (const pair of value.split(",").filter(Boolean)) {
          const [key, entry] = pair.split("~");
          map[decodeURIComponent(key)] = decodeValue(entry);
        }
        message.body = types.wrap_map(map);
      } else {
        message.body = decodeValue(text);
      }
    } else if (name.startsWith("p.")) {
      message.application_properties[decodeURIComponent(name.slice(2))] = decodeValue(text);
    } else if (name.startsWith("a.")) {
      message.message_annotations[decodeURIComponent(name.slice(2))] = decodeValue(text);
    } else if (name === "durable") {
      message.durable = value === "true";
    } else if (name === "priority") {
      message.priority = Number(value);
    } else if (name !== "count") {
      message[name === "id" ? "message_id" : name.replaceAll("-", "_")] = decodeURIComponent(value);
    }
  }
  return message;
}
