// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Postrider authors
/**
 * The seam between the store and the operating system's files. Start with {@link io.postrider.store.io.FileAccess}; tests put a
 * file system behind it that tears writes, fills up and loses power.
 */
@NullMarked
package io.postrider.store.io;

import org.jspecify.annotations.NullMarked;
