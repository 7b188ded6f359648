// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * Expected refusals as values, and the codes that name them.
 */
@NullMarked
package io.postrider.api.error;

import org.jspecify.annotations.NullMarked;
