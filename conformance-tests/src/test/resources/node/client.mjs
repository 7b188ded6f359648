// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
// rhea as a client of the interoperability tests; same arguments and output as python/client.py.
import rhea from "rhea";
import { createInterface } from "node:readline";
import { decode, encode } from "./lines.mjs";

const [operation, endpoint, address, ...rest] = process.argv.slice(2);
const options = Object.fromEntries(
  rest.map((argument) => [argument.slice(0, argument.indexOf("=")), argument.slice(argument.indexOf("=") + 1)]),
);
const [host, port] = endpoint.split(":");
const count = Number(options.count ?? 0);

function fail(text) {
  console.error(text);
  process.exit(1);
}

const timer = setTimeout(() => fail("timed out"), Number(options["timeout-ms"] ?? 20000));
const container = rhea.create_container(options.container ? { id: options.container } : {});
// A username without a password makes rhea open a SASL layer with ANONYMOUS; without one it sends the bare AMQP header.
const connection = container.connect({ host, port: Number(port), username: "anonymous", reconnect: false });
for (const name of ["connection_error", "session_error", "sender_error", "receiver_error"]) {
  container.on(name, (context) => {
    const error = (context.receiver ?? context.sender ?? context.session ?? context.connection).error;
    fail(name + " " + (error ? error.condition + " " + error.description : ""));
  });
}
container.on("disconnected", (context) => fail("disconnected " + (context.error ?? "")));

const capabilities = options.topic === "true" ? ["topic"] : undefined;
if (operation === "send") {
  const messages = [];
  for await (const line of createInterface({ input: process.stdin })) messages.push(decode(line));
  const sender = connection.open_sender({ target: { address, capabilities } });
  let next = 0;
  let settled = 0;
  const done = (text) => {
    console.log(text);
    if (++settled === messages.length) {
      clearTimeout(timer);
      container.removeAllListeners("disconnected");
      connection.close();
    }
  };
  sender.on("sendable", () => {
    while (sender.sendable() && next < messages.length) sender.send(messages[next++]);
  });
  sender.on("accepted", () => done("accepted"));
  sender.on("rejected", (context) => done("refused " + context.delivery.remote_state.error?.condition));
  sender.on("released", () => done("refused released"));
} else {
  const source = { address, capabilities };
  if (options.browse === "true") source.distribution_mode = "copy";
  if (options.selector) source.filter = rhea.filter.selector(decodeURIComponent(options.selector));
  if (options.durable) {
    source.durable = 2;
    source.expiry_policy = "never";
  }
  const receiver = connection.open_receiver({ name: options.durable, source, credit_window: 0, autoaccept: false });
  let taken = 0;
  let drained = false;
  const drain = () => {
    receiver.drain = true;
    receiver.add_credit(10);
  };
  receiver.on("receiver_open", () => {
    console.log("attached");
    if (count > 0) receiver.add_credit(count);
    else drain();
  });
  receiver.on("message", (context) => {
    console.log(encode(context.message));
    if (options.browse === "true") context.delivery.release();
    else context.delivery.accept();
    if (++taken === count) drain();
  });
  receiver.on("receiver_drained", () => {
    if (drained) return;
    drained = true;
    console.log("end");
    clearTimeout(timer);
    container.removeAllListeners("disconnected");
    if (options.durable && options.unsubscribe !== "true") receiver.detach();
    else receiver.close();
    connection.close();
  });
}
