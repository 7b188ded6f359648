// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * CDI, and nowhere else: {@link io.postrider.server.wiring.ServerWiring} says what is made of what, {@link
 * io.postrider.server.wiring.Container} runs Weld on it. Everything it makes can be made with {@code new} as well.
 */
@NullMarked
package io.postrider.server.wiring;

import org.jspecify.annotations.NullMarked;
