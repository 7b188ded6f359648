// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Peers that are wrong, careless or hostile, on raw sockets. Each test asks for the exact error condition where AMQP 1.0 names
 * one, and else for a clean close; {@link io.postrider.conformance.badinput.BadInputContract} watches that nobody else
 * notices and that nothing about our insides reaches the peer.
 */
package io.postrider.conformance.badinput;
