// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Clients we did not write, and our own beside them, against the built distribution. {@link
 * io.postrider.conformance.interop.ClientContract} is what each of them must be able to do alone; {@code CrossClientTest}
 * pairs them. Foreign programs speak one text form of a message, {@link io.postrider.conformance.interop.MessageLine}.
 */
package io.postrider.conformance.interop;
