// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Factories and destinations by name, from properties.
 */
@NullMarked
package io.postrider.jms.jndi;

import org.jspecify.annotations.NullMarked;
