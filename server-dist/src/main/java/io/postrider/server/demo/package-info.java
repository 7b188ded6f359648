// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The demonstration: an order service, five services that listen to it, a poison order and a broker that is killed in the
 * middle. Start with {@link io.postrider.server.demo.DemoCommand}.
 */
@NullMarked
package io.postrider.server.demo;

import org.jspecify.annotations.NullMarked;
