// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * What a consumer is handed and what it answers.
 */
@NullMarked
package io.postrider.api.delivery;

import org.jspecify.annotations.NullMarked;
