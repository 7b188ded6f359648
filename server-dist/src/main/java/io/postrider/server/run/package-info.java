// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * What a running broker leaves in its data directory for others to find it. Start with {@link
 * io.postrider.server.run.RunFiles}.
 */
@NullMarked
package io.postrider.server.run;

import org.jspecify.annotations.NullMarked;
