// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The connection URI and its options.
 */
@NullMarked
package io.postrider.jms.uri;

import org.jspecify.annotations.NullMarked;
