// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The portable rules of Jakarta Messaging 3.1, each written once against the API and run for several pairs of client and
 * broker. Start at {@link io.postrider.conformance.spec.jms.JmsSpecTest}.
 */
package io.postrider.conformance.spec.jms;
