// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/** Frameworks that applications use JMS through, each with our client and our broker; docs/howto shows the same code. */
package io.postrider.conformance.ecosystem;
