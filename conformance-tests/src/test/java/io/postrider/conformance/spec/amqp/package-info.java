// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * AMQP 1.0 section by section against the built distribution, frame by frame. Each test names its section; start with {@link
 * io.postrider.conformance.spec.amqp.SpecContract}.
 */
package io.postrider.conformance.spec.amqp;
