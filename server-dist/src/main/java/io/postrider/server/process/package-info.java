// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * One broker from start to stop: the order in which its parts come up and go down. Start with {@link
 * io.postrider.server.process.PostriderServer}; {@link io.postrider.server.process.StoreOpener} opens what is behind it.
 */
@NullMarked
package io.postrider.server.process;

import org.jspecify.annotations.NullMarked;
