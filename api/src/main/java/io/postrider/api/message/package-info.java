// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * A message as the broker sees it: a few facts for routing and the bytes as they arrived.
 */
@NullMarked
package io.postrider.api.message;

import org.jspecify.annotations.NullMarked;
