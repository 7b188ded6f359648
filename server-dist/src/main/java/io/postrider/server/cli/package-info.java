// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The command line, one class per verb. Verbs that manage the broker speak to its REST API and nothing else; those that
 * carry messages use the JMS client. {@link io.postrider.server.cli.BrokerOptions} finds the broker, {@link
 * io.postrider.server.cli.ExitCode} says how a command ended.
 */
@NullMarked
package io.postrider.server.cli;

import org.jspecify.annotations.NullMarked;
