// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The client's side of SASL. Start at {@link io.postrider.jms.sasl.Mechanisms}.
 */
@NullMarked
package io.postrider.jms.sasl;

import org.jspecify.annotations.NullMarked;
