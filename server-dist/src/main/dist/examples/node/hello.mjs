// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
// Sends a message and receives it with rhea.
import rhea from 'rhea';

const [host, port] = (process.argv[2] ?? 'localhost:5672').split(':');
const connection = rhea.connect({ host, port: Number(port), username: 'anonymous', reconnect: false });
connection.open_sender('hello');
connection.open_receiver('hello');
rhea.once('sendable', (context) => context.sender.send({ body: 'hello from Node.js', durable: true }));
rhea.on('message', (context) => {
  console.log(context.message.body);
  context.delivery.accept();
  connection.close();
});
