// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Messages larger than the broker's heap: they pass through it unchanged while its memory stays flat and others are served.
 * Start at {@code LargeMessageTest}.
 */
package io.postrider.conformance.large;
