// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The simplified API (Jakarta Messaging 3.1 §2.8) on top of the classic one. Start at
 * {@link io.postrider.jms.context.PostriderContext}.
 */
@NullMarked
package io.postrider.jms.context;

import org.jspecify.annotations.NullMarked;
